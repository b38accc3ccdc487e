"""The schema that migrations make is the schema that the models describe."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from app.db import Database
from app.opening import newest_schema
from app.schema import alembic_config, migrate

CHECKOUT = Path(__file__).parents[2]
MIGRATE = "import sys; from app.schema import migrate; migrate(sys.argv[1])"
FAILS_HALFWAY = """
from alembic import op
import sqlalchemy as sa
revision, down_revision, branch_labels, depends_on = "fails", "{head}", None, None

def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    raise RuntimeError("the machine went down")
"""


def test_migrations_and_models_agree(empty_database_url: str) -> None:
    migrate(empty_database_url)

    command.check(alembic_config(empty_database_url))


def test_going_back_to_nothing_leaves_no_table(empty_database_url: str) -> None:
    migrate(empty_database_url)

    command.downgrade(alembic_config(empty_database_url), "base")

    assert _tables(empty_database_url) <= {"alembic_version"}


def test_the_newest_migration_is_known_by_its_file() -> None:
    scripts = ScriptDirectory.from_config(alembic_config("sqlite://"))

    assert newest_schema() == scripts.get_current_head()


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    before = _tables(database_url)

    migrate(database_url)

    assert _tables(database_url) == before


def test_processes_that_start_at_once_migrate_once(empty_database_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, empty_database_url],
            cwd=CHECKOUT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]

    assert [process.communicate()[1] for process in processes] == ["", ""]
    assert "items" in _tables(empty_database_url)


def test_a_migration_that_stops_halfway_leaves_the_schema_as_it_was(
    empty_database_url: str, tmp_path: Path
) -> None:
    config = alembic_config(empty_database_url)
    scripts = ScriptDirectory.from_config(config)
    failing = tmp_path / "fails.py"
    failing.write_text(FAILS_HALFWAY.format(head=scripts.get_current_head()))
    config.set_main_option("version_locations", f"{scripts.versions}:{tmp_path}")
    config.set_main_option("path_separator", ":")

    with pytest.raises(RuntimeError, match="the machine went down"):
        command.upgrade(config, "head")

    assert _tables(empty_database_url) == set()


def _tables(url: str) -> set[str]:
    database = Database(url)
    try:
        return set(inspect(database.engine).get_table_names())
    finally:
        database.close()
