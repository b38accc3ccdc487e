"""For the import page and ``partner-inbox import``: look into a file, suggest, preview.

    workbook = inspect(path)                     # sheets, headers, columns with samples
    suggestion = suggest_sheet(workbook.sheets[0])  # meanings, confidence, open questions
    mapping = suggestion.mapping({"date_order:Due": "dmy"})
    seen = preview(path, Options(mapping={workbook.sheets[0].fingerprint: mapping}))

Nothing here touches the network or the database; every function opens the file once, in
the capped child process, and raises the same ``ConnectorError``s as a sync.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from connectors.sdk.connector import Quarantined
from connectors.sdk.records import AnyRecord
from connectors.sdk.tables.choosing import Options, header_of
from connectors.sdk.tables.columns import SheetSuggestion, suggest
from connectors.sdk.tables.describe import body, columns_of
from connectors.sdk.tables.evidence import Column
from connectors.sdk.tables.meaning import SheetMapping
from connectors.sdk.tables.plan import mapping_for
from connectors.sdk.tables.reading import DEFAULT_LIMITS, Sheet, open_table
from connectors.sdk.tables.scan import Bad, Scan
from connectors.sdk.tables.wire import Limits
from connectors.sdk.tables.words import OURS, REPAIR, normal

SHOWN = 20
"""Records of a preview."""
AS_IT_COMES = Options()
LISTED = 1_000
"""Rows that could not be read, listed in a preview; all are counted."""


@dataclass(frozen=True, kw_only=True)
class SheetView:
    """One sheet. Without a header there are no columns and no fingerprint.

    ``rows`` counts the rows below the header; ``mapping`` is the one remembered for it.
    ``repaired``: it has the column of rows that were given out to be repaired.
    """

    name: str
    hidden: bool
    rows: int
    header_row: int | None = None
    fingerprint: str = ""
    columns: tuple[Column, ...] = ()
    mapping: SheetMapping | None = None
    repaired: bool = False


@dataclass(frozen=True, kw_only=True)
class Workbook:
    """A file as it looks. ``cut`` says why it is not whole; ``notes`` are for the person."""

    format: str
    sheets: tuple[SheetView, ...]
    notes: tuple[str, ...]
    cut: str


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Rows that one repair mends: how many, and the first of them."""

    column: str
    problem: str
    count: int
    first: Quarantined


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a sync would read: counts over the whole file, the first records and bad rows.

    ``unproven`` is a sentence where a sync would not believe that a missing row is gone.
    """

    records: tuple[AnyRecord, ...]
    quarantined: tuple[Quarantined, ...]
    problems: tuple[Problem, ...]
    read: int
    bad: int
    unproven: str


def inspect(
    source: Path | bytes, options: Options = AS_IT_COMES, *, limits: Limits = DEFAULT_LIMITS
) -> Workbook:
    """What is in a file."""
    with open_table(source, limits=limits) as table:
        sheets = tuple(_view(sheet, options) for sheet in table.sheets)
        return Workbook(format=table.format, sheets=sheets, notes=table.notes, cut=table.cut)


def _view(sheet: Sheet, options: Options) -> SheetView:
    header = header_of(sheet, options)
    if header is None:
        return SheetView(name=sheet.name, hidden=sheet.hidden, rows=sheet.count)
    return SheetView(
        name=sheet.name,
        hidden=sheet.hidden,
        rows=sum(1 for _ in body(sheet, header)),
        header_row=header.row,
        fingerprint=header.fingerprint,
        columns=tuple(c for c in columns_of(sheet, header) if normal(c.header) not in OURS),
        mapping=mapping_for(header, options.mapping),
        repaired=any(normal(label) == normal(REPAIR) for label in header.headers),
    )


def suggest_sheet(sheet: SheetView, *, currency: str | None = None) -> SheetSuggestion:
    """What the columns of a sheet seem to mean. ``currency`` is the connection's default."""
    return suggest(sheet.columns, sheet=sheet.name, currency=currency)


def preview(
    source: Path | bytes,
    options: Options = AS_IT_COMES,
    *,
    shown: int = SHOWN,
    limits: Limits = DEFAULT_LIMITS,
    each: Callable[[AnyRecord], None] = lambda _record: None,
) -> Preview:
    """What a sync would read; raises ``ConfigInvalid`` where the columns must be mapped first.

    ``each`` is called with every record.
    """
    with open_table(source, limits=limits) as table:
        scan = Scan(table, options)
        unproven = scan.unproven([])
        results = _watched(scan.results(), each)
        return summarised(results, shown=shown, unproven=str(unproven or ""))


def _watched(
    results: Iterable[AnyRecord | Bad], each: Callable[[AnyRecord], None]
) -> Iterator[AnyRecord | Bad]:
    for result in results:
        if not isinstance(result, Bad):
            each(result)
        yield result


def summarised(results: Iterable[AnyRecord | Bad], *, shown: int, unproven: str = "") -> Preview:
    """Count all results, keep the first."""
    records: list[AnyRecord] = []
    bad: list[Bad] = []
    groups: dict[tuple[str, str], int] = {}
    read = 0
    for result in results:
        if not isinstance(result, Bad):
            read += 1
            records += [result] if len(records) < shown else []
            continue
        group = (result.column, result.problem)
        groups[group] = groups.get(group, 0) + 1
        if len(bad) < LISTED or groups[group] == 1:
            bad.append(result)
    return Preview(
        records=tuple(records),
        quarantined=tuple(one.row for one in bad),
        problems=_problems(groups, bad),
        read=read,
        bad=sum(groups.values()),
        unproven=unproven,
    )


def _problems(groups: dict[tuple[str, str], int], bad: list[Bad]) -> tuple[Problem, ...]:
    first = {(one.column, one.problem): one.row for one in reversed(bad)}
    ordered = sorted(groups.items(), key=lambda item: -item[1])
    return tuple(
        Problem(column=column, problem=problem, count=count, first=first[column, problem])
        for (column, problem), count in ordered
    )
