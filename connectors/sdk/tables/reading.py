"""Opens a file in a capped child process and gives its rows back, as often as they are asked for.

The child writes all rows into a temporary file before the parent reads the first: the
memory of the parent stays flat, the wall time of the child does not depend on how fast
its rows are consumed, and whether the file is whole is known before anything is believed.
"""

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from connectors.sdk.errors import (
    ConfigInvalid,
    ConnectorError,
    FormatChanged,
    Incomplete,
    Unavailable,
)
from connectors.sdk.tables.wire import Job, Limits, Refused, Report, Row, SheetEntry

ROOT = str(Path(__file__).resolve().parents[3])
CHUNK = 1 << 18
SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm"})
START = (
    "import sys, runpy; sys.path.insert(0, sys.argv.pop(1)); "
    "runpy.run_module(%r, run_name='__main__')"
)
"""The code that lies beside this, not that of another checkout which happens to be installed."""
CHILD = "connectors.sdk.tables.parse"

_report: msgspec.json.Decoder[Report | Refused] = msgspec.json.Decoder(Report | Refused)
_row: msgspec.json.Decoder[Row] = msgspec.json.Decoder(Row)


OTHER_FILE = "Choose a CSV or Excel (.xlsx) file, or save the table anew and try again."


class Sheet:
    """One sheet of an open file. ``name`` is empty for CSV, which has no sheets."""

    def __init__(self, entry: SheetEntry, spool: BinaryIO) -> None:
        self.name = entry.name
        self.hidden = entry.hidden
        self.count = entry.rows
        self._entry = entry
        self._spool = spool

    def rows(self) -> Iterator[Row]:
        """All rows that hold something, in order; may be asked for any number of times."""
        for line in self._lines():
            yield _row.decode(line)

    def _lines(self) -> Iterator[bytes]:
        offset, left, rest = self._entry.offset, self._entry.length, b""
        while left:
            chunk = os.pread(self._spool.fileno(), min(CHUNK, left), offset)
            offset, left = offset + len(chunk), left - len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            yield from lines


class Table:
    """An open file: its sheets, and what is to be said of the file as a whole.

    ``cut`` is a sentence where the file is not proven whole; ``notes`` are for people.
    """

    def __init__(self, report: Report, spool: BinaryIO) -> None:
        self.sheets = tuple(Sheet(entry, spool) for entry in report.sheets)
        self.format = report.format
        self.epoch_1904 = report.epoch_1904
        self.notes = tuple(report.notes)
        self.cut = report.cut


DEFAULT_LIMITS = Limits()


@contextmanager
def open_table(source: Path | bytes, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[Table]:
    """Parse a file in a child process.

    Raises ``Unavailable`` where the file cannot be opened, ``Incomplete`` where it is cut or
    damaged, ``FormatChanged`` where it is no spreadsheet or costs more than ``limits``.
    """
    with ExitStack() as stack:
        file = stack.enter_context(_opened(source))
        spool = stack.enter_context(tempfile.TemporaryFile())
        report = _parse(file, spool, limits)
        if isinstance(report, Refused):
            raise _error(report)
        yield Table(report, spool)


def _opened(source: Path | bytes) -> BinaryIO:
    if isinstance(source, bytes):
        file = tempfile.TemporaryFile()  # noqa: SIM115  # the caller closes it
        file.write(source)
        file.seek(0)
        return file
    return open_file(source)


def open_file(path: Path) -> BinaryIO:
    """A regular file with the name of a spreadsheet, open for reading.

    A named pipe or a device would hang or never end; any other name is not for us to read.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ConfigInvalid(
            f"“{path.name}” is not named like a spreadsheet.",
            remedy="Give a file that ends in .xlsx, .csv or .tsv.",
        )
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Unavailable(
            f"The file “{path.name}” cannot be opened: {error.strerror}.",
            remedy="See that the file is there and that Partner Inbox may read it.",
        ) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ConfigInvalid(f"“{path.name}” is not a file.")
    return os.fdopen(descriptor, "rb")


def _parse(file: BinaryIO, spool: BinaryIO, limits: Limits) -> Report | Refused:
    job = msgspec.json.encode(Job(spool=spool.fileno(), limits=limits)).decode()
    # -I keeps the environment and the working directory out; an own session keeps Ctrl-C out.
    with subprocess.Popen(  # noqa: S603  # our own interpreter and module, no shell
        [sys.executable, "-I", "-X", "utf8", "-c", START % CHILD, ROOT, job],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        pass_fds=(spool.fileno(),),
        start_new_session=True,
    ) as child:
        try:
            answer, _ = child.communicate(timeout=limits.wall_seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            return TOO_LONG
        except BaseException:
            child.kill()
            raise
    return _understood(answer, child.returncode)


SPLIT = "Save it again from Excel, or split it into smaller files."
TOO_LONG = Refused(sentence="Reading the file took too long; it was stopped.", remedy=SPLIT)
CRASHED = Refused(sentence="The file could not be read: it broke the reader.", remedy=SPLIT)
TOO_BIG = Refused(sentence="The file needs more memory than one file may use.", remedy=SPLIT)
BY_SIGNAL = {
    -24: TOO_LONG,  # SIGXCPU
    -14: TOO_LONG,  # SIGALRM
    -6: TOO_BIG,  # abort: calamine was refused memory
}


def _understood(answer: bytes, code: int) -> Report | Refused:
    if code:
        return BY_SIGNAL.get(code, CRASHED)
    try:
        return _report.decode(answer)
    except msgspec.MsgspecError:
        return CRASHED


def _error(refused: Refused) -> ConnectorError:
    if refused.damaged:
        return Incomplete(refused.sentence, remedy=refused.remedy or OTHER_FILE)
    return FormatChanged(refused.sentence, remedy=refused.remedy or OTHER_FILE)
