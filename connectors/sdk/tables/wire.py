"""What the parsing child tells its parent: rows as JSON lines in a spool file, then one ``Report``.

Cells keep what the file says and no more: a text cell is a ``str`` even when it looks
like a number, so that leading zeros, and a leading "=", survive.
"""

import msgspec

FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
"""How a formula begins for one program or another, full-width signs among them. In CSV a text that
begins so is written with an apostrophe before it, and read without.
"""

ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))
"""What a cell shows whose formula has no result. CSV has nothing else of it."""


def is_kept(text: str) -> bool:
    """Whether an apostrophe before it keeps a text of CSV from being a formula."""
    return text[:1] == "'" and text.lstrip("'")[:1] in FORMULA


class Number(msgspec.Struct, frozen=True, array_like=True, tag="n"):
    """A numeric cell: ``text`` is a plain decimal with the 15 digits that Excel keeps.

    ``mark`` is what the number format adds: "%", a currency symbol or code, or "".
    """

    text: str
    mark: str = ""


class Day(msgspec.Struct, frozen=True, array_like=True, tag="d"):
    """A real date cell: ISO date, or ISO date and time without a zone."""

    text: str


class Fault(msgspec.Struct, frozen=True, array_like=True, tag="e"):
    """An error cell (#REF!, #N/A, …)."""

    text: str


Cell = str | bool | Number | Day | Fault | None


class Row(msgspec.Struct, frozen=True, array_like=True):
    """One row that holds something. ``number`` is the row number that a person sees.

    ``note`` says what is wrong with the row as a whole, in a sentence.
    """

    number: int
    cells: list[Cell]
    note: str = ""


class SheetEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet: its rows lie at ``offset`` for ``length`` bytes in the spool."""

    name: str
    hidden: bool = False
    offset: int
    length: int
    rows: int


class Report(msgspec.Struct, frozen=True, kw_only=True, tag="report"):
    """The file was read. ``cut`` says, in a sentence, why it is not proven whole."""

    sheets: list[SheetEntry]
    format: str
    epoch_1904: bool = False
    notes: list[str] = []
    cut: str = ""


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """The file was not read. ``damaged``: it may be whole next time (cut while copied)."""

    sentence: str
    remedy: str = ""
    damaged: bool = False


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one file may cost. Bytes, counts and seconds.

    memory and cpu are limits of the child process, wall is kept by its parent.
    """

    file_bytes: int = 32 << 20
    inflated_bytes: int = 256 << 20
    ratio: int = 200
    entries: int = 2_000
    sheets: int = 100
    rows: int = 200_000
    columns: int = 500
    cells: int = 3_000_000
    cell_chars: int = 32_767
    memory: int = 512 << 20
    cpu_seconds: int = 15
    wall_seconds: float = 20.0


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """The child's only argument: the spool's file descriptor and the limits."""

    spool: int
    limits: Limits
