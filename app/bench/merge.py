"""Merging: a sync of 100,000 rows against the raw floor, first, unchanged and with 1 % changed."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import orjson
import sqlalchemy as sa

from app.bench.records import Renewals, pages
from app.config import Settings
from app.db import Database, migrate
from app.jobs.syncing import Syncer
from app.secrets import Vault
from app.services import sources
from connectors import registry

FLOOR_COLUMNS = (
    "connection_id", "stream", "external_id", "title", "url", "vendor", "program", "status",
    "account", "reference", "due_on", "amount", "currency", "amount_label", "category",
    "summary", "facts", "kind", "closed", "sort_on", "missing_reads", "due_raw", "first_seen_at",
    "changed_at", "is_open",
)  # fmt: skip

Seconds = dict[str, float]


def measure(url: str, *, rows: int, folder: Path) -> dict[str, float]:
    """Floor seconds / our seconds, for the three situations, on that database."""
    first, changed = pages(rows), pages(rows, every=100)
    floor = _floor(url, first, changed)
    ours = _ours(url, first, changed, folder)
    return {name: floor[name] / ours[name] for name in ours}


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


@contextmanager
def database(url: str) -> Iterator[Database]:
    """The migrated database; its sync tables are emptied afterwards."""
    migrate(url)
    opened = Database(url)
    try:
        yield opened
    finally:
        opened.close()


def _floor(url: str, first: list[bytes], changed: list[bytes]) -> Seconds:
    """JSON pages, raw executemany, INSERT … ON CONFLICT DO UPDATE, one transaction."""
    engine = Database(url).engine
    table = f"floor_{uuid4().hex[:8]}"
    listed = ", ".join(FLOOR_COLUMNS)
    mark = "?" if engine.dialect.name == "sqlite" else "%s"
    updates = ", ".join(f"{name} = excluded.{name}" for name in FLOOR_COLUMNS[3:])
    upsert = (
        f"INSERT INTO {table} ({listed}) VALUES ({', '.join([mark] * len(FLOOR_COLUMNS))}) "  # noqa: S608  (our names)
        f"ON CONFLICT (connection_id, stream, external_id) DO UPDATE SET {updates}"
    )
    kinds = {"connection_id": "INTEGER", "amount": "BIGINT", "missing_reads": "SMALLINT"}
    columns = ", ".join(f"{name} {kinds.get(name, 'TEXT')}" for name in FLOOR_COLUMNS)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TABLE {table} ({columns}, PRIMARY KEY (connection_id, stream, external_id))"
        )

    def merge(batch: list[bytes]) -> None:
        with engine.begin() as connection:
            for page in batch:
                connection.exec_driver_sql(upsert, [_floor_row(raw) for raw in orjson.loads(page)])

    seconds = {
        "first": _timed(lambda: merge(first)),
        "unchanged": _timed(lambda: merge(first)),
        "changed_1pct": _timed(lambda: merge(changed)),
    }
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE {table}")
    engine.dispose()
    return seconds


def _floor_row(raw: dict[str, object]) -> tuple[object, ...]:
    now = "2026-01-01 00:00:00"
    return (
        1, "renewals", raw["id"], raw["title"], raw["url"], raw["vendor"], raw["program"],
        raw["status"], raw["account"], raw["reference"], raw["due"],
        int(float(str(raw["amount"])) * 10_000), raw["currency"], raw["label"], raw["category"],
        raw["summary"], orjson.dumps(raw["facts"]).decode(), "deadline", "0", raw["due"], 0,
        raw["due"], now, now, "1",
    )  # fmt: skip


def _ours(url: str, first: list[bytes], changed: list[bytes], folder: Path) -> Seconds:
    """The whole path: records, hashes, diff, rows, history, search index, bookkeeping."""
    connector = Renewals()
    clock = datetime.now(UTC)
    with registry.installed(connector), database(url) as opened:
        vault = Vault(["a key for this bench only"])
        with opened.write() as session:
            added = sources.add(
                session,
                name=f"bench {uuid4().hex[:8]}",
                connector="bench",
                values={},
                vault=vault,
                now=clock,
            )
        syncer = Syncer(
            database=opened, vault=vault, settings=Settings(data_dir=folder), now=lambda: clock
        )
        assert added.id is not None

        def sync(batch: list[bytes]) -> None:
            nonlocal clock
            clock += timedelta(hours=1)
            connector.pages = batch
            run = syncer.run(added.id or 0, trigger="bench")
            assert run is not None
            assert run.outcome == "ok"

        seconds = {
            "first": _timed(lambda: sync(first)),
            "unchanged": _timed(lambda: sync(first)),
            "changed_1pct": _timed(lambda: sync(changed)),
        }
        _empty(opened)
    return seconds


def _empty(opened: Database) -> None:
    with opened.write() as session:
        for table in ("events", "item_states", "items", "sync_runs", "stream_states"):
            session.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608  (our names)
        session.execute(sa.text("DELETE FROM connections"))
