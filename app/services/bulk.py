"""Many rows at once: the two databases' fast paths behind one small interface.

Used by merging only. Rows are written through the driver, not a row at a time through the
session: on 100,000 records that is the difference between seconds and minutes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlmodel import Session, SQLModel

_KNOWN = (
    "SELECT external_id, id, content_hash, missing_reads, removed_at IS NOT NULL FROM {table} "
    "WHERE connection_id = {mark} AND stream = {mark} AND external_id {among}"
)


class Known(NamedTuple):
    """What is stored of one record."""

    id: int
    content_hash: bytes
    missing_reads: int
    removed: bool


class Bulk:
    """Bulk reads and writes of one table in the session's transaction."""

    def __init__(self, session: Session, table: str) -> None:
        self.connection: Connection = session.connection()
        self.table = SQLModel.metadata.tables[table]
        self.sqlite = self.connection.dialect.name == "sqlite"

    def known(self, connection_id: int, stream: str, ids: Sequence[str]) -> dict[str, Known]:
        """What is stored under those external ids."""
        values: tuple[Any, ...]
        if self.sqlite:
            sql = _KNOWN.format(
                table=self.table.name, mark="?", among="IN (SELECT value FROM json_each(?))"
            )
            values = (connection_id, stream, orjson.dumps(list(ids)).decode())
        else:
            sql = _KNOWN.format(table=self.table.name, mark="%s", among="= ANY(%s)")
            values = (connection_id, stream, list(ids))
        rows = self.connection.exec_driver_sql(sql, values)
        return {row[0]: Known(row[1], bytes(row[2]), row[3], bool(row[4])) for row in rows}

    def next_ids(self, count: int) -> list[int]:
        """Primary keys for new rows; the transaction has the only right to write them."""
        if self.sqlite:
            sql = f"SELECT coalesce(max(id), 0) FROM {self.table.name}"  # noqa: S608  (our name)
            last = self.connection.exec_driver_sql(sql).scalar_one()
            return list(range(last + 1, last + 1 + count))
        sql = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
        values = (self.table.name, count)
        return [row[0] for row in self.connection.exec_driver_sql(sql, values)]

    def insert(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows that all have the same columns; values as SQLAlchemy would take them."""
        if not rows:
            return
        names = list(rows[0])
        values = self._driver_values(names, rows)
        listed = ", ".join(f'"{name}"' for name in names)
        if self.sqlite:
            marks = ", ".join("?" * len(names))
            sql = f"INSERT INTO {self.table.name} ({listed}) VALUES ({marks})"  # noqa: S608  (our names)
            self.connection.exec_driver_sql(sql, list(values))
            return
        cursor = self.connection.connection.cursor()
        with cursor.copy(f"COPY {self.table.name} ({listed}) FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)
        cursor.close()

    def update(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Update rows by their ``id``; all have the same columns."""
        if not rows:
            return
        names = [name for name in rows[0] if name != "id"]
        values = list(self._driver_values([*names, "id"], rows))
        mark = "?" if self.sqlite else "%s"
        sets = ", ".join(f'"{name}" = {mark}' for name in names)
        sql = f"UPDATE {self.table.name} SET {sets} WHERE id = {mark}"  # noqa: S608  (our names)
        self.connection.exec_driver_sql(sql, values)

    def _driver_values(
        self, names: list[str], rows: Iterable[Mapping[str, Any]]
    ) -> Iterable[tuple[Any, ...]]:
        dialect = self.connection.dialect
        bound = [self._processor(self.table.c[name].type, dialect) for name in names]
        pairs = list(zip(names, bound, strict=True))
        for row in rows:
            yield tuple(
                row[name] if process is None else process(row[name]) for name, process in pairs
            )

    def _processor(self, type_: Any, dialect: Any) -> Callable[[Any], Any] | None:
        if isinstance(type_, sa.Boolean) and not self.sqlite:
            return None
        implementation = type_.dialect_impl(dialect)
        process: Callable[[Any], Any] | None = implementation.bind_processor(dialect)
        return process
