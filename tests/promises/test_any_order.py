"""P1, P2, P6: whatever sources do and people do, in whatever order, against a model of it all.

The model says what must be, in the words of the promises and without SQL: how often each
item was proven missing, what the team decided, what its history must tell.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Set
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import mkdtemp

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import SQLModel, select

from app.config import Settings
from app.db import Database
from app.errors import Conflict
from app.models import Event, Item, ItemState, SyncRun
from app.secrets import Vault
from app.services import accounts, acts, comments, held, undoing, waking
from app.services.pages import Act
from connectors.sdk import errors
from connectors.sdk.connector import Complete, Page, Unchanged
from connectors.sdk.manifest import Completeness
from connectors.sdk.records import Deadline, DueDate, Money
from tests.support.environment import in_ci
from tests.support.scripted import Step, unreadable
from tests.support.world import START, Clock, world_on

READS, MOST, SHARE = 2, 25, Decimal("0.2")
"""The brake, as the promise has it."""
IDS = st.sampled_from([str(number) for number in range(8)])
DAYS = st.integers(0, 60).map(lambda days: date(2027, 1, 1) + timedelta(days=days))


ASKS = ("open", "waiting")
"""What asks for something."""


@dataclass(frozen=True)
class Row:
    """A deadline as the source has it."""

    title: str
    due: date | None
    amount: int
    closed: bool = False

    def record(self, id_: str) -> Deadline:
        return Deadline(
            external_id=id_,
            title=self.title,
            due=DueDate(on=self.due) if self.due else None,
            amount=Money(amount=Decimal(self.amount), currency="USD"),
            closed=self.closed,
        )


@dataclass
class Known:
    """What the inbox must know of one item."""

    row: Row
    removed: bool = False
    misses: int = 0
    state: str = "open"
    owner: int | None = None
    until: datetime | None = None
    because: bool = False
    version: int = 0
    history: Counter[str] = field(default_factory=Counter)

    def listed(self, row: Row) -> None:
        self.misses = 0
        if self.removed:
            self.removed = False
            self.history["returned"] += 1
        old, self.row = self.row, row
        moved, paid = old.due != row.due, old.amount != row.amount
        opened = old.closed and not row.closed
        self.history["due moved"] += moved
        self.history["changed"] += paid + (old.title != row.title)
        self.history["closed"] += row.closed and not old.closed
        self.history["reopened at source"] += opened
        if self.state not in ASKS and not row.closed and (moved or paid or opened):
            self.set("open", because=True)
            self.history["reopened"] += 1

    def set(self, state: str, *, until: datetime | None = None, because: bool = False) -> None:
        self.state, self.until, self.because = state, until, because
        self.version += 1

    def gone(self) -> None:
        self.removed = True
        self.history["gone"] += 1


@dataclass(frozen=True)
class Undo:
    """An act that can be taken back while the items' versions are still the same."""

    key: str
    before: dict[str, Known]
    versions: dict[str, int]


class Inbox(RuleBasedStateMachine):
    """The source and the people on one side, the inbox on the other."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="inbox"))
        self.close = ExitStack()
        self.close.callback(shutil.rmtree, self.folder)
        path = shutil.copy(self.template, self.folder / "inbox.db")
        self.database = Database(f"sqlite:///{path}")
        self.close.callback(self.database.close)
        vault = Vault(["a key for the tests only"])
        self.world = self.close.enter_context(
            world_on(self.database, Clock(), Settings(data_dir=self.folder), vault)
        )
        self.world.connector.completeness = Completeness.WINDOW
        with self.database.write() as session:
            user = accounts.add_user(session, email="rin@partner.example", name="Rin", now=START)
        assert user.id is not None
        self.user = user.id
        self.source: dict[str, Row] = {}
        self.known: dict[str, Known] = {}
        self.undos: list[Undo] = []
        self.complete_before = False
        self.run: SyncRun | None = None

    def teardown(self) -> None:
        self.close.close()

    # What the source does

    @initialize(rows=st.dictionaries(IDS, DAYS, min_size=6))
    def begins(self, rows: dict[str, date]) -> None:
        self.source = {id_: Row(f"Deadline {id_}", due, 100) for id_, due in rows.items()}
        self.whole(shuffled=False)

    @rule(rows=st.dictionaries(IDS, st.none() | DAYS, min_size=3))
    def lists(self, rows: dict[str, date | None]) -> None:
        self.source |= {id_: Row(f"Deadline {id_}", due, 100) for id_, due in rows.items()}

    @rule(data=st.data(), due=DAYS, amount=st.integers(1, 3), title=st.sampled_from("ab"))
    def changes(self, data: st.DataObject, due: date, amount: int, title: str) -> None:
        values = {"due": due, "amount": amount, "title": title}
        for id_ in self.some(data, self.source):
            row = self.source[id_]
            what = data.draw(st.sets(st.sampled_from(["closed", *values]), min_size=1))
            changed = {name: {**values, "closed": not row.closed}[name] for name in what}
            self.source[id_] = replace(row, **changed)

    def some(self, data: st.DataObject, ids: Iterable[str]) -> list[str]:
        """A few of these, or none where there are none."""
        chosen = sorted(ids)
        return data.draw(
            st.lists(st.sampled_from(chosen), max_size=4, unique=True) if chosen else st.just([])
        )

    @rule(data=st.data(), number=st.sampled_from([1, 1, 1, 2, 8]))
    def drops(self, data: st.DataObject, number: int) -> None:
        for _ in range(min(number, len(self.source))):
            self.source.pop(data.draw(st.sampled_from(sorted(self.source))))

    # What a read brings

    @rule(shuffled=st.booleans())
    def whole(self, shuffled: bool) -> None:
        pages = self.pages()
        self.read([*(pages[::-1] if shuffled else pages), *pages[:1], Complete()])
        self.settles(covers=lambda _known: True)

    @rule(k=st.integers(0, 4), problem=st.sampled_from([None, "down", "odd", "bug", "sign-in"]))
    def cut(self, k: int, problem: str | None) -> None:
        raised = {
            "down": errors.Unavailable("Down."),
            "odd": errors.FormatChanged("Odd."),
            "bug": ZeroDivisionError(),
            "sign-in": errors.AuthFailed("No."),
        }
        self.read([*self.pages()[:k], *([raised[problem]] if problem else [])])

    @rule(first=DAYS, days=st.integers(5, 40))
    def window(self, first: date, days: int) -> None:
        window = (first, first + timedelta(days=days))

        def inside(row: Row) -> bool:
            return row.due is not None and window[0] <= row.due <= window[1]

        self.read([*self.pages(inside), Complete(window=window)])
        self.settles(covers=lambda known: inside(known.row))

    @rule(data=st.data())
    def with_unreadable_rows(self, data: st.DataObject) -> None:
        bad = data.draw(st.sets(IDS, max_size=3))
        pages = self.pages(unless=bad)
        rows = tuple(unreadable(id_) for id_ in sorted(bad & self.source.keys()))
        self.read([*pages, Page(quarantined=rows), Complete()], unreadable=bad)
        if rows and len(rows) * 2 > len(self.source) >= 10:
            return  # most of it is unreadable: that is no whole read
        spared = bad & self.source.keys()
        self.settles(covers=lambda _known: True, spared=spared)

    @rule()
    def with_a_row_nobody_can_name(self) -> None:
        self.read([*self.pages(), Page(quarantined=(unreadable(),)), Complete()])
        self.settles(covers=lambda _known: False)

    @precondition(lambda self: self.complete_before)
    @rule()
    def unchanged(self) -> None:
        self.listed_now: set[str] = set()
        self.sync([Unchanged()])
        missing = [known for known in self.there() if known.misses]
        self.brake(missing, len(self.there()))

    def pages(
        self,
        only: Callable[[Row], bool] = lambda _row: True,
        unless: Collection[str] = (),
    ) -> list[Page]:
        chosen = [id_ for id_, row in self.source.items() if id_ not in unless and only(row)]
        records = [self.source[id_].record(id_) for id_ in chosen]
        return [Page(records=tuple(records[n : n + 3])) for n in range(0, len(records), 3)]

    def read(self, steps: list[Step], unreadable: Set[str] = frozenset()) -> None:
        """Sync, and tell the model what was listed."""
        self.live_before = len(self.there())
        self.sync(steps)
        pages = [step for step in steps if isinstance(step, Page)]
        self.listed_now = {record.external_id for page in pages for record in page.records}
        for id_ in self.listed_now:
            row = self.source[id_]
            if id_ not in self.known:
                self.known[id_] = Known(row, history=Counter(new=1))
            else:
                self.known[id_].listed(row)
        for id_ in unreadable & self.source.keys() & self.known.keys():
            self.known[id_].misses = 0

    def settles(
        self,
        *,
        covers: Callable[[Known], bool],
        spared: Collection[str] = (),
    ) -> None:
        """A read that came to its end: what it covered and did not list is missing once more."""
        self.complete_before = True
        again = []
        for id_, known in self.known.items():
            if known.removed or id_ in self.listed_now or id_ in spared:
                continue
            if not covers(known):
                known.misses = 0 if known.misses < READS else known.misses
            else:
                known.misses += 1
                if known.misses >= READS:
                    again.append(known)
        self.brake(again, self.live_before)

    def brake(self, missing: list[Known], live: int) -> None:
        for known in missing:
            known.misses = max(known.misses, READS)
        if len(missing) <= 1 or (len(missing) <= MOST and len(missing) <= live * SHARE):
            for known in missing:
                known.gone()

    def sync(self, steps: list[Step]) -> None:
        self.world.connector.script["things"] = steps
        self.run = self.world.sync()

    def there(self) -> list[Known]:
        return [known for known in self.known.values() if not known.removed]

    # What people do

    def act(self, data: st.DataObject, act: Callable[..., Act], *words: object) -> list[Known]:
        chosen = self.some(data, self.known)
        if not chosen:
            return []
        before = {id_: replace(self.known[id_]) for id_ in chosen}
        ids, clock = self.ids(), self.world.wall_clock()
        with self.database.write() as session:
            done = act(
                session, [ids[id_] for id_ in chosen], *words, user_id=self.user, clock=clock
            )
        assert done.undo is not None
        versions = {id_: known.version + 1 for id_, known in before.items()}
        self.undos.append(Undo(done.undo, before, versions))
        return [self.known[id_] for id_ in chosen]

    @rule(data=st.data())
    def done(self, data: st.DataObject) -> None:
        for known in self.act(data, acts.done):
            known.set("done")
            known.history["done"] += 1

    @rule(data=st.data())
    def reopens(self, data: st.DataObject) -> None:
        for known in self.act(data, acts.reopen):
            known.set("open", because=known.because)
            known.history["reopened"] += 1

    @rule(data=st.data(), hours=st.integers(1, 100))
    def snoozes(self, data: st.DataObject, hours: int) -> None:
        until = self.world.clock() + timedelta(hours=hours)
        for known in self.act(data, acts.snooze, until):
            known.set("snoozed", until=until)
            known.history["snoozed"] += 1

    @rule(data=st.data())
    def snoozes_until_it_changes(self, data: st.DataObject) -> None:
        for known in self.act(data, acts.snooze, None):
            known.set("snoozed")
            known.history["snoozed"] += 1

    @rule(data=st.data())
    def waits(self, data: st.DataObject) -> None:
        for known in self.act(data, acts.wait):
            known.set("waiting", because=known.because)
            known.history["waiting"] += 1

    @rule(data=st.data())
    def declines(self, data: st.DataObject) -> None:
        for known in self.act(data, acts.decline, "We do not sell this."):
            known.set("not applicable")
            known.history["not applicable"] += 1

    @rule(data=st.data(), mine=st.booleans())
    def assigns(self, data: st.DataObject, mine: bool) -> None:
        owner = self.user if mine else None
        for known in self.act(data, acts.assign, owner):
            known.owner = owner
            known.version += 1
            known.history["assigned"] += 1

    @rule(data=st.data())
    def notes(self, data: st.DataObject) -> None:
        if self.known:
            id_ = data.draw(st.sampled_from(sorted(self.known)))
            clock = self.world.wall_clock()
            with self.database.write() as session:
                comments.add(session, self.ids()[id_], "Asked.", user_id=self.user, clock=clock)
            self.known[id_].history["noted"] += 1

    @precondition(lambda self: self.undos)
    @rule(last=st.booleans())
    def undoes(self, last: bool) -> None:
        undo = self.undos.pop() if last else self.undos.pop(0)
        now = {id_: self.known[id_].version for id_ in undo.versions}
        clock = self.world.wall_clock()
        try:
            with self.database.write() as session:
                undoing.undo(session, undo.key, user_id=self.user, clock=clock)
        except Conflict:
            assert now != undo.versions
            return
        assert now == undo.versions
        for id_, before in undo.before.items():
            known = self.known[id_]
            known.owner = before.owner
            known.set(before.state, until=before.until, because=before.because)
            known.history["undone"] += 1

    @rule(hours=st.integers(1, 72))
    def time_passes(self, hours: int) -> None:
        now = self.world.clock.forward(hours=hours)
        with self.database.write() as session:
            waking.wake(session, now=now)
        for known in self.known.values():
            if known.state == "snoozed" and known.until is not None and known.until <= now:
                known.set("open", because=known.because)
                known.history["woken"] += 1

    @rule(gone=st.booleans())
    def judges_what_is_held(self, gone: bool) -> None:
        waiting = [known for known in self.there() if known.misses >= READS]
        with self.database.write() as session:
            if gone:
                held.confirm_removals(
                    session,
                    self.world.connection_id,
                    "things",
                    now=self.world.clock(),
                    actor_id=self.user,
                )
            else:
                held.keep_held(session, self.world.connection_id, "things")
        for known in waiting:
            known.misses = 0
            if gone:
                known.gone()

    # What must hold after every step

    def ids(self) -> dict[str, int]:
        with self.database.read() as session:
            pairs = session.exec(select(Item.external_id, Item.id)).all()
        return {external_id: id_ for external_id, id_ in pairs if id_ is not None}

    @invariant()
    def nothing_was_lost_and_nothing_is_removed_without_proof(self) -> None:
        stored = self.world.items()
        assert stored.keys() == self.known.keys()
        for id_, known in self.known.items():
            item = stored[id_]
            assert (item.removed_at is not None) == known.removed, id_
            assert (item.title, item.due_on, item.amount, item.closed) == (
                known.row.title,
                known.row.due,
                Decimal(known.row.amount),
                known.row.closed,
            ), id_

    @invariant()
    def what_people_did_stands(self) -> None:
        stored = self.world.items()
        with self.database.read() as session:
            states = {state.item_id: state for state in session.exec(select(ItemState))}
        for id_, known in self.known.items():
            item = stored[id_]
            state = states.get(item.id or 0) or ItemState(item_id=0, version=0, changed_at=START)
            assert (state.state, state.owner_id, state.snoozed_until, state.version) == (
                known.state,
                known.owner,
                known.until,
                known.version,
            ), id_
            assert (state.reopened_because is not None) == known.because, id_
            assert item.is_open == (
                known.state in ASKS and not known.removed and not known.row.closed
            ), id_

    @invariant()
    def the_history_tells_it_all(self) -> None:
        ids = {number: id_ for id_, number in self.ids().items()}
        told: dict[str, Counter[str]] = {id_: Counter() for id_ in ids.values()}
        with self.database.read() as session:
            for event in session.exec(select(Event)):
                if event.subject == "source":  # that it needs a sign-in, say
                    continue
                assert event.subject == "item"
                told[ids[event.subject_id]][event.kind] += 1
        for id_, known in self.known.items():
            assert told[id_] == known.history, id_

    @invariant()
    def the_numbers_of_a_run_add_up(self) -> None:
        if self.run is None or not self.run.streams:
            return
        told = self.run.streams["things"]
        taken = ("new", "changed", "unchanged", "quarantined", "duplicates")
        assert told["read"] + told["derived"] == sum(told[name] for name in taken)

    @invariant()
    def what_is_held_is_what_waits(self) -> None:
        items = SQLModel.metadata.tables["items"]
        with self.database.read() as session:
            stored = session.execute(
                sa.select(sa.func.count()).where(
                    items.c.missing_reads >= READS, items.c.removed_at.is_(None)
                )
            ).scalar_one()
        assert stored == sum(known.misses >= READS for known in self.there())


@pytest.fixture
def machine(sqlite_template: Path) -> type[Inbox]:
    Inbox.template = sqlite_template
    return Inbox


@pytest.mark.heavy
@pytest.mark.timeout(600)  # shrinking a failure takes minutes
@pytest.mark.promise("P1")
@pytest.mark.promise("P2")
@pytest.mark.promise("P6")
def test_whatever_happens_in_whatever_order(machine: type[Inbox]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12,
            stateful_step_count=40,
            deadline=None,
            database=None,
            derandomize=in_ci(),
            suppress_health_check=list(HealthCheck),
        ),
    )
