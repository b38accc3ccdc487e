"""What went wrong, as one line with its remedy, and the exit code."""

import errno
import traceback

from pydantic import ValidationError
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError

from app.cli.base import err, plain
from app.cli.base import tell as line
from app.errors import AppError, Invalid
from connectors.sdk.errors import ConnectorError
from connectors.sdk.redact import redact

NO_RIGHT = "42501"
"""Postgres: the role may not do this; a new one may not make tables in a schema of others."""

ROOM = "Make room on that disk and try again; what was stored before is still there."
RIGHTS = "Give whoever runs this the right to read and write there, or choose another place."

BY_DATABASE = {
    "locked": "Another process is writing for long: end it, or try again later.",
    "is full": ROOM,
    "readonly": RIGHTS,
    "unable to open": RIGHTS,
    "not a database": "Move the file away, and put a backup in its place.",
    "malformed": "Move the file away, and put a backup in its place.",
    "permission denied": "Make the role the owner of its database: ALTER DATABASE … OWNER TO ….",
}
"""What helps, by words of the database's own message."""

BY_SYSTEM = {
    errno.EACCES: RIGHTS,
    errno.EPERM: RIGHTS,
    errno.EROFS: RIGHTS,
    errno.ENOSPC: ROOM,
    errno.EDQUOT: ROOM,
    errno.ENOENT: "Correct the path, or make the folder first.",
    errno.EISDIR: "Name a file, not a folder.",
    errno.ENOTDIR: "Name a folder, not a file.",
    errno.EEXIST: "Name a folder, not a file.",
}


def tell(error: Exception) -> int:
    """Say it on standard error; the exit code."""
    match error:
        case ValidationError():
            for problem in error.errors(include_input=False, include_url=False):
                name = "_".join(str(part) for part in problem["loc"]).upper()
                told = problem["msg"].removeprefix("Value error, ")
                line(f"PARTNER_INBOX_{name}", f"{told}.")
            return 2
        case AppError() | ConnectorError():
            line(error.message, error.remedy)
            for field, sentence in error.fields.items() if isinstance(error, Invalid) else ():
                err.print(f"  {plain(field)}: {plain(sentence)}", soft_wrap=True)
        case DBAPIError() if outside(error):
            message, remedy = of_database(error)
            line(message, remedy)
        case OSError() if error.filename is not None or error.errno in BY_SYSTEM:
            where = f"{error.filename}: " if error.filename is not None else ""
            line(f"{where}{error.strerror}.", BY_SYSTEM.get(error.errno or 0, ""))
        case _:  # a bug; Python's own traceback would hold secrets
            text = "".join(traceback.format_exception(error))
            err.print(plain(redact(text)), soft_wrap=True)
    return 1


def outside(error: DBAPIError) -> bool:
    """Whether the database as it is set up is at fault, and not what we asked of it."""
    return (
        isinstance(error, (OperationalError, InterfaceError))
        or type(error) is DatabaseError
        or getattr(error.orig, "sqlstate", None) == NO_RIGHT
    )


def of_database(error: DBAPIError) -> tuple[str, str]:
    """Its own first line, and what helps."""
    lines = str(error.orig).strip().splitlines()
    reason = redact(lines[0]) if lines else type(error.orig).__name__
    usual = "See that it runs and that PARTNER_INBOX_DATABASE_URL leads to it."
    remedy = next((helps for words, helps in BY_DATABASE.items() if words in reason), usual)
    return f"The database cannot be used: {reason.rstrip('.')}.", remedy
