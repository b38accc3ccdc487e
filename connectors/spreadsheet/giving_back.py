"""Gives a file back that was read: the same columns in the same order, and ours behind them."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from connectors.sdk.errors import ConfigInvalid
from connectors.sdk.tables.choosing import Options
from connectors.sdk.tables.plan import Plan
from connectors.sdk.tables.reading import open_table
from connectors.sdk.tables.scan import Line, Scan
from connectors.sdk.tables.wire import Cell
from connectors.sdk.tables.words import OURS, normal
from connectors.sdk.tables.writing import Given, write_csv, write_xlsx

AS_XLSX = "Take it as Excel."
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
) -> None:
    """Write the sheets that are read: their columns in their order, then ours (``headers``).

    Raises what ``preview`` raises, and ``ConfigInvalid`` where CSV cannot hold several sheets.
    """
    with open_table(source) as table:
        scan = Scan(table, options)
        plans = [plan for _, plan in scan.chosen.plans]
        if as_csv and len(plans) > 1:
            raise ConfigInvalid("CSV holds one sheet and this file has several.", remedy=AS_XLSX)
        sheets = (
            _given(plan, rows, scan.widths[plan.sheet], headers, more)
            for plan, rows in _by_plan(scan.lines(), plans)
        )
        if as_csv:
            write_csv(next(sheets), target)
        else:
            write_xlsx(sheets, target)


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
