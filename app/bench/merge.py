"""Merging: a sync of 100,000 rows against the raw floor, first, unchanged and with 1 % changed."""

import gc
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from app.bench.company import company
from app.bench.records import pages
from app.db import Database
from app.services.listing import items

FILLED = (
    "connection_id", "stream", "external_id", "content_hash", "title", "url", "vendor", "program",
    "status", "account", "reference", "due_on", "due_raw", "amount", "currency", "amount_label",
    "category", "summary", "facts", "kind", "closed", "sort_on", "missing_reads", "first_seen_at",
    "changed_at", "is_open",
)  # fmt: skip
KEY = FILLED[:3]
NOW = "2026-01-01 00:00:00"

Seconds = dict[str, float]


def measure(url: str, *, rows: int, folder: Path) -> dict[str, float]:
    """Floor seconds / our seconds, for the three situations, on that scratch database."""
    first, changed = list(pages(rows)), list(pages(rows, every=100))
    beside = floor(url, first, changed)
    whole = ours(url, first, changed, folder)
    return {name: beside[name] / whole[name] for name in whole}


def situations(
    merge: Callable[[list[bytes]], object], first: list[bytes], changed: list[bytes]
) -> Seconds:
    """The three situations of a sync, one after the other, each with its seconds."""
    return {
        "first": timed(lambda: merge(first)),
        "unchanged": timed(lambda: merge(first)),
        "changed_1pct": timed(lambda: merge(changed)),
    }


def timed(act: Callable[[], object]) -> float:
    """Seconds on the wall. Who ran before leaves nothing that must be cleared away now."""
    gc.collect()
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def floor(url: str, first: list[bytes], changed: list[bytes]) -> Seconds:
    """The least that storing takes: parse a page, one driver ``executemany`` of an upsert.

    The table has the columns, types and indexes of ``items``, the engine has our settings,
    a run is one transaction. It has no history, no search, no comparison, no removals, no
    people, and its rows are what the page says, unchecked.
    """
    database = Database(url)
    table = _bare(database)
    upsert = _upsert(table, database.engine.dialect.name)

    def merge(listed: list[bytes]) -> None:
        with database.write() as session:
            connection = session.connection()
            for page in listed:
                connection.exec_driver_sql(upsert, [row(raw) for raw in orjson.loads(page)])

    seconds = situations(merge, first, changed)
    database.close()
    return seconds


def _bare(database: Database) -> str:
    """A table like ``items``, without what it points at."""
    copy = items.to_metadata(sa.MetaData(), name="bench_floor")
    for one in list(copy.foreign_key_constraints):
        copy.constraints.discard(one)
    for constraint in copy.constraints:
        constraint.name = None  # the database finds one; ours is taken
    for index in copy.indexes:
        index.name = sa.quoted_name(f"bench_{index.name}", quote=None)
    with database.engine.begin() as connection:
        copy.create(connection)
    return copy.name


def _upsert(table: str, dialect: str) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    updates = ", ".join(f"{name} = excluded.{name}" for name in FILLED if name not in KEY)
    return (
        f"INSERT INTO {table} ({', '.join(FILLED)}) VALUES ({', '.join([mark] * len(FILLED))}) "  # noqa: S608  (our names)
        f"ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {updates}"
    )


def row(raw: dict[str, Any]) -> tuple[object, ...]:
    """What the floor and the peer store of one record: the values of ``FILLED``."""
    return (
        1, "renewals", raw["id"], b"", raw["title"], raw["url"], raw["vendor"], raw["program"],
        raw["status"], raw["account"], raw["reference"], raw["due"], raw["due"],
        int(float(raw["amount"]) * 10_000), raw["currency"], raw["label"], raw["category"],
        raw["summary"], orjson.dumps(raw["facts"]).decode(), "deadline", False, raw["due"], 0, NOW,
        NOW, True,
    )  # fmt: skip


def ours(url: str, first: list[bytes], changed: list[bytes], folder: Path) -> Seconds:
    """The whole path: records, hashes, diff, rows, history, search index, bookkeeping."""
    with company(url, folder) as made:
        return situations(made.sync, first, changed)
