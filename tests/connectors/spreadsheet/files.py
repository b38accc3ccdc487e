"""Spreadsheets built by the tests, and what a connection reads from one."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol

import xlsxwriter

from connectors.sdk.connector import Complete, Event, Page, Quarantined, Unchanged
from connectors.sdk.errors import ConnectorError

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
Cells = Sequence[Any]


def csv_of(*rows: Cells, delimiter: str = ",", end: str = "\r\n") -> bytes:
    """UTF-8 CSV of plain cells; a cell that needs quotes comes quoted."""
    lines = (delimiter.join("" if cell is None else str(cell) for cell in row) for row in rows)
    return "".join(f"{line}{end}" for line in lines).encode()


def xlsx_of(
    sheets: Mapping[str, Iterable[Cells]], *, hidden: Sequence[str] = (), **options: Any
) -> bytes:
    """A workbook with these sheets; dates become real dates, a (value, format) pair a format."""
    target = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, settings | options) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    value, code = cell if isinstance(cell, tuple) else (cell, None)
                    style = book.add_format({"num_format": code}) if code else None
                    if isinstance(value, date):
                        sheet.write_datetime(r, c, value, style or day)
                    elif value is not None:
                        sheet.write(r, c, value, style)
    return target.getvalue()


@dataclass
class Found:
    """What one read gave, and how it ended."""

    records: list[Any] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    end: Complete | Unchanged | None = None
    error: ConnectorError | None = None

    @property
    def reasons(self) -> list[str]:
        return [bad.reason for bad in self.quarantined]

    @property
    def titles(self) -> list[str]:
        return [record.title for record in self.records]

    def one(self) -> Any:
        """The only record of a read that ended well."""
        assert self.error is None, self.error
        assert self.quarantined == []
        assert len(self.records) == 1
        return self.records[0]


def gather(events: Iterator[Event]) -> Found:
    found = Found()
    try:
        for event in events:
            assert found.end is None, "nothing comes after the end"
            if isinstance(event, Page):
                found.records += event.records
                found.quarantined += event.quarantined
            else:
                found.end = event
    except ConnectorError as error:
        found.error = error
    return found


class Read(Protocol):
    """Reads a file's bytes as an upload; settings as keywords."""

    def __call__(
        self, data: bytes, *, state: Mapping[str, Any] | None = None, **settings: Any
    ) -> Found: ...
