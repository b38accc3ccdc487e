"""Opens the database as every process needs it."""

import logging
from datetime import UTC, datetime

from app.config import Settings
from app.db import Database, migrate
from app.services import restoring

log = logging.getLogger(__name__)


def open_database(settings: Settings) -> Database:
    """The database with the newest schema, ready for use; raises ``CannotStart``.

    A backup that was put back is settled before anybody gets in and before anything leaves.
    """
    migrate(settings.database)
    database = Database(settings.database)
    with database.read() as session:
        copy = restoring.is_copy(session)
    if copy:
        with database.write() as session:
            restoring.settle(session, now=datetime.now(UTC))
        log.warning("A backup was put back. What may have been sent since then is not sent again.")
    return database
