"""When the database or the disk cannot be used: told apart from bugs of ours, and in words."""

import errno
import sqlite3
from dataclasses import dataclass

from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree

from connectors.sdk.redact import redact

AS_IT_IS_SET_UP = ("42501", "25006")
"""Postgres: the role may not do this (a new one may not make tables in a schema of others), and
this server takes no writes (a standby)."""

ROOM = "Make room on that disk and try again; what was stored before is still there."
RIGHTS = "Give whoever runs this the right to read and write there, or choose another place."

BY_DATABASE = {
    "locked": "Another process is writing for long: end it, or try again later.",
    "is full": ROOM,
    "No space left": ROOM,
    "readonly": RIGHTS,
    "read-only transaction": "It is a standby or set so: name the server that takes writes.",
    "unable to open": RIGHTS,
    "not a database": "Move the file away, and put a backup in its place.",
    "malformed": "Move the file away, and put a backup in its place.",
    "permission denied": "Make the role the owner of its database: ALTER DATABASE … OWNER TO ….",
}
"""What helps, by words of the database's own message."""

BY_DISK = {errno.ENOSPC: ROOM, errno.EDQUOT: ROOM, errno.EROFS: RIGHTS}


@dataclass(frozen=True, kw_only=True)
class Outage:
    """What cannot be used, in the words of whoever runs it. It may pass by itself."""

    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"


def outage_of(error: BaseException) -> Outage | None:
    """The outage that this error tells of; None for a mistake of ours."""
    match error:
        case DBAPIError() if _outside(error):
            return _of_database(error)
        case NoneFree():
            return Outage(
                message="The database's connections are all busy.",
                remedy="It passes by itself; if it stays, look for what holds them.",
            )
        case OSError(errno=int(number)) if number in BY_DISK:
            why = error.strerror
            return Outage(message=f"The disk takes nothing: {why}.", remedy=BY_DISK[number])
    return None


def _outside(error: DBAPIError) -> bool:
    """Whether the database as it is set up is at fault, and not what we asked of it."""
    if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return False  # what SQLite calls operational is a wrong question too: no such column
    return (
        isinstance(error, (OperationalError, InterfaceError))
        or type(error) is DatabaseError
        or getattr(error.orig, "sqlstate", None) in AS_IT_IS_SET_UP
    )


def _of_database(error: DBAPIError) -> Outage:
    """Its own first line, and what helps."""
    lines = str(error.orig).strip().splitlines()
    reason = redact(lines[0]) if lines else type(error.orig).__name__
    usual = "See that it runs and that PARTNER_INBOX_DATABASE_URL leads to it."
    remedy = next((helps for words, helps in BY_DATABASE.items() if words in reason), usual)
    return Outage(message=f"The database cannot be used: {reason.rstrip('.')}.", remedy=remedy)
