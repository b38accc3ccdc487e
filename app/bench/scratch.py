"""Databases to measure in, made for it and taken away again. Nobody's own data is touched."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import connect
from tempfile import TemporaryDirectory
from uuid import uuid4

import sqlalchemy as sa

from app.db import database_url
from app.schema import migrate


@contextmanager
def sqlite(like: str | None = None) -> Iterator[str]:
    """The address of a new SQLite file: migrated, or a copy of another file."""
    with TemporaryDirectory(prefix="partner-inbox-bench-") as folder:
        path = Path(folder) / "bench.db"
        url = f"sqlite:///{path}"
        if like is not None:
            with closing(connect(like)) as source, closing(connect(path)) as copy:
                source.backup(copy)
        migrate(url)
        yield url


@contextmanager
def postgres(server: str) -> Iterator[str]:
    """The address of a new, migrated database on the server that ``server`` leads to."""
    name = f"partner_inbox_bench_{uuid4().hex[:8]}"
    url = database_url(server)
    _on_server(server, f"CREATE DATABASE {name}")
    try:
        made = url.set(database=name).render_as_string(hide_password=False)
        migrate(made)
        yield made
    finally:
        _on_server(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _on_server(server: str, statement: str) -> None:
    engine = sa.create_engine(database_url(server), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
