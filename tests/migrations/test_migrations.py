"""The schema that migrations make is the schema that the models describe."""

from alembic import command
from sqlalchemy import inspect

from app.db import Database, alembic_config, migrate


def test_migrations_and_models_agree(empty_database_url: str) -> None:
    migrate(empty_database_url)

    command.check(alembic_config(empty_database_url))


def test_going_back_to_nothing_leaves_no_table(empty_database_url: str) -> None:
    migrate(empty_database_url)

    command.downgrade(alembic_config(empty_database_url), "base")

    assert _tables(empty_database_url) <= {"alembic_version"}


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    before = _tables(database_url)

    migrate(database_url)

    assert _tables(database_url) == before


def _tables(url: str) -> set[str]:
    database = Database(url)
    try:
        return set(inspect(database.engine).get_table_names())
    finally:
        database.close()
