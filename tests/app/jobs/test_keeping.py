"""Once a day what nobody needs any more is thrown away, and nothing else ever."""

import io
import os
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, select

from app.core import retention
from app.jobs.keeping import Keeper
from app.models import (
    Channel,
    Delivery,
    DigestEntry,
    OneTimeLink,
    PersonalState,
    QuarantinedRow,
    SyncRun,
    WebSession,
)
from app.services import accounts, attachments, sources
from app.services.contents import Contents
from app.services.pruning import BATCH
from connectors.sdk.connector import Complete, Page
from tests.support.scripted import deadlines, unreadable
from tests.support.world import World

DAY = timedelta(days=1)


def keeper(world: World) -> Keeper:
    settings = world.syncer.settings
    return Keeper(
        database=world.database,
        uploads=settings.uploads,
        contents=Contents(folder=settings.files),
        now=world.clock,
    )


def put(world: World, *rows: SQLModel) -> None:
    with world.database.write() as session:
        session.add_all(rows)


def every(world: World, table: type[Any]) -> list[Any]:
    with world.database.read() as session:
        return list(session.exec(select(table)))


def run(world: World, days_ago: int, outcome: str | None = "failed") -> SyncRun:
    return SyncRun(
        connection_id=world.connection_id,
        trigger="test",
        fence=1,
        started_at=world.clock() - days_ago * DAY,
        outcome=outcome,
    )


class TestRuns:
    def test_old_runs_go_but_for_the_newest_and_the_last_good_one(self, world: World) -> None:
        put(world, run(world, 300, "ok"), run(world, 200, "ok"))
        put(world, *(run(world, 100) for _ in range(retention.RUNS_KEPT + 3)))

        keeper(world).prune()

        with world.database.read() as session:
            left = sources.runs(session, world.connection_id, limit=100)
        assert [one.outcome for one in left] == ["failed"] * retention.RUNS_KEPT + ["ok"]
        assert left[-1].started_at == world.clock() - 200 * DAY

    def test_the_runs_of_ninety_days_stay_however_many(self, world: World) -> None:
        put(world, *(run(world, 89) for _ in range(retention.RUNS_KEPT + 30)))

        keeper(world).prune()

        assert len(every(world, SyncRun)) == retention.RUNS_KEPT + 30

    def test_a_run_that_nobody_has_ended_stays(self, world: World) -> None:
        put(world, run(world, 400, None), *(run(world, 100) for _ in range(retention.RUNS_KEPT)))

        keeper(world).prune()

        assert None in [one.outcome for one in every(world, SyncRun)]


@pytest.mark.promise("P1")
def test_items_and_their_history_stay_for_ever(world: World) -> None:
    world.connector.lists(*deadlines(range(3)))
    world.sync()
    world.connector.lists(*deadlines(range(2)))
    world.sync()
    world.sync()
    before = (world.items().keys(), [event.kind for event in world.history("2")])
    assert before[1][-1] == "gone"

    world.clock.forward(days=4000)
    keeper(world).prune()

    assert (world.items().keys(), [event.kind for event in world.history("2")]) == before


def test_a_row_that_can_be_read_again_is_forgotten_a_month_later(world: World) -> None:
    world.connector.script["things"] = [Page(quarantined=(unreadable("1"),)), Complete()]
    world.sync()
    keeper(world).prune()
    assert len(every(world, QuarantinedRow)) == 1

    world.clock.forward(days=400)
    keeper(world).prune()
    assert len(every(world, QuarantinedRow)) == 1  # it still cannot be read

    world.connector.lists(*deadlines([1]))
    world.sync()
    world.clock.forward(days=29)
    keeper(world).prune()
    assert len(every(world, QuarantinedRow)) == 1
    world.clock.forward(days=2)
    keeper(world).prune()
    assert every(world, QuarantinedRow) == []


def test_sessions_and_links_that_no_longer_work_go(world: World, person: int) -> None:
    now = world.clock()
    with world.database.write() as session:
        working = accounts.open_session(session, person, now=now)
        idle = accounts.open_session(session, person, now=now - accounts.IDLE - DAY)
        over = accounts.open_session(session, person, now=now - accounts.ABSOLUTE - DAY)
        accounts.touch_session(session, over, now=now)
        _fresh, used = (_link(session, person, now) for _ in range(2))
        _link(session, person, now - timedelta(days=9))
    with world.database.write() as session:
        accounts.use_link(session, used, accounts.SIGN_IN, now=now)

    keeper(world).prune()

    assert [_works(world, token) for token in (working, idle, over)] == [True, False, False]
    assert len(every(world, WebSession)) == 1
    assert len(every(world, OneTimeLink)) == 2
    world.clock.forward(days=8)
    keeper(world).prune()
    assert every(world, OneTimeLink) == []


def _link(session: Session, person: int, now: Any) -> str:
    return accounts.make_link(session, accounts.SIGN_IN, user_id=person, now=now)


def _works(world: World, token: str) -> bool:
    with world.database.read() as session:
        return accounts.signed_in(session, token, now=world.clock()) is not None


def test_what_was_sent_is_kept_as_long_as_it_could_be_asked_for(world: World, person: int) -> None:
    now = world.clock()
    old = now - 91 * DAY
    times = {"created_at": old, "next_attempt_at": old}
    put(
        world,
        Channel(id=1, kind="chat", name="Hall", created_at=old),
        Delivery(key="a", channel_id=1, state="sent", **times),
        Delivery(key="b", channel_id=1, state="waiting", **times),
        DigestEntry(user_id=person, local_date=old.date(), state="sent", claimed_at=old),
        DigestEntry(
            user_id=person,
            local_date=(now - 400 * DAY).date(),
            state="sent",
            claimed_at=now - 400 * DAY,
        ),
    )

    keeper(world).prune()

    assert [entry.key for entry in every(world, Delivery)] == ["b"]
    assert [entry.local_date for entry in every(world, DigestEntry)] == [old.date()]


def test_who_had_read_what_is_long_gone_is_forgotten(world: World, person: int) -> None:
    world.connector.lists(*deadlines(range(30)))
    world.sync()
    ids = {external: stored.id for external, stored in world.items().items()}
    put(
        world,
        *(
            PersonalState(user_id=person, item_id=ids[one], read_at=world.clock())
            for one in ("0", "1")
        ),
    )
    world.connector.lists(*deadlines([0, *range(3, 30)]))
    world.sync()
    world.sync()
    keeper(world).prune()
    assert len(every(world, PersonalState)) == 2

    world.clock.forward(days=366)
    keeper(world).prune()

    assert [mark.item_id for mark in every(world, PersonalState)] == [ids["0"]]


def test_more_than_one_transaction_may_take_goes_in_several(world: World, person: int) -> None:
    put(
        world,
        *(
            OneTimeLink(
                token_hash=number.to_bytes(4, "big"),
                purpose="sign-in",
                user_id=person,
                expires_at=world.clock() - 30 * DAY,
            )
            for number in range(2 * BATCH + 1)
        ),
    )

    keeper(world).prune()

    assert every(world, OneTimeLink) == []


@pytest.mark.promise("P4")
def test_it_is_done_once_a_day_by_whoever_is_first(world: World) -> None:
    one, other = keeper(world), keeper(world)

    one.prune()
    put(world, _expired(world, 1))
    other.prune()
    assert len(every(world, OneTimeLink)) == 1
    world.clock.forward(hours=23, minutes=59)
    one.prune()
    assert len(every(world, OneTimeLink)) == 1
    world.clock.forward(minutes=2)
    other.prune()
    assert every(world, OneTimeLink) == []


def _expired(world: World, number: int) -> OneTimeLink:
    return OneTimeLink(
        token_hash=number.to_bytes(8, "big"),
        purpose="set-up",
        expires_at=world.clock() - 30 * DAY,
    )


def test_who_is_stopped_halfway_leaves_the_rest_to_another_within_the_hour(world: World) -> None:
    put(world, _expired(world, 1))
    stopped = keeper(world)
    stopped.stopping.set()
    stopped.prune()
    another = keeper(world)
    another.prune()
    assert len(every(world, OneTimeLink)) == 1

    world.clock.forward(hours=1)
    another.prune()

    assert every(world, OneTimeLink) == []


def test_files_that_nobody_reads_any_more_go(world: World) -> None:
    uploads = world.syncer.settings.uploads
    mine, draft, new = (_file(uploads / name) for name in ("1/a.csv", "drafts/x/a", "drafts/y/a"))
    long_ago = (world.clock() - timedelta(hours=3)).timestamp()
    os.utime(draft.parent, (long_ago, long_ago))
    just_now = world.clock().timestamp()
    os.utime(new.parent, (just_now, just_now))
    keeper(world).prune()
    assert _there(mine, draft, new) == [True, False, True]

    with world.database.write() as session:
        sources.remove(session, world.connection_id, now=world.clock(), actor_id=None)
    world.clock.forward(days=1)
    keeper(world).prune()

    assert not mine.exists()


def _file(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    path.write_text("x")
    return path


def _there(*files: Path) -> Iterable[bool]:
    return [file.exists() for file in files]


class TestFiles:
    """The contents of files that people put to items."""

    def put(self, world: World, person: int, body: bytes, *, days_ago: int) -> tuple[str, int]:
        """A file that somebody put to the first item; its SHA-256 and its row."""
        contents = Contents(folder=world.syncer.settings.files)
        arrived = contents.take(io.BytesIO(body), most=1000)
        with world.database.write() as session:
            attachments.add_file(
                session,
                world.items()["0"].id or 0,
                arrived,
                "a.txt",
                "text/plain",
                contents=contents,
                user_id=person,
                clock=world.wall_clock(),
            )
            (line, *_) = attachments.of_item(session, world.items()["0"].id or 0)
        at = (world.clock() - days_ago * DAY).timestamp()
        os.utime(settled(contents, arrived.sha256), (at, at))
        return arrived.sha256, line.id

    def test_a_content_goes_a_while_after_its_last_file_was_taken_away(
        self, world: World, person: int
    ) -> None:
        world.connector.lists(*deadlines(range(1)))
        world.sync()
        contents = Contents(folder=world.syncer.settings.files)
        kept, _ = self.put(world, person, b"kept", days_ago=500)
        gone, row = self.put(world, person, b"gone", days_ago=500)
        with world.database.write() as session:
            attachments.take_away(session, row, user_id=person, clock=world.wall_clock())

        world.clock.forward(days=29)
        keeper(world).prune()
        assert contents.is_whole(gone)
        world.clock.forward(days=2)
        keeper(world).prune()

        assert (contents.is_whole(kept), contents.is_whole(gone)) == (True, False)
        again, _ = self.put(world, person, b"gone", days_ago=0)
        assert contents.is_whole(again)

    def test_what_no_file_names_has_a_day_to_be_named(self, world: World) -> None:
        contents = Contents(folder=world.syncer.settings.files)
        shas = []
        for hours, settle in ((23, True), (25, True), (23, False), (25, False)):
            arrived = contents.take(io.BytesIO(b"%d %d" % (hours, settle)), most=1000)
            if settle:
                contents.settle(arrived)
            at = (world.clock() - timedelta(hours=hours)).timestamp()
            place = settled(contents, arrived.sha256) if settle else arrived.file
            os.utime(place, (at, at))
            shas.append(place)

        keeper(world).prune()

        assert [place.exists() for place in shas] == [True, False, True, False]


def settled(contents: Contents, sha256: str) -> Path:
    return contents.folder / sha256[:2] / sha256
