"""A company with one source of many renewals, a person who is signed in and a tool's token."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from app.bench.records import Renewals
from app.bench.serving import KEY
from app.config import Settings
from app.db import Database
from app.jobs.syncing import Syncer
from app.models import SyncRun
from app.secrets import Vault
from app.services import accounts, sources, tokens
from app.services.listing import items
from connectors import registry

HISTORY = (
    "INSERT INTO events (subject, subject_id, at, kind, run_id) "
    "SELECT subject, subject_id + :by, at, kind, run_id FROM events WHERE subject_id <= :count"
)


@dataclass(kw_only=True)
class Company:
    """One connection, and a clock that goes an hour forward with each sync."""

    database: Database
    connector: Renewals
    folder: Path
    time: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(hours=12))
    connection_id: int = 0

    def __post_init__(self) -> None:
        self._syncer = Syncer(
            database=self.database,
            vault=Vault([KEY]),
            settings=Settings(data_dir=self.folder),
            now=lambda: self.time,
        )

    def sync(self, listed: Iterable[bytes]) -> SyncRun:
        """Read these pages as the source's whole list."""
        self.time += timedelta(hours=1)
        self.connector.pages = listed
        run = self._syncer.run(self.connection_id, trigger="bench")
        assert run is not None
        assert run.outcome == "ok", run.error
        return run

    def person(self) -> str:
        """Somebody new, signed in: the value of the session's cookie."""
        now = datetime.now(UTC)
        with self.database.write() as session:
            added = accounts.add_user(session, email="rin@example.com", name="Rin Sato", now=now)
            return accounts.open_session(session, added.id or 0, now=now)

    def token(self) -> str:
        """A new token for the feed."""
        with self.database.write() as session:
            return tokens.add_token(session, name="bench", scope="read", now=datetime.now(UTC))


@contextmanager
def company(url: str, folder: Path) -> Iterator[Company]:
    """A company on that scratch database, new or as it was left."""
    database = Database(url)
    connector = Renewals()
    made = Company(database=database, connector=connector, folder=folder)
    try:
        with registry.installed(connector):
            made.connection_id = _connected(made)
            yield made
    finally:
        database.close()


def _connected(made: Company) -> int:
    """The id of the one connection, added where there is none yet."""
    with made.database.write() as session:
        there = sources.every(session)
        only = (
            there[0]
            if there
            else sources.add(
                session,
                name="Renewals",
                connector=made.connector.manifest.id,
                values={},
                vault=Vault([KEY]),
                now=made.time,
            )
        )
    assert only.id is not None
    return only.id


def multiply(database: Database, times: int) -> None:
    """So many times the items, each with its history, without the hours of syncing (SQLite)."""
    kept = ", ".join(one.name for one in items.c if one.name not in ("id", "external_id"))
    with database.write() as session:
        count = session.execute(sa.select(sa.func.max(items.c.id))).scalar_one()
        for number in range(1, times):
            by = {"by": number * count, "count": count, "mark": f"/{number}"}
            session.execute(
                sa.text(
                    f"INSERT INTO items (id, external_id, {kept}) "  # noqa: S608  (our names)
                    f"SELECT id + :by, external_id || :mark, {kept} FROM items WHERE id <= :count"
                ),
                by,
            )
            session.execute(sa.text(HISTORY), by)
        session.execute(sa.text("INSERT INTO search_items(search_items) VALUES ('rebuild')"))
