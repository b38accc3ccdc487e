"""Whoever mirrors the inbox has what it has, whatever happened, and wherever they were killed."""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from httpx2 import URL
from sqlmodel import Session

from app.errors import AppError
from app.models import AssignmentRule, Channel, ChannelKind, Event
from app.services import (
    accounts,
    acts,
    answers,
    attachments,
    comments,
    deliveries,
    events,
    handing,
    mirroring,
    own_items,
    pairs,
    people,
    recording,
    restoring,
    samples,
    sources,
    undoing,
    waking,
)
from connectors.sdk.records import AnyRecord, Deadline, DueDate, DueInstant, Fact, Goal, Money
from tests.app.api_v1.program import HOME, Program, problem
from tests.support.scripted import deadline, deadlines
from tests.support.world import START, World

BEGIN = f"{HOME}/api/v1/items?updated_since=start"


@dataclass
class Mirror:
    """Keeps the items by id, and where it goes on. That is all it knows."""

    program: Program
    items: dict[int, Any] = field(default_factory=dict)
    url: str = BEGIN

    def page(self, limit: int, *, killed: bool = False) -> bool:
        """One page; whether it was the last of a walk. ``killed`` before it kept where it is."""
        answer = self.program.get(str(URL(self.url).copy_set_param("limit", limit)))
        if answer.status_code == 410:
            self.items, self.url = {}, BEGIN
            return False
        page = answer.json()
        self.items |= {item["id"]: item for item in page["items"]}
        assert len(page["items"]) <= limit
        if not killed:
            self.url = page["next"] or page["sync"]
        return page["next"] is None

    def finish(self, limit: int = 200) -> None:
        """To the end of this walk, and of the one that begins there."""
        for _ in range(2):
            while not self.page(limit):
                pass


def present(world: World, home: str = HOME) -> dict[int, Any]:
    """All items as they are."""
    with world.database.read() as session:
        found = answers.rows(session, sa.true(), limit=100_000)
        return {row.id: answers.item(row, home) for row in found}


class Company:
    """Where anything may happen to any item."""

    def __init__(self, program: Program, seed: int) -> None:
        self.program, self.world = program, program.world
        self.random = random.Random(seed)
        self.listed: dict[str, AnyRecord] = {str(n): deadline(n) for n in range(30)}
        self.gone: dict[str, AnyRecord] = {}
        self.people = [program.person]
        self.happened = 0
        with self.world.database.write() as session:
            for name in ("Ana", "Bo"):
                mail = f"{name}@partner.example"
                added = accounts.add_user(session, email=mail, name=name, now=START)
                assert added.id is not None
                self.people.append(added.id)
            rule = AssignmentRule(vendor="Cisco", owner_id=self.people[1], created_at=START)
            session.add(rule)
        self.world.connector.lists(*self.listed.values())
        self.world.sync()

    def happen(self) -> None:
        """One thing. What cannot be done just now is not."""
        self.world.clock.forward(minutes=self.random.randint(1, 90))
        what = self.random.choice(
            [
                *[self.sync] * 6,
                *[self.act] * 8,
                self.undo,
                self.join,
                self.own,
                self.wake,
                self.staff,
            ]
        )
        with suppress(AppError):
            what()
            self.happened += 1

    def _write(self, do: Callable[[Session, Any], object]) -> None:
        by = {"user_id": self.random.choice(self.people), "clock": self.world.wall_clock()}
        with self.world.database.write() as session:
            do(session, by)

    def sync(self) -> None:
        choose = self.random.choice
        for _ in range(self.random.randint(1, 4)):
            id_ = choose(sorted(self.listed))
            self.listed[id_] = self._changed(id_)
        if self.random.random() < 0.4:
            new = str(1000 + self.random.randrange(10_000))
            self.listed[new] = deadline(new, vendor=choose(("Cisco", None)))
        if self.random.random() < 0.3 and len(self.listed) > 20:
            id_ = choose(sorted(self.listed))
            self.gone[id_] = self.listed.pop(id_)
        if self.gone and self.random.random() < 0.3:
            id_ = choose(sorted(self.gone))
            self.listed[id_] = self.gone.pop(id_)
        self.world.connector.lists(*self.listed.values())
        self.world.sync()

    def _changed(self, id_: str) -> AnyRecord:
        choose = self.random.choice
        day = date(2027, 1, choose(range(1, 28)))
        if choose((True, *[False] * 9)):
            period = {"period_start": date(2027, 1, 1), "period_end": day}
            return Goal(external_id=id_, title=f"Goal {id_}", target=Decimal(9), **period)
        at = START + timedelta(days=choose(range(40)))
        more: list[dict[str, Any]] = [
            {"due": DueDate(on=day, zone=choose((None, "Europe/Berlin")))},
            {"due": DueInstant(at=at, zone=choose((None, "Europe/Berlin")))},
            {"title": f"Title {day}"},
            {"amount": Money(amount=Decimal(choose(range(99))), currency=choose(("EUR", None)))},
            {"facts": (Fact("Seats", str(day.day)),)},
            {"url": f"https://portal.example/{day.day}", "status": choose(("NEW", "OLD"))},
            {"vendor": choose(("Cisco", "HPE")), "closed": choose((True, False))},
        ]
        was = self.listed[id_]
        kept = {} if not isinstance(was, Deadline) else {"amount": was.amount, "due": was.due}
        return deadline(id_, **{**kept, **choose(more)})

    def _some(self) -> list[int]:
        ids = sorted(item.id or 0 for item in self.world.items().values())
        return self.random.sample(ids, self.random.randint(1, 3))

    def act(self) -> None:
        until = self.world.clock() + timedelta(hours=self.random.randint(1, 30))
        owner = self.random.choice([*self.people, None])
        verbs: list[Callable[[Session, list[int], Any], object]] = [
            lambda s, ids, by: acts.done(s, ids, **by),
            lambda s, ids, by: acts.reopen(s, ids, **by),
            lambda s, ids, by: acts.snooze(s, ids, until, **by),
            lambda s, ids, by: acts.snooze(s, ids, None, **by),
            lambda s, ids, by: acts.wait(s, ids, **by),
            lambda s, ids, by: acts.decline(s, ids, "Not ours", **by),
            lambda s, ids, by: acts.assign(s, ids, owner, **by),
            lambda s, ids, by: acts.back_up(s, ids, owner, **by),
            lambda s, ids, by: comments.add(s, ids[0], "Look", **by),
            lambda s, ids, by: attachments.add_link(s, ids[0], "https://x.example", **by),
        ]
        verb, ids = self.random.choice(verbs), self._some()
        self._write(lambda session, by: verb(session, ids, by))

    def undo(self) -> None:
        self._write(lambda session, by: undoing.undo(session, "", **by))

    def join(self) -> None:
        keep, lose = (self._some()[0], self._some()[0])

        def do(session: Session, by: Any) -> None:
            if self.random.random() < 0.3:
                pairs.part(session, lose, **by)
            elif keep != lose:
                record = recording.begin(session, acts.JOINED, **by)
                pairs.stand_for(session, keep, lose, "same", **by, within=record)

        self._write(do)

    def own(self) -> None:
        entry = {"title": f"Own {self.random.randrange(99)}", "date": "2027-01-05"}
        by = {"now": self.world.clock(), "user_id": self.people[0]}
        with self.world.database.write() as session:
            act, _id = own_items.add(session, entry, vault=self.world.syncer.vault, **by)
        assert act.source is not None
        self.world.syncer.run(act.source, trigger="test")

    def wake(self) -> None:
        self.world.clock.forward(hours=20)
        self._write(lambda session, by: waking.wake(session, now=by["clock"].now))

    def staff(self) -> None:
        one, other = self.random.sample(self.people, 2)
        comes = one == self.program.person or self.random.random() < 0.8

        def rename(session: Session, by: Any) -> None:
            accounts.user(session, one).name = f"Name {self.random.randrange(99)}"
            people.set_active(session, one, active=comes)

        def hand(session: Session, by: Any) -> None:
            seen = events.newest(session)
            handing.hand_over(session, one, other, note="Bye", seen=seen, **by)

        self._write(rename)
        self._write(hand)


@pytest.mark.long
@pytest.mark.promise("P1")
def test_after_200_changes_with_pages_and_kills_between_the_mirror_is_the_inbox(
    program: Program,
) -> None:
    company = Company(program, seed=5)
    mirror, late = Mirror(program), Mirror(program)
    late.page(7)  # and is then away until the end, in the midst of its first walk
    choose = company.random
    second = None
    while company.happened < 200:
        company.happen()
        for _ in range(choose.randint(0, 2)):
            mirror.page(choose.randint(1, 12), killed=choose.random() < 0.2)
        if company.happened == 120 and second is None:
            with program.world.database.write() as session:
                second = sources.add(
                    session,
                    name="Second",
                    connector="scripted",
                    values={},
                    vault=program.world.syncer.vault,
                    now=program.world.clock(),
                )
            program.world.connector.lists(*deadlines(range(5)))
            program.world.syncer.run(second.id or 0, trigger="test")
    assert second is not None
    with program.world.database.write() as session:
        sources.remove(session, second.id or 0, now=program.world.clock(), actor_id=None)

    expected = present(program.world)
    states = {item["state"] for item in expected.values()}
    assert len(states) >= 6, states  # it was a life worth mirroring
    for one in (mirror, late):
        one.finish(limit=9)
        assert one.items == expected


def test_what_was_touched_comes_alone_and_each_once(program: Program) -> None:
    world = program.world
    world.connector.lists(*deadlines(range(20)))
    world.sync()
    mirror = Mirror(program)
    mirror.finish()
    ids = sorted(mirror.items)
    for _ in range(2):
        program.post(f"/items/{ids[3]}/wait")
        program.post(f"/items/{ids[7]}/done")

    page = program.get(mirror.url).json()
    assert [item["id"] for item in page["items"]] == [ids[3], ids[7]]
    assert page["next"] is None
    assert program.get(page["sync"]).json()["items"] == []


def test_a_moment_gives_what_was_touched_since_and_a_little_before(program: Program) -> None:
    world = program.world
    world.connector.lists(*deadlines(range(9)))
    world.sync()
    first = world.clock()
    ids = sorted(present(program.world))
    touched = []
    for hours, id_ in ((3, ids[1]), (3, ids[2]), (3, ids[3])):
        world.clock.forward(hours=hours)
        program.post(f"/items/{id_}/done")
        touched.append(world.clock())

    def since(at: Any) -> list[int]:
        mirror = Mirror(program, url=f"{BEGIN.replace('start', '')}{at:%Y-%m-%dT%H:%M:%SZ}")
        mirror.finish(limit=2)
        return sorted(mirror.items)

    assert since(touched[1]) == ids[2:4]
    assert since(touched[2] + timedelta(hours=1)) == [ids[3]]  # a line may be told late
    assert since(touched[2] + timedelta(hours=3)) == []
    assert since(first) == ids
    assert since(first - timedelta(days=900)) == ids


def test_a_slow_writer_whose_line_has_the_smaller_number_is_not_missed(program: Program) -> None:
    database = program.world.database
    if database.sqlite:
        return  # it has one writer at a time: what begins first ends first
    program.world.connector.lists(*deadlines(range(3)))
    program.world.sync()
    ids = sorted(present(program.world))
    items, lines = Mirror(program), {"url": f"{HOME}/api/v1/events"}
    items.finish()

    def told() -> list[int]:
        page = program.get(lines["url"]).json()
        lines["url"] = page["sync"]
        return [line["id"] for line in page["events"]]

    told()
    by: Any = {"user_id": program.person, "clock": program.world.wall_clock()}
    with database.write() as slow:
        acts.wait(slow, [ids[0]], **by)
        low = slow.scalar(sa.select(sa.func.max(Event.id)))
        with database.write() as quick:
            acts.wait(quick, [ids[1]], **by)
            high = quick.scalar(sa.select(sa.func.max(Event.id)))
        assert low is not None
        assert high is not None
        assert low < high
        items.finish()
        assert items.items[ids[1]]["state"] == "waiting on vendor"
        assert items.items[ids[0]]["state"] == "open"
        assert told() == [high]

    items.finish()
    assert items.items == present(program.world)
    assert low in told()


@pytest.mark.promise("P10")
def test_after_a_backup_was_put_back_or_the_sample_wiped_a_mirror_begins_anew(
    program: Program,
) -> None:
    database, clock = program.world.database, program.world.clock
    program.world.connector.lists(*deadlines(range(5)))
    program.world.sync()
    mirror = Mirror(program)
    mirror.finish()
    between = program.read("/items", updated_since="start", limit=2)["next"]
    history = program.read("/events")["sync"]
    program.post(f"/items/{min(mirror.items)}/done")  # of which the copy knows nothing
    with database.write() as session:
        restoring.mark(session, now=clock())
    with database.write() as session:
        restoring.settle(session, now=clock())

    for url in (mirror.url, between, history):
        assert "begin-anew" in problem(program.get(url), 410)["type"]
    mirror.finish()
    assert mirror.items == present(program.world)
    for made_up in (
        "c" + "A" * 40 + "." + "A" * 43,
        str(URL(mirror.url).params["updated_since"])[:-2] + "AA",
    ):
        problem(program.get("/items", updated_since=made_up), 410)
    with database.write() as session:
        samples.wipe(session, now=clock(), user_id=None)


def test_the_history_is_read_along_line_by_line(program: Program) -> None:
    program.world.connector.lists(*deadlines(range(5)))
    program.world.sync()
    page = program.read("/events", limit=2)
    lines = {line["id"]: line for line in page["events"]}
    while page["next"]:
        page = program.read(page["next"])
        lines |= {line["id"]: line for line in page["events"]}
    assert [line["kind"] for line in lines.values()] == ["new"] * 5
    program.post(f"/items/{lines[1]['subject_id']}/note", {"text": "nothing to see"})
    page = program.read(page["sync"])
    assert [(line["kind"], line["note"]) for line in page["events"]] == [("noted", None)]


def test_that_an_output_was_stopped_is_read_along_without_what_is_its_owners_alone(
    program: Program,
) -> None:
    now, database = program.world.clock(), program.world.database
    page = program.read("/events")
    with database.write(counts=False) as session:
        lee = accounts.add_user(session, email="lee@partner.example", name="Lee", now=now)
        mine = {"name": "Lee's own", "user_id": lee.id, "created_at": now}
        chat = Channel(kind=ChannelKind.CHAT, **mine)
        session.add(chat)
        session.flush()
        deliveries.give_up(session, chat, deliveries.FAILED_FOR_DAYS, now=now)
    page = program.read(page["sync"])
    (line,) = page["events"]
    assert (line["subject"], line["subject_id"], line["kind"]) == ("output", chat.id, "stopped")
    assert (line["field"], line["note"]) == ("chat", deliveries.FAILED_FOR_DAYS)
    assert "Lee" not in str(line)


def test_what_was_touched_is_found_by_the_lines_since_and_not_by_all_of_them(
    program: Program,
) -> None:
    if not program.world.database.sqlite:
        return  # it plans by how much there is, which here is nothing
    asked: list[Any] = []
    engine = program.world.database.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2:4]))
    with program.world.database.read() as session:
        mirroring.touched(session, mirroring.Walk(1, 0, 9), 50)
        statement, values = asked[-1]
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        assert "events USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in str(plan.all())
