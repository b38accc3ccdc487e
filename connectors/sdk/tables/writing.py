"""Writes tables as CSV or XLSX: what was read, as it came and columns of ours behind it, or rows of
our own.

A cell that begins like a formula stays text: in XLSX it is written as text, in CSV with an
apostrophe before it, which reading takes off again. Reading knows our columns by their headers
(``words.OURS``) and passes over them, so that what was given back can be read as it was.
"""

import csv
import re
from collections.abc import Callable, Container, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper
from itertools import chain, count
from typing import Any, BinaryIO

import xlsxwriter

from connectors.sdk.tables.cells import shown
from connectors.sdk.tables.wire import ERRORS, FORMULA, Cell, Day, Fault, Number, is_kept

PLAIN = re.compile(r"[+-]?[\d.,’' \u00a0\u202f%€£$¥()/-]*")
"""A number or a telephone number: what of it begins like a formula computes nothing."""
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
"""Signs of no text: with one of them a file is no CSV to those who read it, us among them."""
LONGEST = 32_767
"""Characters that a cell of Excel holds; more of them, and the whole cell would be left out."""
USUAL = 18
LEAST_YEAR = 1900
"""Excel knows no day before."""
NO_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST_NAME = 31
"""Of a sheet, in UTF-16 units as Excel counts."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """One sheet to be written: its headers, and rows of cells below them.

    widths    of the columns, in characters; ``USUAL`` of those that are not named
    formats   of the numbers in each column, as Excel writes them; "" for none
    filters   whether the header lets one filter
    above     empty rows above the header
    """

    name: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int] = ()
    formats: Sequence[str] = ()
    filters: bool = False
    above: int = 0


def harmless(cell: Cell) -> str:
    """A cell as CSV has it. Of a file that is given back a telephone number stays as it came, and
    an apostrophe that is its own is not taken for ours.
    """
    text = CONTROLS.sub(" ", shown(cell)).strip()
    formula = text[:1] in FORMULA and not PLAIN.fullmatch(text)
    return f"'{text}" if formula or is_kept(text) else text


def as_text(cell: Cell) -> str:
    """The same of rows of our own: what is no real number and no real date is text, whatever it
    begins with.
    """
    if not isinstance(cell, str):
        return shown(cell)
    text = CONTROLS.sub(" ", cell).strip(" ")
    return f"'{text}" if text[:1] in FORMULA else text


def raw(cell: Cell) -> str:
    """The same for programs, which compute nothing: exactly as it is."""
    return cell if isinstance(cell, str) else shown(cell)


def write_csv(
    sheet: Given, target: BinaryIO, *, told: Callable[[Cell], str] = harmless, mark: bool = True
) -> None:
    """UTF-8 with commas, each cell as ``told`` gives it. ``mark``: with the byte order mark that
    Excel asks for.
    """
    text = TextIOWrapper(target, "utf-8-sig" if mark else "utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerows([()] * sheet.above)
    writer.writerow(map(told, sheet.headers))
    for row in sheet.rows:
        writer.writerow(map(told, row))
    text.detach()


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
            taken = {one.name.lower() for one in book.worksheets()}
            sheet = book.add_worksheet(_free(given.name, taken))
            _fill(sheet, given, formats["head"], style)


def _free(name: str, taken: Container[str]) -> str:
    """The name as Excel takes it, with a number behind it where another sheet has it already."""
    plain = NO_NAME.sub(" ", name).strip("' ") or "Rows"
    for end in chain(("",), (f" {number}" for number in count(2))):
        units = plain.encode("utf-16-le")[: (LONGEST_NAME - len(end)) * 2]
        found = units.decode("utf-16-le", "ignore").strip("' ") + end
        if found.lower() not in taken:
            break
    return found


def _fill(sheet: Any, given: Given, head: Any, style: Any) -> None:
    top, last = given.above, max(len(given.headers) - 1, 0)
    sheet.freeze_panes(top + 1, 0)
    sheet.set_column(0, last, USUAL)
    for place, width in enumerate(given.widths):
        sheet.set_column(place, place, width)
    for place, header in enumerate(given.headers):
        if header:
            _write_text(sheet, top, place, header, head)
    number = top
    for number, row in enumerate(given.rows, start=top + 1):
        for place, cell in enumerate(row):
            code = given.formats[place] if place < len(given.formats) else ""
            _write(sheet, (number, place), cell, style, code)
    if given.filters:
        sheet.autofilter(top, 0, number, last)


def _write(sheet: Any, at: tuple[int, int], cell: Cell, style: Any, code: str) -> None:
    row, place = at
    match cell:
        case None | "":
            return
        case bool():
            sheet.write_boolean(row, place, cell)
        case Number(text=text, mark=mark):
            code = _code(mark) if mark else code
            sheet.write_number(row, place, float(text), style(code) if code else None)
        case Fault(text=text) if text in ERRORS:
            sheet.write_formula(row, place, f"={text}", None, text)  # the error itself
        case Day(text=text):
            _write_day(sheet, row, place, text, style)
        case _:
            _write_text(sheet, row, place, shown(cell))


def _write_text(sheet: Any, row: int, place: int, text: str, style: Any = None) -> None:
    # The writer takes such a text for formatted text of its own, and writes it as it stands; of a
    # space behind it nothing is seen, and reading takes it off again.
    if text.startswith("<r>") and text.endswith("</r>"):
        text = f"{text[: LONGEST - 1]} "
    sheet.write_string(row, place, text[:LONGEST], style)


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
