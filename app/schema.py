"""The schema's migrations. To load it costs a quarter of a second: ``app.opening`` asks before."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.db import Database, database_url
from app.errors import CannotStart
from app.paths import MIGRATIONS


def alembic_config(url: str) -> Config:
    """Alembic's configuration for that database, without a file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = database_url(url)
    return config


def migrate(url: str) -> None:
    """Bring the schema to the newest revision; raises ``CannotStart`` when it is newer than us."""
    config = alembic_config(url)
    known = {s.revision for s in ScriptDirectory.from_config(config).walk_revisions()}
    database = Database(url)
    try:
        with database.engine.connect() as connection:
            present = MigrationContext.configure(connection).get_current_revision()
    finally:
        database.close()
    if present is not None and present not in known:
        raise CannotStart(
            "The database was written by a newer version of Partner Inbox.",
            remedy="Start that version or a later one, or restore a backup made before the update.",
        )
    command.upgrade(config, "head")
