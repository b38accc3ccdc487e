"""Gives a table back as CSV or XLSX: the cells as they came, and columns of ours behind them.

A cell that begins like a formula stays text: in XLSX it is written as text, in CSV with an
apostrophe before it, which reading takes off again. Reading knows our columns by their headers
(``words.OURS``) and passes over them, so that what was given back can be read as it was.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper
from typing import Any, BinaryIO

import xlsxwriter

from connectors.sdk.tables.cells import shown
from connectors.sdk.tables.wire import Cell, Day, Number

FORMULA = tuple("=+-@\t\r")
PLAIN = re.compile(r"[+-]?[\d.,’' \u00a0\u202f%€£$¥()/-]*")
"""A number or a telephone number: what of it begins like a formula computes nothing."""
LEAST_YEAR = 1900
"""Excel knows no day before."""
NAME = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True, kw_only=True)
class Given:
    """One sheet to be written: its headers, and rows of cells below them."""

    name: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def write_csv(sheet: Given, target: BinaryIO) -> None:
    """UTF-8 with a byte order mark, which Excel asks for, and commas."""
    text = TextIOWrapper(target, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(map(_harmless, sheet.headers))
    for row in sheet.rows:
        writer.writerow([_harmless(shown(cell)) for cell in row])
    text.detach()


def _harmless(text: str) -> str:
    formula = text.startswith(FORMULA) and not PLAIN.fullmatch(text)
    return f"'{text}" if formula else text


def write_xlsx(sheets: Iterable[Given], target: BinaryIO) -> None:
    """Dates as dates, numbers as numbers with their sign, all other cells as text."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with closing(xlsxwriter.Workbook(target, options)) as book:
        formats: dict[str, Any] = {"head": book.add_format({"bold": True})}

        def style(code: str) -> Any:
            if code not in formats:
                formats[code] = book.add_format({"num_format": code})
            return formats[code]

        for given in sheets:
            sheet = book.add_worksheet(NAME.sub(" ", given.name)[:31] or "Rows")
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(len(given.headers) - 1, 0), 18)
            for place, header in enumerate(given.headers):
                if header:
                    sheet.write_string(0, place, header, formats["head"])
            for number, row in enumerate(given.rows, start=1):
                for place, cell in enumerate(row):
                    _write(sheet, number, place, cell, style)


def _write(sheet: Any, row: int, place: int, cell: Cell, style: Any) -> None:
    match cell:
        case None | "":
            return
        case bool():
            sheet.write_boolean(row, place, cell)
        case Number(text=text, mark=mark):
            sheet.write_number(row, place, float(text), style(_code(mark)) if mark else None)
        case Day(text=text):
            _write_day(sheet, row, place, text, style)
        case _:
            sheet.write_string(row, place, shown(cell))


def _write_day(sheet: Any, row: int, place: int, text: str, style: Any) -> None:
    at = datetime.fromisoformat(text)
    if at.year < LEAST_YEAR:
        sheet.write_string(row, place, text)
        return
    code = "yyyy-mm-dd" if len(text) == len("2026-01-31") else "yyyy-mm-dd hh:mm:ss"
    try:
        sheet.write_datetime(row, place, at, style(code))
    except (OverflowError, ValueError):
        sheet.write_string(row, place, text)


def _code(mark: str) -> str:
    """The number format that adds this mark again."""
    return "0.########%" if mark == "%" else f"#,##0.00##[${mark}]"
