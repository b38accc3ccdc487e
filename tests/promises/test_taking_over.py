"""P4: whoever died at a sync keeps nobody waiting, and whoever lives is left alone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from app.models import SyncRun
from app.services import sources, syncing
from connectors.sdk.connector import Complete, Page
from tests.support.processes import Place, exit_code, sync
from tests.support.scripted import deadlines
from tests.support.world import World

pytestmark = pytest.mark.promise("P4")

KILLED = -9


@pytest.fixture
def killed(world: World, database_url: str) -> Callable[..., int]:
    """A process begins to sync the connection and is killed after its first page; the run's id."""

    def kill(folder: Path = world.syncer.settings.data_dir) -> int:
        world.connector.lists(*deadlines(range(5)))
        place = Place(
            url=database_url,
            folder=folder,
            now=world.clock.forward(hours=1),
            crash_at="page:things",
        )
        assert exit_code(sync, place, world.connection_id, world.connector) == KILLED
        world.clock.forward(seconds=1)
        with world.database.read() as session:
            return sources.runs(session, world.connection_id)[0].id or 0

    return kill


def again(world: World) -> SyncRun | None:
    return world.syncer.run(world.connection_id, trigger="test", only_due=True)


def test_what_a_killed_process_was_at_is_read_at_once(
    world: World, killed: Callable[..., int]
) -> None:
    before = killed()

    assert world.syncer.due(limit=9) == [world.connection_id]
    run = again(world)

    assert run is not None
    assert (run.outcome, run.new) == ("ok", 5)
    with world.database.read() as session:
        assert sources.run(session, before).outcome == "interrupted"
    world.syncer.due(limit=9)
    assert list((world.syncer.settings.data_dir / "running").iterdir()) == []


def test_of_a_process_on_another_machine_nothing_is_known_until_its_lease_ends(
    world: World, killed: Callable[..., int], tmp_path: Path
) -> None:
    killed(tmp_path / "another machine's disk")

    assert world.syncer.due(limit=9) == []
    assert again(world) is None
    world.clock.forward(seconds=syncing.LEASE.total_seconds())
    assert again(world) is not None


def test_whoever_is_at_work_is_left_alone(world: World) -> None:
    seen: list[object] = []

    def another() -> None:
        seen.append(world.syncer.due(limit=9))
        seen.append(world.syncer.run(world.connection_id, trigger="test"))

    world.connector.script["things"] = [another, Complete()]

    assert world.sync().outcome == "ok"
    assert seen == [[], None]


def test_what_broke_off_with_the_database_is_read_again_as_soon_as_it_is_back(
    world: World,
) -> None:
    def away() -> None:
        raise OperationalError("SELECT 1", {}, Exception("the database went away"))

    world.connector.script["things"] = [Page(records=deadlines(range(2))), away, Complete()]
    with pytest.raises(OperationalError):
        world.sync()
    world.connector.lists(*deadlines(range(5)))
    world.clock.forward(seconds=1)

    run = again(world)

    assert run is not None
    assert run.outcome == "ok"


def test_where_no_sign_can_be_left_a_sync_goes_on_all_the_same(world: World) -> None:
    file = world.syncer.settings.data_dir / "running"
    file.parent.mkdir()
    file.write_text("not a folder")
    world.connector.lists(*deadlines(range(5)))

    assert world.sync().outcome == "ok"


def test_a_clock_that_was_wrong_for_a_while_keeps_no_source_unread(
    world: World, killed: Callable[..., int], tmp_path: Path
) -> None:
    world.connector.lists(*deadlines(range(5)))
    world.clock.forward(days=400)
    assert world.sync().outcome == "ok"
    world.clock.forward(days=-400)
    assert world.syncer.due(limit=9) == [world.connection_id]
    assert again(world) is not None
    assert world.syncer.due(limit=9) == []

    world.clock.forward(days=400)
    killed(tmp_path / "another machine's disk")
    world.clock.forward(days=-399)
    assert world.syncer.due(limit=9) == [world.connection_id]
    assert again(world) is not None
