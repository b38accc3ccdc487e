"""Migrated, empty databases: one template per worker, one copy per test."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Dialect, Engine
from sqlalchemy.util import LRUCache

from app.db import Database
from app.schema import migrate
from tests.support import postgres

ENGINES = ("sqlite", "postgres")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A running server, or a failure that says how to get one: never a skip."""
    try:
        with postgres.running() as server:
            yield server
    except postgres.NoPostgres as why:
        raise pytest.fail.Exception(str(why), pytrace=False) from None


@pytest.fixture(scope="session")
def postgres_template(postgres_server: postgres.Server) -> str:
    """The name of a migrated database to clone."""
    name = postgres_server.create()
    migrate(postgres_server.url(name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("template") / "inbox.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Which engine the test is on; ask for it to choose per engine."""
    return str(request.param)


@pytest.fixture
def empty_database_url(
    engine_name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The address of a database without tables, on SQLite and then on Postgres."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database_url(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a migrated, empty database: for tests that start processes."""
    if engine_name == "sqlite":
        path = shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "inbox.db")
        yield f"sqlite:///{path}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name = server.create(request.getfixturevalue("postgres_template"))
    yield server.url(name)
    server.drop(name)


_DIALECTS: dict[str, Dialect] = {}
_COMPILED: LRUCache[Any, Any] = LRUCache(3000)


def _compile_once(engine: Engine) -> None:
    """What was compiled for one test's database serves the next one's: half of a test's time."""
    if engine.name not in _DIALECTS:
        engine.connect().close()  # from its first connection a dialect learns what its server can
        _DIALECTS[engine.name] = engine.dialect
    engine.dialect = _DIALECTS[engine.name]
    engine.update_execution_options(compiled_cache=_COMPILED)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database, on SQLite and then on Postgres."""
    opened = Database(database_url)
    _compile_once(opened.engine)
    yield opened
    opened.close()
