"""The workbook as files: XLSX as Excel writes it, CSV as a portal exports it."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

import xlsxwriter

from connectors.spreadsheet.sandbox_story import HEADERS, KINDS, Row

TITLE = "Partner obligations"
MERGED = 4


def xlsx(sheets: Mapping[str, Iterable[Row]], today: date) -> bytes:
    """All sheets, each with a title over several cells, a blank row, then the header."""
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"created": datetime.combine(today, time())})  # the same bytes again
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "header": book.add_format({"bold": True, "bottom": 1}),
            "date": book.add_format({"num_format": "dd.mm.yyyy"}),
            "percent": book.add_format({"num_format": "0%"}),
        }
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            title = f"{TITLE}: {name.lower()}, {today.isoformat()}"
            sheet.merge_range(0, 0, 0, MERGED, title, formats["title"])
            sheet.write_row(2, 0, HEADERS[name], formats["header"])
            for number, row in enumerate(rows, start=3):
                _write(sheet, number, row, formats)
    return target.getvalue()


def _write(sheet: Any, number: int, row: Row, formats: Mapping[str, Any]) -> None:
    percent = row.get("Unit") == "%"
    for place, value in enumerate(row.values()):
        if isinstance(value, date):
            sheet.write_datetime(number, place, value, formats["date"])
        elif isinstance(value, float) and percent:
            sheet.write_number(number, place, value, formats["percent"])
        elif value is not None:
            sheet.write(number, place, value)


SAME = {
    **dict.fromkeys(("Deadline", "Goal", "Report", "Certification", "Fund", "Name"), "Title"),
    **dict.fromkeys(("Expires", "Lapses on"), "Due"),
}
"""Columns of different sheets that are one column in the flat table."""


def flat_csv(sheets: Mapping[str, Iterable[Row]]) -> bytes:
    """All rows in one table with a column for the kind: semicolons, a BOM, ISO dates."""
    names = [SAME.get(name, name) for headers in HEADERS.values() for name in headers]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(
        text, ["Kind", *dict.fromkeys(names)], delimiter=";", lineterminator="\r\n"
    )
    writer.writeheader()
    for sheet, rows in sheets.items():
        writer.writerows({"Kind": KINDS[sheet]} | _flat(row) for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _flat(row: Row) -> Row:
    percent = row.get("Unit") == "%"
    return {
        SAME.get(name, name): f"{value:.0%}" if percent and isinstance(value, float) else value
        for name, value in row.items()
    }
