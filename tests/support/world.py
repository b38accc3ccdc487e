"""A database with one connection of the scripted connector, and a clock that tests move.

A folder of tests takes these fixtures by importing them in its conftest.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from app.config import Settings
from app.core import words
from app.db import Database
from app.jobs.syncing import Syncer
from app.models import Connection, Event, Item, StreamState, SyncRun
from app.secrets import Vault
from app.services import accounts, sources
from connectors import registry
from tests.support.scripted import Scripted

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


class Clock:
    """The edge's clock, moved by hand."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **by: float) -> datetime:
        self.time += timedelta(**by)
        return self.time


@dataclass
class World:
    """One connection and everything that a test wants to ask about it."""

    database: Database
    connector: Scripted
    clock: Clock
    syncer: Syncer
    connection_id: int

    def sync(self) -> SyncRun:
        self.clock.forward(hours=1)
        run = self.syncer.run(self.connection_id, trigger="test")
        assert run is not None
        return run

    def wall_clock(self) -> words.Clock:
        """The moment as people see it, in UTC."""
        return words.Clock(now=self.clock(), zone=ZoneInfo("UTC"))

    def items(self) -> dict[str, Item]:
        with self.database.read() as session:
            return {item.external_id: item for item in session.exec(select(Item))}

    def live(self) -> set[str]:
        return {id_ for id_, item in self.items().items() if item.removed_at is None}

    def stream_state(self, stream: str = "things") -> StreamState:
        with self.database.read() as session:
            found = {state.stream: state for state in sources.streams(session, self.connection_id)}
        return found[stream]

    def connection(self) -> Connection:
        with self.database.read() as session:
            return sources.get(session, self.connection_id)

    def named(self, name: str) -> Connection:
        with self.database.read() as session:
            return sources.by_name(session, name)

    def history(self, external_id: str) -> list[Event]:
        item = self.items()[external_id]
        with self.database.read() as session:
            statement = select(Event).where(Event.subject == "item", Event.subject_id == item.id)
            return list(session.exec(statement.order_by(Event.id)))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def vault() -> Vault:
    return Vault(["a key for the tests only"])


@contextmanager
def world_on(database: Database, clock: Clock, settings: Settings, vault: Vault) -> Iterator[World]:
    """A world on that database, for as long as the block lasts."""
    connector = Scripted()
    with registry.installed(connector):
        with database.write() as session:
            added = sources.add(
                session,
                name="Scripted",
                connector="scripted",
                values={},
                vault=vault,
                now=clock(),
            )
        assert added.id is not None
        yield World(
            database=database,
            connector=connector,
            clock=clock,
            syncer=Syncer(database=database, vault=vault, settings=settings, now=clock),
            connection_id=added.id,
        )


@pytest.fixture
def world(database: Database, clock: Clock, settings: Settings, vault: Vault) -> Iterator[World]:
    with world_on(database, clock, settings, vault) as made:
        yield made


@pytest.fixture
def person(world: World) -> int:
    """The id of somebody who can act."""
    with world.database.write() as session:
        user = accounts.add_user(session, email="rin@partner.example", name="Rin", now=START)
    assert user.id is not None
    return user.id
