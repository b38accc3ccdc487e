"""P4: whoever looks for work, one connection is synced by one at a time."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.config import Settings
from app.db import Database
from app.jobs.scheduler import Jobs
from app.jobs.syncing import Syncer
from app.models import Health, Item, ItemState, SyncRun, TeamState, Trigger
from app.services import acts, sources, syncing, waking
from app.services.states import Overtaken
from connectors.sdk import errors
from connectors.sdk.connector import Complete, Page
from tests.support.processes import Place, started, sync
from tests.support.scripted import deadlines
from tests.support.world import World

pytestmark = pytest.mark.promise("P4")


def others(world: World, number: int) -> list[int]:
    """So many more connections of the scripted connector."""
    ids = []
    with world.database.write() as session:
        for index in range(number):
            added = sources.add(
                session,
                name=f"Another {index}",
                connector="scripted",
                values={},
                vault=world.syncer.vault,
                now=world.clock(),
            )
            assert added.id is not None
            ids.append(added.id)
    return ids


def runs(world: World) -> list[SyncRun]:
    with world.database.read() as session:
        return list(session.exec(select(SyncRun)))


def at_once(work: list[Callable[[], Any]]) -> list[Any]:
    """All of this at the same time, each in its thread; what each gave."""
    together = threading.Barrier(len(work))
    given: list[Any] = [None] * len(work)

    def do(number: int) -> None:
        together.wait()
        given[number] = work[number]()

    threads = [threading.Thread(target=do, args=(number,)) for number in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def test_of_many_threads_one_gets_each_connection(world: World) -> None:
    ids = [world.connection_id, *others(world, 4)]

    def take_all(name: str) -> list[int]:
        taken = []
        for connection_id in ids:
            with world.database.write() as session:
                claim = syncing.claim(
                    session,
                    connection_id,
                    owner=name,
                    now=world.clock(),
                    trigger="test",
                    only_due=True,
                )
            if claim is not None:
                taken.append(claim.connection_id)
        return taken

    given = at_once([lambda name=f"thread {n}": take_all(name) for n in range(6)])
    assert sorted(id_ for taken in given for id_ in taken) == ids


def test_of_several_processes_each_run_had_the_connection_alone(
    world: World, database_url: str
) -> None:
    world.connector.lists(*deadlines(range(20)))
    place = Place(
        url=database_url, folder=world.syncer.settings.data_dir, now=world.clock.forward(hours=1)
    )
    processes = [started(sync, place, world.connection_id, world.connector, 15) for _ in range(3)]
    for process in processes:
        process.join()
        assert process.exitcode == 0
    found = runs(world)
    assert len({run.fence for run in found}) == len(found)
    assert {run.outcome for run in found} == {"ok"}
    assert sum(run.new for run in found) == 20
    assert len(world.live()) == 20


def test_somebody_elses_sync_is_not_started_again(world: World) -> None:
    seen = []

    def second() -> None:
        another = Syncer(
            database=world.database,
            vault=world.syncer.vault,
            settings=world.syncer.settings,
            now=world.clock,
        )
        seen.append(another.run(world.connection_id, trigger="test"))

    world.connector.script["things"] = [second, Complete()]
    assert world.sync().outcome == "ok"
    assert seen == [None]


def lose(world: World) -> Callable[[], None]:
    """While a sync reads, its lease passes and another one reads and stores the list."""

    def other() -> None:
        world.clock.forward(minutes=6)
        world.connector.lists(*deadlines(range(3)))
        run = world.syncer.run(world.connection_id, trigger="other")
        assert run is not None
        assert run.outcome == "ok"

    return other


def test_a_zombie_writes_nothing(world: World) -> None:
    world.connector.script["things"] = [
        Page(records=deadlines(range(10, 20))),
        lose(world),
        Page(records=deadlines(range(20, 30))),
        Complete(state={"cursor": "of the zombie"}),
    ]
    zombie = world.sync()
    assert world.live() == {"0", "1", "2"}
    assert world.stream_state().state == {}
    assert (zombie.outcome, zombie.new) == ("interrupted", 0)
    assert [run.outcome for run in runs(world)] == ["interrupted", "ok"]
    assert world.connection().lease_until is None


def test_a_long_read_keeps_its_lease(world: World) -> None:
    def tick() -> None:
        world.clock.forward(minutes=4)
        with world.database.read() as session:
            assert syncing.due(session, now=world.clock()) == []

    pages: list[Any] = [Page(records=deadlines([n])) for n in range(6)]
    world.connector.script["things"] = [*(x for page in pages for x in (page, tick)), Complete()]
    assert (world.sync().outcome, len(world.live())) == ("ok", 6)


def test_a_removed_connection_gets_nothing_more(world: World) -> None:
    def remove() -> None:
        with world.database.write() as session:
            sources.remove(session, world.connection_id, now=world.clock(), actor_id=None)

    world.connector.lists(*deadlines(range(3)))
    world.sync()
    world.connector.script["things"] = [
        Page(records=deadlines(range(5))),
        remove,
        Page(records=deadlines(range(5, 9))),
        Complete(),
    ]
    world.sync()
    assert set(world.items()) == {"0", "1", "2"}
    assert world.live() == set()


def test_what_a_sync_with_old_settings_finds_out_says_nothing_of_the_new(world: World) -> None:
    def edit() -> None:
        with world.database.write() as session:
            sources.edit(
                session,
                world.connection_id,
                name="Scripted",
                values={"account": "42", "password": "a better one"},
                vault=world.syncer.vault,
                now=world.clock(),
            )

    world.connector.script["things"] = [edit, errors.AuthFailed("The old password.")]
    world.sync()
    connection = world.connection()
    assert (connection.health, connection.next_due_at) == (Health.NEW, world.clock())
    world.connector.lists(*deadlines(range(3)))
    assert world.syncer.run(world.connection_id, trigger="test", only_due=True) is not None
    assert world.connection().health == Health.OK


def test_who_asks_while_a_sync_runs_gets_one_more(world: World, person: int) -> None:
    def ask() -> None:
        with world.database.write() as session:
            sources.sync_now(session, world.connection_id, now=world.clock(), asked_by_id=person)

    world.connector.script["things"] = [ask, Complete()]
    world.sync()

    world.connector.lists()
    asked = world.syncer.run(world.connection_id, trigger="schedule", only_due=True)
    assert asked is not None
    assert (asked.trigger, asked.asked_by_id) == (Trigger.PERSON, person)
    assert world.syncer.run(world.connection_id, trigger="schedule", only_due=True) is None


def test_a_platform_that_asked_to_wait_is_not_hurried_by_a_person(
    world: World, person: int
) -> None:
    until = world.clock() + timedelta(hours=5)

    def ask() -> None:
        with world.database.write() as session:
            sources.sync_now(session, world.connection_id, now=world.clock(), asked_by_id=person)

    world.connector.script["things"] = [ask, errors.RateLimited("Slow down.", until=until)]
    world.sync()

    assert world.connection().next_due_at == until


class TestRaces:
    """On Postgres two transactions do run at once; the second has to see what the first did."""

    @contextmanager
    def meanwhile(self, database: Database, work: Callable[[Any], None]) -> Iterator[list[Any]]:
        """Begin ``work`` in a transaction of another thread while the block is in its own."""
        caught: list[Any] = []

        def do() -> None:
            try:
                with database.write() as session:
                    work(session)
            except Exception as error:  # noqa: BLE001  (judged by the test, in its own thread)
                caught.append(error)

        thread = threading.Thread(target=do)
        with database.write() as session:
            yield [session, caught]
            thread.start()
            self._wait_until_it_waits(database, thread)
        thread.join()

    def _wait_until_it_waits(self, database: Database, thread: threading.Thread) -> None:
        if database.sqlite:
            return  # it waits for the one writer
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        while thread.is_alive():
            with database.read() as session:
                if session.execute(sa.text(f"{waiting} AND datname = current_database()")).scalar():
                    return

    def test_removing_a_connection_while_a_sync_takes_it(self, world: World) -> None:
        def remove(session: Any) -> None:
            sources.remove(session, world.connection_id, now=world.clock(), actor_id=None)

        with self.meanwhile(world.database, remove) as (session, caught):
            claim = syncing.claim(
                session, world.connection_id, owner="it", now=world.clock(), trigger="test"
            )
        assert caught == []
        assert claim is not None
        with (
            world.database.write() as session,
            pytest.raises(syncing.LeaseLost),
        ):
            syncing.hold(session, claim, now=world.clock())

    def test_two_people_who_act_on_what_they_saw(self, world: World, person: int) -> None:
        world.connector.lists(*deadlines(range(1)))
        world.sync()
        item_id = self._item(world)
        clock = world.wall_clock()

        def done(session: Any) -> None:
            acts.done(session, [item_id], user_id=person, clock=clock, versions={item_id: 0})

        with self.meanwhile(world.database, done) as (session, caught):
            acts.assign(
                session, [item_id], person, user_id=person, clock=clock, versions={item_id: 0}
            )
        assert [type(error) for error in caught] == [Overtaken]

    @pytest.mark.promise("P6")
    def test_what_is_done_while_its_snooze_ends_stays_done(self, world: World, person: int) -> None:
        world.connector.lists(*deadlines(range(1)))
        world.sync()
        item_id, clock = self._item(world), world.wall_clock()
        with world.database.write() as session:
            until = clock.now + timedelta(hours=1)
            acts.snooze(session, [item_id], until, user_id=person, clock=clock)
        later = world.clock.forward(hours=2)

        with self.meanwhile(world.database, lambda other: waking.wake(other, now=later)) as (
            session,
            caught,
        ):
            acts.done(session, [item_id], user_id=person, clock=world.wall_clock())
        assert caught == []
        with world.database.read() as session:
            assert session.get_one(Item, item_id).is_open is False
            assert session.get_one(ItemState, item_id).state == TeamState.DONE

    def _item(self, world: World) -> int:
        item_id = world.items()["0"].id
        assert item_id is not None
        return item_id


def held(until: threading.Event) -> None:
    until.wait(60)


def comes(event: threading.Event, world: World) -> bool:
    """Whether it happens while hours pass."""
    for _ in range(600):
        if event.wait(0.1):
            return True
        world.clock.forward(hours=2)
    return False


class TestTheScheduler:
    """The alarm clock, started for real on an interval of milliseconds."""

    @pytest.fixture
    def jobs(self, world: World) -> Iterator[Callable[..., Jobs]]:
        running: list[Jobs] = []

        def start(*also: Callable[[], None]) -> Jobs:
            settings = Settings(
                data_dir=world.syncer.settings.data_dir, tick_seconds=0.02, sync_workers=4
            )
            syncer = Syncer(
                database=world.database,
                vault=world.syncer.vault,
                settings=settings,
                now=world.clock,
            )
            running.append(Jobs(syncer, also=also))
            running[-1].start()
            return running[-1]

        yield start
        for one in running:
            one.stop()

    def test_two_schedulers_read_each_due_connection_once(
        self, world: World, jobs: Callable[..., Jobs]
    ) -> None:
        ids = {world.connection_id, *others(world, 7)}
        left = threading.Semaphore(0)
        world.connector.script["things"] = [left.release, Complete()]
        jobs()
        jobs()
        for _ in ids:
            assert left.acquire(timeout=60)
        for one in (jobs(), jobs()):
            one.stop()
        assert {run.connection_id for run in runs(world)} == ids
        assert len(runs(world)) == len(ids)

    @pytest.mark.promise("P9")
    def test_a_connection_and_a_job_that_raise_stop_no_other(
        self, world: World, jobs: Callable[..., Jobs]
    ) -> None:
        others(world, 1)
        with world.database.write() as session:
            broken = sources.get(session, world.connection_id)
            broken.secrets = "not what any key has sealed"
        read, ran = threading.Event(), threading.Event()
        world.connector.script["things"] = [read.set, Complete()]

        def fails() -> None:
            raise ZeroDivisionError

        jobs(fails, ran.set)
        assert read.wait(60)
        assert ran.wait(60)
        read.clear()
        assert comes(read, world), "the next interval comes as well"

    @pytest.mark.promise("P9")
    def test_a_mail_server_that_does_not_answer_delays_no_sync(
        self, world: World, jobs: Callable[..., Jobs]
    ) -> None:
        answers, read = threading.Event(), threading.Event()
        world.connector.script["things"] = [read.set, Complete()]

        def hangs() -> None:
            answers.wait(60)

        jobs(hangs)
        assert read.wait(60)
        read.clear()
        assert comes(read, world)
        answers.set()

    def test_what_is_reading_ends_after_its_page_when_the_process_is_asked_to_stop(
        self, world: World, jobs: Callable[..., Jobs]
    ) -> None:
        reading, stop = threading.Event(), threading.Event()
        world.connector.script["things"] = [
            reading.set,
            lambda: held(stop),
            Page(records=deadlines(range(3))),
            Page(records=deadlines(range(3, 6))),
            Complete(),
        ]
        one = jobs()
        assert reading.wait(60)
        one.syncer.stopping.set()
        stop.set()
        one.stop()
        (run,) = runs(world)
        assert (run.error_kind, run.new) == ("Incomplete", 3)
        assert world.connection().lease_until is None
