"""Puts rows that were given out and repaired back into the file that they came from."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from connectors.sdk.tables.cells import shown
from connectors.sdk.tables.choosing import Options
from connectors.sdk.tables.plan import Plan
from connectors.sdk.tables.reading import open_table
from connectors.sdk.tables.scan import Bad, Line, Scan
from connectors.sdk.tables.wire import Cell
from connectors.sdk.tables.words import OURS, REPAIR, normal
from connectors.sdk.tables.writing import Given, write_csv, write_xlsx
from connectors.spreadsheet.giving_back import above_of

PLACE = re.compile(r"(?:.* )?row (\d+): ", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Repaired:
    """A repaired row: its cells by what their headers say, where it stood, and its key."""

    header: str
    cells: dict[str, Cell]
    number: int | None
    key: str | None


def put_in(file: Path, repaired: Path, options: Options, target: BinaryIO, *, as_csv: bool) -> None:
    """The file with the repaired rows in the place of those that they were; further ones follow.

    ``options`` read both. Raises what reading them raises.
    """
    with open_table(repaired) as table:
        given = list(map(_repaired, Scan(table, options).lines()))
    with open_table(file) as table:
        scan = Scan(table, options)
        written = _sheets(scan, given)
        if as_csv and len(scan.chosen.plans) == 1:
            write_csv(next(written), target)
        else:
            write_xlsx(written, target)


def _repaired(line: Line) -> Repaired:
    labels = [normal(label) for label in line.plan.header.wide(len(line.row.cells))]
    cells = dict(zip(labels, line.row.cells, strict=False))
    found = PLACE.match(shown(cells.get(normal(REPAIR))))
    return Repaired(
        header=line.plan.header.fingerprint,
        cells=cells,
        number=int(found[1]) if found else None,
        key=_key(line),
    )


def _key(line: Line) -> str | None:
    result = line.result
    return result.row.external_id if isinstance(result, Bad) else result.external_id


def _sheets(scan: Scan, given: Sequence[Repaired]) -> Iterator[Given]:
    lines: dict[int, list[Line]] = {}
    for line in scan.lines():
        lines.setdefault(id(line.plan), []).append(line)
    seen: set[str] = set()
    for _, plan in scan.chosen.plans:
        mark = plan.header.fingerprint
        rows = [] if mark in seen else [one for one in given if one.header == mark]
        seen.add(mark)
        yield _sheet(plan, lines.get(id(plan), []), rows, above_of(scan.options))


def _sheet(plan: Plan, lines: Sequence[Line], given: Sequence[Repaired], above: int) -> Given:
    header = plan.header
    width = max((len(line.row.cells) for line in lines), default=0)
    labels = [normal(label) for label in header.wide(width)]
    kept = [at for at, label in enumerate(labels) if label not in OURS]

    def rows() -> Iterator[Sequence[Cell]]:
        left = list(given)
        for line in lines:
            instead = next((one for one in left if _is_of(one, line, labels)), None)
            if instead is None:
                yield [line.row.cells[at] if at < len(line.row.cells) else None for at in kept]
            else:
                left.remove(instead)
                yield [instead.cells.get(labels[at]) for at in kept]
        for one in left:
            yield [one.cells.get(labels[at]) for at in kept]

    names = [header.labels[at] if at in header.named_places else "" for at in kept]
    return Given(name=plan.sheet, headers=names, rows=rows(), above=above)


def _is_of(one: Repaired, line: Line, labels: Sequence[str]) -> bool:
    """Whether the line is what was repaired: the same key, or a bad row at its place that is
    mostly the same, because the file may be another by now.
    """
    if one.key is not None and one.key == _key(line):
        return True
    if one.number != line.row.number or not isinstance(line.result, Bad):
        return False
    told = [(shown(cell), label) for cell, label in zip(line.row.cells, labels, strict=False)]
    filled = [(text, label) for text, label in told if text and label not in OURS]
    same = sum(text == shown(one.cells.get(label)) for text, label in filled)
    return same * 2 >= len(filled)
