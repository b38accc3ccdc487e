"""P3: a sync is all or nothing for each stream; kill -9 leaves the previous or the new state."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from app.config import Settings
from app.services import sources, syncing
from connectors.calendar.sandbox import Sandbox
from connectors.sdk.connector import Complete, Page
from connectors.sdk.sandbox import SandboxClock, SandboxHost
from tests.support.processes import Place, exit_code, sync
from tests.support.scripted import Step, deadline, deadlines
from tests.support.world import World

pytestmark = pytest.mark.promise("P3")

CHECKOUT = Path(__file__).parents[2]
STREAMS = ("first", "second")
POINTS = ["claimed"] + [
    f"{point}:{stream}" for stream in STREAMS for point in ("page", "read", "storing", "stored")
]
POINTS += ["finishing", "finished"]
EVENTS = SQLModel.metadata.tables["events"]
ITEMS = SQLModel.metadata.tables["items"]


def before(number: int) -> list[Page | Complete]:
    base = number * 100
    pages = [Page(records=deadlines(range(base + n, base + n + 4))) for n in (0, 4, 8)]
    return [*pages, Complete(state={"cursor": "old"})]


def after(number: int) -> list[Page | Complete]:
    """Of twelve: two changed, one gone for the second time, one new; and a new cursor."""
    base = number * 100
    changed = tuple(deadline(base + n, title=f"Changed {n}") for n in (0, 1))
    kept = deadlines(range(base + 2, base + 11))
    return [
        Page(records=changed),
        Page(records=kept),
        Page(records=(deadline(base + 50),)),
        Complete(state={"cursor": "new"}),
    ]


def script(world: World, steps: Callable[[int], Sequence[Step]]) -> None:
    world.connector.streams = STREAMS
    world.connector.script = {stream: [*steps(number)] for number, stream in enumerate(STREAMS)}


def gone_once(number: int) -> list[Page | Complete]:
    base = number * 100
    return [Page(records=deadlines(range(base, base + 11))), Complete(state={"cursor": "old"})]


@dataclass(frozen=True)
class Snapshot:
    """All that one stream has stored."""

    items: frozenset[tuple[str, str, bool, int]]
    cursor: str
    history: frozenset[tuple[str, str]]


def snapshot(world: World, stream: str) -> Snapshot:
    with world.database.read() as session:
        rows = session.execute(
            sa.select(ITEMS.c.id, ITEMS.c.external_id, ITEMS.c.title, ITEMS.c.removed_at)
            .add_columns(ITEMS.c.missing_reads)
            .where(ITEMS.c.stream == stream)
        ).all()
        ids = {row.id: row.external_id for row in rows}
        events = session.execute(
            sa.select(EVENTS.c.subject_id, EVENTS.c.kind).where(
                EVENTS.c.subject == "item", EVENTS.c.subject_id.in_(list(ids))
            )
        ).all()
    lines = [(ids[event.subject_id], event.kind) for event in events]
    assert len(lines) == len(set(lines)), "a change was recorded twice"
    return Snapshot(
        items=frozenset(
            (row.external_id, row.title, row.removed_at is not None, row.missing_reads)
            for row in rows
        ),
        cursor=world.stream_state(stream).state["cursor"],
        history=frozenset(lines),
    )


@pytest.mark.parametrize("point", POINTS)
def test_a_process_killed_at_any_point(world: World, database_url: str, point: str) -> None:
    script(world, before)
    world.sync()
    script(world, gone_once)
    world.sync()
    old = {stream: snapshot(world, stream) for stream in STREAMS}
    script(world, after)
    place = Place(
        url=database_url,
        folder=world.syncer.settings.data_dir,
        now=world.clock.forward(hours=1),
        crash_at=point,
    )
    assert exit_code(sync, place, world.connection_id, world.connector) == -signal.SIGKILL

    died = {stream: snapshot(world, stream) for stream in STREAMS}
    if world.database.sqlite:
        _is_sound(database_url)
    world.clock.forward(seconds=syncing.LEASE.total_seconds() + 1)
    with world.database.read() as session:
        free = syncing.due(session, now=world.clock())
    assert free == [world.connection_id] or point == "finished"
    run = world.sync()
    assert run.outcome == "ok"
    new = {stream: snapshot(world, stream) for stream in STREAMS}
    for stream in STREAMS:
        assert died[stream] == (new if _is_stored(point, stream) else old)[stream]
        assert old[stream] != new[stream]
        assert new[stream].cursor == "new"
    assert world.sync().unchanged == 24

    with world.database.read() as session:
        outcomes = [one.outcome for one in sources.runs(session, world.connection_id)]
    interrupted = ["interrupted"] if point != "finished" else ["ok"]
    assert outcomes == ["ok", "ok", *interrupted, "ok", "ok"]


def _is_stored(point: str, stream: str) -> bool:
    """Whether that stream's transaction was over when the process died there."""
    order = POINTS.index(point)
    return order >= POINTS.index(f"stored:{stream}")


def _is_sound(url: str) -> None:
    file = sqlite3.connect(url.removeprefix("sqlite:///"))
    assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert file.execute("PRAGMA foreign_key_check").fetchall() == []
    file.close()


@pytest.mark.heavy
class TestTheCommand:
    """The whole program on a simulated platform, killed by the hidden setting."""

    @pytest.fixture
    def engine_name(self) -> str:
        return "sqlite"

    @pytest.fixture
    def platform(self) -> Iterator[tuple[SandboxHost, Sandbox]]:
        sandbox = Sandbox(SandboxClock(datetime.now(UTC)))
        with SandboxHost({"calendar": sandbox}) as host:
            yield host, sandbox

    def command(
        self, url: str, folder: Path, *words: str, crash_at: str
    ) -> subprocess.CompletedProcess[str]:
        environment = {
            "PARTNER_INBOX_DATABASE_URL": url,
            "PARTNER_INBOX_DATA_DIR": str(folder),
            "PARTNER_INBOX_SECRET_KEY": "a key for the tests only",
            "PARTNER_INBOX_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
            "PARTNER_INBOX_CRASH_AT": crash_at,
        }
        return subprocess.run(
            [sys.executable, "-c", "from app.cli import main; main()", *words],
            cwd=CHECKOUT,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def test_dies_while_it_stores_and_goes_on(
        self, world: World, database_url: str, platform: tuple[SandboxHost, Sandbox], tmp_path: Path
    ) -> None:
        host, sandbox = platform
        with world.database.write() as session:
            sources.add(
                session,
                name="Team",
                connector="calendar",
                values=sandbox.config(host.url("calendar")),
                vault=world.syncer.vault,
                now=world.clock(),
            )
        died = self.command(database_url, tmp_path, "sync", "Team", crash_at="storing:entries")
        assert died.returncode == -signal.SIGKILL, died.stderr
        assert world.items() == {}
        _is_sound(database_url)

        connection = world.named("Team")
        assert connection.id is not None
        assert connection.lease_until is not None
        world.clock.time = connection.lease_until
        settings = Settings(data_dir=tmp_path, allowed_private_hosts=("127.0.0.1",))
        went_on = replace(world.syncer, settings=settings).run(connection.id, trigger="test")
        assert went_on is not None
        assert (went_on.outcome, went_on.new) == ("ok", len(world.items()))
