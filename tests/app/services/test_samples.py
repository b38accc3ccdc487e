"""The sample company: never beside anything real, whole or repeatable, gone without a trace."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.core import words
from app.db import Database
from app.demo import platforms
from app.demo.loading import Loader
from app.errors import Conflict, SampleInTheWay
from app.jobs.keeping import Keeper
from app.jobs.syncing import Syncer
from app.models import (
    AppSetting,
    Connection,
    Event,
    Item,
    RecordedAct,
    SavedView,
    User,
    Weight,
)
from app.secrets import Vault
from app.services import (
    accounts,
    acts,
    apart,
    attachments,
    comments,
    digest_ledger,
    imports,
    own_items,
    recording,
    samples,
    sources,
    undoing,
    weights,
)
from app.services.contents import MEGABYTE, Contents
from app.services.lines import Sources
from app.services.pages import Health
from tests.support.world import Clock

FEW = partial(platforms.running, only=("calendar", "own_items"))
"""Two platforms, one of them without any network: all of them belong into the demo's test."""
UNTOUCHED = {"revision", "settings", "chores", "alembic_version", "acts", "events"}


@pytest.fixture
def boss(database: Database, clock: Clock) -> int:
    with database.write() as session:
        added = accounts.add_user(
            session, email="dana@partner.example", name="Dana Boss", is_admin=True, now=clock()
        )
    assert added.id is not None
    return added.id


@pytest.fixture
def loader(database: Database, vault: Vault, settings: Any, clock: Clock) -> Loader:
    syncer = Syncer(database=database, vault=vault, settings=settings, now=clock)
    return Loader(syncer=syncer, running=FEW)


def rows(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    with database.read() as session:
        tables = SQLModel.metadata.tables.values()
        counts = {t.name: sa.select(sa.func.count()).select_from(t) for t in tables}
        return {name: int(session.execute(one).scalar_one()) for name, one in counts.items()}


def last(session: Session, table: Any) -> int:
    """The last id that the table has given."""
    return int(session.execute(sa.select(sa.func.max(table.id))).scalar_one() or 0)


def add_real(session: Session, vault: Vault, clock: Clock) -> Connection:
    values = {"url": "https://events.example/all.ics"}
    return sources.add(
        session, name="Ours", connector="calendar", values=values, vault=vault, now=clock()
    )


def test_it_is_read_like_any_source_then_rests_and_never_counts_as_news(
    loader: Loader, database: Database, boss: int, clock: Clock, vault: Vault
) -> None:
    told: list[tuple[int, int]] = []
    loader.load(boss, lambda done, of: told.append((done, of)))

    assert told == [(1, 3), (2, 3), (3, 3)]
    with database.read() as session:
        found = apart.sample(session)
        assert found is not None
        assert found.read_at == clock()
        assert len(session.exec(select(Item)).all()) > 20
        clock.forward(days=90)
        known = Sources(session, now=clock())
        assert {line.health for line in known.lines.values()} == {Health.SAMPLE}
        assert known.doubtful == ()
        assert digest_ledger.due(session, now=clock()) == []
        assert all(vault.open(one.secrets) == {} for one in session.exec(select(Connection)))
        ours = sources.every(session)[0].id or 0
    assert loader.syncer.due(limit=9) == []
    assert loader.syncer.run(ours, trigger="test") is None, "it was read again, from nowhere"


def test_an_act_in_it_is_undone_alone_and_what_was_done_before_is_not(
    loader: Loader, database: Database, boss: int, clock: Clock
) -> None:
    loader.load(boss)
    by: Any = {"user_id": boss, "clock": words.Clock(now=clock(), zone=loader.syncer.settings.zone)}
    with database.write() as session:
        assert recording.newest(session, **by) is None
        before = session.exec(select(Event.act_id).where(col(Event.act_id).is_not(None))).all()
        assert len(set(before)) > 1, "nothing was done before"
        for item in session.exec(select(Item).where(Item.is_open).limit(5)).all():
            done = acts.wait(session, [item.id or 0], **by)
            assert undoing.undo(session, done.undo, **by).items == (item.id,)
        with pytest.raises(Conflict):
            undoing.undo(session, str(before[0]), **by)


VERBS: dict[str, Any] = {
    "sync": lambda s, id_, v, now: sources.sync_now(s, id_, now=now),
    "resume": lambda s, id_, v, now: sources.pause(s, id_, paused=False, now=now),
    "remove": lambda s, id_, v, now: sources.remove(s, id_, now=now, actor_id=None),
    "edit": lambda s, id_, v, now: sources.edit(s, id_, name="x", values={}, vault=v, now=now),
    "add": lambda s, id_, v, now: add_real(s, v, lambda: now),
    "own item": lambda s, id_, v, now: own_items.add(
        s, {"title": "Mine", "date": "2027-01-31"}, vault=v, now=now, user_id=1
    ),
    "import": lambda s, id_, v, now: imports.save(
        s,
        file_name="a.csv",
        name="A",
        connection_id=None,
        mappings={},
        vendor=None,
        currency=None,
        vault=v,
        now=now,
    ),
}


def test_nothing_real_comes_beside_it_and_nothing_of_it_is_changed(
    database: Database, boss: int, vault: Vault, clock: Clock
) -> None:
    with database.write() as session:
        token = samples.begin(session, user_id=boss, now=clock()).token
        planned = [platforms.Planned(name="Own", connector="own_items", values={})]
        (only,) = samples.found(session, token, planned, (), vault=vault, now=clock())

    for verb in VERBS.values():
        with pytest.raises(SampleInTheWay), database.write() as session:
            verb(session, only, vault, clock())


def test_it_does_not_come_beside_anything_real(
    database: Database, boss: int, vault: Vault, clock: Clock
) -> None:
    with database.write() as session:
        added = add_real(session, vault, clock)
        session.flush()
        with pytest.raises(Conflict):
            samples.begin(session, user_id=boss, now=clock())
        item = {"connection_id": added.id, "stream": "x", "external_id": "1", "kind": "notice"}
        session.add(
            Item(
                **item,
                title="Brought",
                content_hash=b"1",
                first_seen_at=clock(),
                changed_at=clock(),
            )
        )
        sources.remove(session, added.id or 0, now=clock(), actor_id=None)
        with pytest.raises(Conflict):  # what it brought is still there
            samples.begin(session, user_id=boss, now=clock())


def test_wiping_leaves_the_inbox_as_it_was(
    loader: Loader, database: Database, boss: int, clock: Clock, settings: Any
) -> None:
    contents = Contents(folder=settings.files)
    with database.write() as session:
        session.add(Weight(vendor="Cisco", step=2))
        session.add(SavedView(owner_id=boss, name="Before", query="tab=mine", created_at=clock()))
    before = rows(database)
    clock.forward(hours=1)
    loader.load(boss)
    clock.forward(minutes=5)
    with database.write() as session:
        items = [one.id or 0 for one in session.exec(select(Item).where(Item.is_open)).all()]
        wall = words.Clock(now=clock(), zone=loader.syncer.settings.zone)
        acts.assign(session, items[:5], boss, user_id=boss, clock=wall)
        weights.save(session, {("Cisco", ""): -2, ("Sophos", ""): 1}, user_id=boss, clock=wall)
        session.add(SavedView(owner_id=boss, name="After", query="tab=all", created_at=clock()))

        arrived = contents.take(BytesIO(b"proof"), most=MEGABYTE)
        file = (session, items[0], arrived, "a.txt", "text/plain")
        attachments.add_file(*file, contents=contents, proof=True, user_id=boss, clock=wall)
        comments.add(session, items[0], "@Rin look", user_id=boss, clock=wall)
        used = last(session, Event), last(session, RecordedAct)
        session.get_one(User, boss).changes_seen_id = used[0]

    with database.write() as session:
        assert len(samples.wipe(session, now=clock(), user_id=boss)) == 3

    after = rows(database)
    assert {n: c for n, c in after.items() if n not in UNTOUCHED} == {
        n: c for n, c in before.items() if n not in UNTOUCHED
    }
    assert (after["events"], after["acts"]) == (1, 1)  # that it was wiped, and by whom
    with database.write() as session:
        assert session.exec(select(SavedView.name)).all() == ["Before"]
        assert weights.steps(session) == {("Cisco", ""): 2}
        assert last(session, Event) > used[0], "an open page names a number that comes again"
        assert last(session, RecordedAct) > used[1]
        assert session.get_one(User, boss).changes_seen_id == 0
        assert session.get(AppSetting, apart.MARK) is None
        assert samples.wipe(session, now=clock(), user_id=boss) == []
    clock.forward(days=2)
    places = list(contents.every())
    assert arrived.sha256 in {place.name for place in places}
    for place in places:
        os.utime(place, (0, 0))
    Keeper(database=database, uploads=settings.uploads, contents=contents, now=clock).prune()
    assert list(contents.every()) == [], "a file stayed on the disk"


class Killed(BaseException):
    """As if the process had been killed: nobody tidies up."""


def test_a_load_that_broke_off_can_be_repeated_and_ends_the_one_before(
    loader: Loader, database: Database, boss: int, clock: Clock
) -> None:
    def kill(done: int, _of: int) -> None:
        if done == 1:
            raise Killed

    with pytest.raises(Killed):
        loader.load(boss, kill)
    with database.read() as session:
        half = apart.sample(session)
    assert half is not None
    assert half.loading(now=clock())
    with pytest.raises(Conflict):
        loader.load(boss)
    clock.forward(minutes=2)
    assert half.broke_off(now=clock())

    loader.load(boss)

    with database.write() as session, pytest.raises(samples.Superseded):
        samples.heard(session, half.token, done=2, now=clock())
    with database.read() as session:
        assert len(session.exec(select(Connection)).all()) == 3
        assert len(session.exec(select(User)).all()) == 4  # its three people, once


def test_who_loads_what_was_wiped_meanwhile_writes_nothing_more(
    loader: Loader, database: Database, boss: int, clock: Clock
) -> None:
    def wipe(done: int, _of: int) -> None:
        if done == 1:
            with database.write() as session:
                samples.wipe(session, now=clock(), user_id=boss)

    with pytest.raises(samples.Superseded):
        loader.load(boss, wipe)

    assert rows(database)["connections"] == rows(database)["items"] == 0


@contextmanager
def broken(**_how: Any) -> Iterator[platforms.Platforms]:
    raise OSError("no port is free")
    yield


def test_platforms_that_do_not_start_leave_something_that_can_be_repeated_at_once(
    loader: Loader, database: Database, boss: int, clock: Clock
) -> None:
    failing = replace(loader, running=broken)
    failing.begin(boss)
    failing.ended.wait(10)

    with database.read() as session:
        found = apart.sample(session)
    assert found is not None
    assert found.broke_off(now=clock())
