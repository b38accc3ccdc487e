"""What went wrong, as one line with its remedy, and the exit code."""

import errno
import traceback

from pydantic import ValidationError

from app.cli.base import err, plain
from app.cli.base import tell as line
from app.errors import AppError, Invalid
from app.outages import RIGHTS, ROOM, outage_of
from connectors.sdk.errors import ConnectorError
from connectors.sdk.redact import redact

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
                told = sentence.replace("\n", "\n    ")
                err.print(f"  {plain(field)}: {plain(told)}")
        case OSError() if error.filename is not None or error.errno in BY_SYSTEM:
            where = f"{error.filename}: " if error.filename is not None else ""
            line(f"{where}{error.strerror}.", BY_SYSTEM.get(error.errno or 0, ""))
        case _ if (outage := outage_of(error)) is not None:
            line(outage.message, outage.remedy)
        case _:  # a bug; Python's own traceback would hold secrets
            text = "".join(traceback.format_exception(error))
            err.print(plain(redact(text)))
    return 1
