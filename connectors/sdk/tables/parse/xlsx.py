"""XLSX: sheets, cells and merged ranges into the spool."""

import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook
from python_calamine import SheetTypeEnum as SheetType
from python_calamine import SheetVisibleEnum as Visible

from connectors.sdk.tables.parse.archive import open_archive
from connectors.sdk.tables.parse.package import Marks, marks_of, open_package, place
from connectors.sdk.tables.parse.spool import RefusedError, Spool
from connectors.sdk.tables.wire import Cell, Day, Fault, Number, Report

Range = tuple[tuple[int, int], tuple[int, int]]


def read_xlsx(content: bytes, spool: Spool) -> Report:
    """Read every worksheet; chart and macro sheets hold no rows."""
    with open_archive(content, spool.limits) as archive:
        package = open_package(archive)
        try:
            workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
            for meta in workbook.sheets_metadata:
                if meta.typ == SheetType.WorkSheet:
                    spool.start(meta.name, hidden=meta.visible != Visible.Visible)
                    sheet = workbook.get_sheet_by_name(meta.name)
                    _sheet(sheet, marks_of(package, meta.name), spool)
                    spool.end()
        except CalamineError:
            raise RefusedError(
                "The workbook cannot be read.", remedy="Open it in Excel and save it again."
            ) from None
    return Report(sheets=spool.sheets, format="XLSX", epoch_1904=package.epoch_1904)


def _sheet(sheet: CalamineSheet, marks: Marks, spool: Spool) -> None:
    left = sheet.start[1] if sheet.start else 0
    merged = Merged(sheet.merged_cell_ranges or [])
    for number, values in enumerate(sheet.iter_rows()):
        cells: list[Cell] = [None] * left
        cells += [cell_of(value) for value in values]
        if marks.errors or marks.formats:
            _mark(cells, number, marks)
        merged.fill(cells, number)
        spool.row(number + 1, cells)


def cell_of(value: Any) -> Cell:
    """What calamine gives, as a cell; a number keeps the 15 digits that Excel keeps."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return value
    if isinstance(value, float | int):
        return Number(_plain(value))
    if isinstance(value, datetime):
        return Day(value.isoformat(" "))
    if isinstance(value, date):
        return Day(value.isoformat())
    return str(value)  # a time of day or a duration


def _plain(value: float) -> str:
    if value == int(value):
        return str(int(value))
    return f"{Decimal(f'{value:.15g}'):f}"


def _mark(cells: list[Cell], row: int, marks: Marks) -> None:
    for column, cell in enumerate(cells):
        if cell is None:
            error = marks.errors.get(place(row, column))
            if error is not None:
                cells[column] = Fault(error or "an error")
        elif isinstance(cell, Number):
            mark = marks.formats.get(place(row, column))
            if mark:
                cells[column] = Number(cell.text, mark)


class Merged:
    """Merged ranges: every cell of one holds the value of its first."""

    def __init__(self, ranges: list[Range]) -> None:
        self._waiting = sorted(ranges, reverse=True)
        self._open: list[tuple[Range, Cell]] = []

    def fill(self, cells: list[Cell], row: int) -> None:
        """Fill one row; rows come in order."""
        while self._waiting and self._waiting[-1][0][0] <= row:
            merged = self._waiting.pop()
            column = merged[0][1]
            self._open.append((merged, cells[column] if column < len(cells) else None))
        self._open = [(merged, value) for merged, value in self._open if merged[1][0] >= row]
        for ((_, left), (_, right)), value in self._open:
            for column in range(left, min(right + 1, len(cells))):
                cells[column] = value
