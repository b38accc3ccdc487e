"""Migrated, empty databases: one template per worker, one copy per test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

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


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database, on SQLite and then on Postgres."""
    opened = Database(database_url)
    yield opened
    opened.close()
