"""Alembic's entry: migrates the database that ``app.db`` or the command line names.

All of it in one transaction and behind a lock, because several processes may start at
the same time, and because one that is killed halfway must leave the schema as it was.
"""

from typing import Any

from alembic import context
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection, Engine
from sqlmodel import SQLModel

import app.models  # noqa: F401  (registers the tables)
from app.config import Settings
from app.db import database_url

LOCK = 4_106_217_505  # the advisory lock on Postgres; any number that nothing else takes
WAIT = 60.0  # seconds for another process's migration on SQLite


def _engine() -> Engine:
    url = context.config.attributes.get("url") or database_url(Settings().database)
    if url.get_backend_name() != "sqlite":
        return create_engine(url)
    engine = create_engine(url, connect_args={"timeout": WAIT})
    event.listen(engine, "connect", _leave_transactions_to_us)
    event.listen(engine, "begin", _lock_sqlite)
    return engine


def _leave_transactions_to_us(connection: Any, _record: Any) -> None:
    connection.isolation_level = None


def _lock_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


engine = _engine()
try:
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            compare_type=True,
            render_as_batch=connection.dialect.name == "sqlite",
            transactional_ddl=True,
            include_name=lambda name, kind, _parents: (
                not (kind in ("table", "index") and name is not None and name.startswith("search_"))
            ),
        )
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            context.run_migrations()
finally:
    engine.dispose()
