"""Gives a file back that was read: the same columns in the same order, and ours behind them."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from connectors.sdk.errors import ConfigInvalid
from connectors.sdk.tables.amounts import Mark
from connectors.sdk.tables.cells import shown
from connectors.sdk.tables.choosing import Options
from connectors.sdk.tables.columns import kind_of_sheet
from connectors.sdk.tables.plan import Plan, mapping_for
from connectors.sdk.tables.reading import open_table
from connectors.sdk.tables.scan import Line, Scan
from connectors.sdk.tables.wire import Cell, Number
from connectors.sdk.tables.words import OURS, normal
from connectors.sdk.tables.writing import Given, write_csv, write_xlsx

AS_XLSX = "Take it as Excel."
FRACTION = re.compile(r"\.(\d+)")
GROUP = 3
"""Digits between the marks of thousands."""
More = Callable[[Line], Sequence[Cell] | None]
"""The cells that are added to a row that is given back; None leaves the row out."""


def give_back(
    source: Path | bytes,
    options: Options,
    target: BinaryIO,
    *,
    headers: Sequence[str],
    more: More,
    as_csv: bool = False,
    alone: bool = True,
) -> None:
    """Write the sheets that are read: their columns in their order, then ours (``headers``).
    ``alone``: what is given back is to be read as the file was, beside nothing else.

    Raises what ``preview`` raises, and ``ConfigInvalid`` for what CSV cannot hold: several sheets,
    and alone the name of one that says something.
    """
    with open_table(source) as table:
        scan = Scan(table, options)
        plans = [plan for _, plan in scan.chosen.plans]
        if as_csv and len(plans) > 1:
            raise ConfigInvalid("CSV holds one sheet and this file has several.", remedy=AS_XLSX)
        if as_csv and alone and _name_tells(plans[0], options):
            raise ConfigInvalid(
                "CSV does not hold the sheet's name, which says what its rows are.", remedy=AS_XLSX
            )
        sheets = (
            replace(
                _given(plan, rows, scan.widths[plan.sheet], headers, more), above=above_of(options)
            )
            for plan, rows in _by_plan(scan.lines(), plans)
        )
        if as_csv:
            sheet = next(sheets)
            write_csv(replace(sheet, rows=_marked(plans[0], sheet.rows)), target)
        else:
            write_xlsx(sheets, target)


def _name_tells(plan: Plan, options: Options) -> bool:
    """Whether the rows would be others under a sheet without a name."""
    known = mapping_for(plan.header, options.mapping)
    if known and (known.kind or known.sheet_names):
        return bool(known.sheet_names)
    return kind_of_sheet(plan.sheet, plan.at) != kind_of_sheet("", plan.at)


def above_of(options: Options) -> int:
    """The rows above the header, where it is looked for in one row only."""
    return (options.header_row or 1) - 1


def _marked(plan: Plan, rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    """The rows as their own columns are read: numbers with the decimal mark that the texts beside
    them have, and never such that a mark could count as one of thousands.
    """
    marks = {plan.at[name]: reader.mark or Mark.POINT for name, reader in plan.numbers.items()}
    for row in rows:
        yield [
            FRACTION.sub(partial(_with_mark, marks[place]), shown(cell), count=1)
            if isinstance(cell, Number) and place in marks
            else cell
            for place, cell in enumerate(row)
        ]


def _with_mark(mark: Mark, found: re.Match[str]) -> str:
    fraction = found[1]
    return f"{mark}{fraction}0" if len(fraction) == GROUP else f"{mark}{fraction}"


def _by_plan(lines: Iterator[Line], plans: Sequence[Plan]) -> Iterator[tuple[Plan, Iterator[Line]]]:
    found = groupby(lines, key=lambda line: id(line.plan))
    rows = next(found, None)
    for plan in plans:
        if rows is not None and rows[0] == id(plan):
            yield plan, rows[1]
            rows = next(found, None)
        else:
            yield plan, iter(())


def _given(
    plan: Plan, lines: Iterator[Line], width: int, headers: Sequence[str], more: More
) -> Given:
    header = plan.header
    # A row of CSV that is wider than its header is no good row, and stays one: its rest stands
    # behind ours. Elsewhere what has no header above it is kept, and keeps its place.
    labels = header.labels if plan.strict else header.wide(width)
    kept = [place for place, label in enumerate(labels) if normal(label) not in OURS]
    own = [labels[place] if place in header.named_places else "" for place in kept]

    def rows() -> Iterator[Sequence[Cell]]:
        for line in lines:
            added = more(line)
            if added is not None:
                cells = line.row.cells
                own_cells = (cells[at] if at < len(cells) else None for at in kept)
                yield [*own_cells, *added, *cells[len(labels) :]]

    return Given(name=plan.sheet, headers=[*own, *headers], rows=rows())
