"""An answer as its stream's format says: nothing at all, JSON lines, or CSV as a list of rows."""

import csv
import io
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any

from connectors.http_api.jmes import Path
from connectors.http_api.model import Csv, Stream
from connectors.sdk import decoding
from connectors.sdk.errors import FormatChanged, Incomplete
from connectors.sdk.http import Reply
from connectors.sdk.mapping import BadField

MISFIT = "(misfit)"
"""The key of a row that does not fit the header, with the sentence that says so."""

_CUT = "unexpected end of data"
_PAGE = ("<!doctype", "<html", "<?xml", "{", "[")
NOTHING: Any = object()
"""The body of an answer that says by its status that there are no rows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Nothing(Reply):
    """204: the list is empty."""

    def json(self) -> Any:
        return NOTHING


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines(Reply):
    """A row of JSON to a line."""

    def json(self) -> Any:
        """The rows; raises ``FormatChanged`` for a line that is no JSON, ``Incomplete`` for a
        last one that is cut."""
        lines = self.text().splitlines(keepends=True)
        rows: list[Any] = []
        for number, line in enumerate(lines, start=1):
            try:
                rows += [decoding.to_json(line.encode())] if line.strip() else []
            except FormatChanged:
                if number == len(lines) > 1 and not line.endswith("\n"):
                    raise Incomplete("The platform's answer ends within a line.") from None
                raise FormatChanged(f"Line {number:,} is not JSON.", sample=line) from None
        return rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Table(Reply):
    """An answer whose data is a table: each row an object by the header's names.

    ``key`` finds a row's id. It must find a column too: without rows nothing else tells a table
    from a sentence that the platform answers instead.
    """

    csv: Csv
    key: Path

    def json(self) -> Any:
        """The rows; one that does not fit the header says so under ``MISFIT``.

        Raises ``FormatChanged`` where it is no table, ``Incomplete`` where it is cut.
        """
        header, rows = _parted(self._decoded(), self.csv)
        with suppress(BadField):
            if self.key(dict(zip(header, header, strict=True))) is not None:
                return rows
        raise FormatChanged("The header has no column for the id.", sample=", ".join(header))

    def _decoded(self) -> str:
        name = "utf-8-sig" if self.csv.encoding == "utf-8" else self.csv.encoding
        try:
            return self.body.decode(name)
        except UnicodeDecodeError:
            raise FormatChanged(
                f"The platform's answer is no text in {self.csv.encoding}.",
                remedy="Write the encoding of the export into the declaration.",
            ) from None


def read_as(reply: Reply, stream: Stream, *, key: Path) -> Reply:
    """The answer, read as the stream says. ``key`` finds the id in a row."""
    values = {one.name: getattr(reply, one.name) for one in fields(reply)}
    if reply.status == 204:
        return Nothing(**values)
    if stream.format == "json lines":
        return Lines(**values)
    if stream.format == "csv" and reply.status != 304:
        return Table(**values, csv=stream.csv or Csv(), key=key)
    return reply


def _parted(text: str, how: Csv) -> tuple[list[str], list[dict[str, str]]]:
    """The header, and the rows below it."""
    if text[:200].lstrip().lower().startswith(_PAGE):
        raise FormatChanged("The platform's answer is no CSV.", sample=text)
    if "\x00" in text:
        raise FormatChanged("The platform's answer is no CSV: it holds NUL characters.")
    try:
        lines = io.StringIO(text, newline="")
        cells = list(csv.reader(lines, delimiter=how.delimiter, strict=True))
    except csv.Error as error:
        if str(error) == _CUT:
            raise Incomplete("The platform's answer ends within a quoted text.") from None
        raise FormatChanged(f"The platform's answer is no CSV: {error}.", sample=text) from None
    table = [row for row in cells[how.skip :] if row]
    if not table:
        raise FormatChanged("The platform's answer has no header row.")
    header = [name.strip() for name in table[0]]
    if len(set(header)) != len(header):
        raise FormatChanged("The header names a column twice, so that its rows cannot be told.")
    return header, [_row(header, row) for row in table[1:]]


def _row(header: list[str], cells: list[str]) -> dict[str, str]:
    row = dict(zip(header, cells, strict=False))
    if len(cells) != len(header):
        row[MISFIT] = f"{len(cells)} cells below a header of {len(header)}"
    return row
