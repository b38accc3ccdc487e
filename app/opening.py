"""Opens the database as every process needs it."""

import logging
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings
from app.db import Database
from app.paths import MIGRATIONS
from app.services import restoring

log = logging.getLogger(__name__)


def open_database(settings: Settings) -> Database:
    """The database with the newest schema, ready for use; raises ``CannotStart``.

    A backup that was put back is settled before anybody gets in and before anything leaves.
    """
    database = Database(settings.database)
    try:
        _make_ready(database, settings.database)
    except BaseException:
        database.close()
        raise
    return database


def _make_ready(database: Database, url: str) -> None:
    if not _has_newest_schema(database):
        from app.schema import migrate  # noqa: PLC0415  (costs more than most commands do)

        migrate(url)
    with database.read() as session:
        copy = restoring.is_copy(session)
    if copy:
        with database.write() as session:
            restoring.settle(session, now=datetime.now(UTC))
        log.warning("A backup was put back. What may have been sent since then is not sent again.")


def newest_schema() -> str:
    """The revision of the newest migration: they are numbered, and so are their files."""
    return max(file.stem for file in (MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def _has_newest_schema(database: Database) -> bool:
    try:
        with database.read() as session:
            revision = session.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError:  # no such table, or no database: whoever migrates says what is wrong
        return False
    return bool(revision == newest_schema())
