"""CSV and its relatives: which encoding, which delimiter, and is the file whole."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice

from connectors.sdk.tables.parse.spool import RefusedError, Spool
from connectors.sdk.tables.wire import ERRORS, Cell, Fault, Report, is_kept

RAW = 2_000
"""So many characters of a misquoted row are kept."""

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_ROWS = 60
END = "\x00end"
"""Added as a last line: where it does not come back as a row, a quote is still open."""

BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
NOT_TEXT = "The file is neither CSV nor an Excel workbook."
WEB_PAGE = "What came is a web page, not a spreadsheet."


def read_text(content: bytes, spool: Spool) -> Report:
    """Read one table of text into the spool as a sheet without a name."""
    text, notes, cut = _decode(content)
    _refuse_other_text(text)
    text, delimiter = _directive(text)
    spool.start("")
    cut = _rows(text, delimiter or sniff(text), spool) or cut
    spool.end()
    return Report(sheets=spool.sheets, format="CSV", notes=notes, cut=cut)


def _decode(content: bytes) -> tuple[str, list[str], str]:
    for bom, name in BOMS:
        if content.startswith(bom):
            return _decode_as(content[len(bom) :], name)
    sample = content[:2000]
    if sample[1::2].count(0) * 3 > len(sample):
        return _decode_as(content, "utf-16-le")
    if sample[::2].count(0) * 3 > len(sample):
        return _decode_as(content, "utf-16-be")
    return _decode_utf8_or_1252(content)


def _decode_as(content: bytes, name: str) -> tuple[str, list[str], str]:
    try:
        return content.decode(name), [], ""
    except UnicodeDecodeError as error:
        if error.start < len(content) - 3:
            raise RefusedError(NOT_TEXT) from None
        return content[: error.start].decode(name), [], "The file ends in the middle of a letter."


def _decode_utf8_or_1252(content: bytes) -> tuple[str, list[str], str]:
    try:
        return _decode_as(content, "utf-8")
    except RefusedError:
        pass
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise RefusedError(NOT_TEXT) from None
    return text, ["The file is not UTF-8; it was read as Windows-1252 (Western European)."], ""


def _refuse_other_text(text: str) -> None:
    start = text[:512].lstrip().lower()
    if start.startswith(("<!doctype html", "<html", "<head", "<body")):
        raise RefusedError(
            WEB_PAGE, remedy="Use the address that downloads the file itself, without a sign-in."
        )
    if start.startswith(("<?xml", "{", "[{")):
        raise RefusedError(NOT_TEXT, remedy="Save it as .xlsx or as CSV.")
    if any(ord(letter) < 32 and letter not in "\t\r\n\x0b\x0c" for letter in set(text)):
        raise RefusedError(NOT_TEXT, remedy="Save it as .xlsx or as CSV.")


def _directive(text: str) -> tuple[str, str | None]:
    """Excel's own first line "sep=;" names the delimiter."""
    first, _, rest = text.partition("\n")
    first = first.strip().strip('"')
    if first.lower().startswith("sep=") and len(first) == 5:
        return rest, first[4]
    return text, None


def sniff(text: str) -> str:
    """The delimiter that cuts most of the first rows into equally many pieces."""

    def score(delimiter: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        widths = Counter(len(row) for row in islice(_tolerant(reader), SAMPLE_ROWS))
        split = [(rows, width) for width, rows in widths.items() if width > 1]
        return max(split, default=(0, 0))

    return max(DELIMITERS, key=score)


def _tolerant(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    with suppress(csv.Error):
        yield from reader


class Lines:
    """The lines of the text, then ``END``. ``row`` holds those of the row being read."""

    def __init__(self, text: str) -> None:
        self.row: list[str] = []
        self.ended = False
        self._lines = chain(io.StringIO(text, newline=""), [END])

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.ended = line == END
        self.row.append(line)
        return line


def _rows(text: str, delimiter: str, spool: Spool) -> str:
    """Spool the rows; returns the sentence that says why the file is not whole, or ""."""
    csv.field_size_limit(max(len(text), 1))  # a huge cell costs its row, not the file
    lines = Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    widths: Counter[int] = Counter()
    number, last = 0, 0
    while True:
        number += 1
        lines.row.clear()
        try:
            row = next(reader)
        except csv.Error:
            _misquoted(number, lines, spool)
            if lines.ended:
                return f"A quotation mark that opens in row {number} is never closed."
            continue
        if row == [END]:
            return "" if text.endswith(("\n", "\r")) else _short_end(widths, last)
        last = len(row)
        widths[last] += 1
        spool.row(number, [_told(cell) for cell in row])


def _told(cell: str) -> Cell:
    """The cell; an apostrophe that keeps it from being a formula is no part of it."""
    if cell[:1] == "#" and cell in ERRORS:
        return Fault(cell)
    return cell[1:] if is_kept(cell) else cell or None


def _misquoted(number: int, lines: Lines, spool: Spool) -> None:
    """A row with a quotation mark in the wrong place may have swallowed the lines below it."""
    raw = "".join(line for line in lines.row if line != END)[:RAW]
    note = "A quotation mark stands in the middle of a cell, or one is never closed"
    below = len(lines.row) - 1 - lines.ended
    reach = f"; the row runs over {below} more lines." if below else "."
    spool.row(number, [raw.rstrip()], note + reach)


def _short_end(widths: Counter[int], last: int) -> str:
    """A last row without a line end that is shorter than nearly all others was cut."""
    width, rows = widths.most_common(1)[0] if widths else (0, 0)
    if last < width and rows * 10 >= (widths.total() - 1) * 9:
        return f"The file ends in the middle of its last row ({last} of {width} cells)."
    return ""
