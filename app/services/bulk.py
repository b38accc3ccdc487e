"""Many rows at once: the two databases' fast paths behind one small interface.

For what a sync compares and writes. Rows go through the driver, not one at a time through the
session: on 100,000 records that is the difference between seconds and minutes.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlmodel import Session, SQLModel

from app.services.plain import Plain, plain

T = TypeVar("T", int, str)

# LIMIT keeps Postgres from reading the whole table to join a few thousand rows of it.
_DIFFERING_SQLITE = """
SELECT given.key, kept.id, lower(hex(kept.content_hash)) = given.value, kept.missing_reads,
    kept.removed_at IS NOT NULL
FROM json_each(?) given
LEFT JOIN {table} kept
    ON kept.connection_id = ? AND kept.stream = ? AND kept.external_id = given.key
WHERE kept.id IS NULL OR lower(hex(kept.content_hash)) <> given.value
    OR kept.missing_reads > 0 OR kept.removed_at IS NOT NULL
"""
_DIFFERING_POSTGRES = """
SELECT given.key, kept.id, encode(kept.content_hash, 'hex') = given.value, kept.missing_reads,
    kept.removed_at IS NOT NULL
FROM json_each_text(%s::json) given
LEFT JOIN LATERAL (
    SELECT id, content_hash, missing_reads, removed_at FROM {table}
    WHERE connection_id = %s AND stream = %s AND external_id = given.key LIMIT 1
) kept ON true
WHERE kept.id IS NULL OR encode(kept.content_hash, 'hex') <> given.value
    OR kept.missing_reads > 0 OR kept.removed_at IS NOT NULL
"""


AT_ONCE = 1000


def chunks(ids: Sequence[T], at_once: int = AT_ONCE) -> Iterator[Sequence[T]]:
    """A few at a time: a statement takes only so many values."""
    for start in range(0, len(ids), at_once):
        yield ids[start : start + at_once]


class Known(NamedTuple):
    """What is stored of one record. ``same``: with the content that was asked about."""

    id: int
    same: bool
    missing_reads: int
    removed: bool


class Bulk:
    """Bulk reads and writes of one table in the session's transaction."""

    def __init__(self, session: Session, table: str) -> None:
        self.connection: Connection = session.connection()
        self.table = SQLModel.metadata.tables[table]
        self.sqlite = self.connection.dialect.name == "sqlite"

    def differing(
        self, connection_id: int, stream: str, hashes: Mapping[str, bytes]
    ) -> dict[str, Known | None]:
        """Of these external ids those that are not stored, live, with that content.

        None for one that is not stored at all. The database compares, so that a record
        that did not change costs no row here.
        """
        sql = _DIFFERING_SQLITE if self.sqlite else _DIFFERING_POSTGRES
        given = {external_id: digest.hex() for external_id, digest in hashes.items()}
        values = (orjson.dumps(given).decode(), connection_id, stream)
        cursor = self.connection.connection.cursor()
        cursor.execute(sql.format(table=self.table.name), values)
        found = {
            key: None if id_ is None else Known(id_, bool(same), missing, bool(removed))
            for key, id_, same, missing, removed in cursor.fetchall()
        }
        cursor.close()
        return found

    def holds(self, connection_id: int, stream: str) -> bool:
        """Whether any row of that stream is stored, removed ones too."""
        of_it = (self.table.c.connection_id == connection_id) & (self.table.c.stream == stream)
        return bool(self.connection.execute(sa.select(sa.exists().where(of_it))).scalar())

    def next_ids(self, count: int) -> list[int]:
        """Primary keys for new rows; the transaction has the only right to write them."""
        if self.sqlite:
            sql = f"SELECT coalesce(max(id), 0) FROM {self.table.name}"  # noqa: S608  (our name)
            last = self.connection.exec_driver_sql(sql).scalar_one()
            return list(range(last + 1, last + 1 + count))
        # The sequence is looked up once: named in the list itself, it would be for every id.
        sql = (
            "SELECT nextval(named.sequence) FROM generate_series(1, %s), "
            "(SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence OFFSET 0) named"
        )
        values = (count, self.table.name)
        return [row[0] for row in self.connection.exec_driver_sql(sql, values)]

    def plain(self, *names: str) -> Plain:
        """Makes the values of these columns plain, in this order."""
        return plain(self.table.name, names, sqlite=self.sqlite)

    def insert(self, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows of plain values."""
        if not rows:
            return
        listed = ", ".join(f'"{name}"' for name in names)
        if self.sqlite:
            marks = ", ".join("?" * len(names))
            sql = f"INSERT INTO {self.table.name} ({listed}) VALUES ({marks})"  # noqa: S608  (our names)
            self._many(sql, rows)
            return
        cursor = self.connection.connection.cursor()
        with cursor.copy(f"COPY {self.table.name} ({listed}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.close()

    def insert_for(self, ids: Sequence[int], name: str, shared: Mapping[str, Any]) -> None:
        """Insert a row for each id, which goes into that column; the rest is the same for all."""
        listed = ", ".join(f'"{one}"' for one in (*shared, name))
        ours: Any
        if self.sqlite:
            marks, given = "?", "json_each(?)"
            ours = orjson.dumps(ids).decode()
        else:
            marks, given = "%s", "unnest(%s::int[]) AS given(value)"
            ours = list(ids)
        self.connection.exec_driver_sql(
            f"INSERT INTO {self.table.name} ({listed}) "  # noqa: S608  (our names)
            f"SELECT {', '.join([marks] * len(shared))}, value FROM {given}",
            (*shared.values(), ours),
        )

    def update(
        self, names: Sequence[str], rows: Sequence[Sequence[Any]], *, key: str = "id"
    ) -> None:
        """Update rows with plain values; each row's last one is its key, which has no name."""
        if not rows:
            return
        mark = "?" if self.sqlite else "%s"
        sets = ", ".join(f'"{name}" = {mark}' for name in names)
        sql = f"UPDATE {self.table.name} SET {sets} WHERE {key} = {mark}"  # noqa: S608  (our names)
        self._many(sql, rows)

    def _many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        cursor = self.connection.connection.cursor()
        cursor.executemany(sql, rows)
        cursor.close()
