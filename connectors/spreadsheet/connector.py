"""Any table that a person keeps or a portal exports: CSV and XLSX, from a file or an address."""

from collections.abc import Generator, Iterator
from datetime import timedelta
from itertools import islice

from connectors.sdk.connector import (
    Check,
    CheckState,
    Complete,
    Event,
    Page,
    ReadContext,
    Unchanged,
)
from connectors.sdk.errors import ConnectorError, FormatChanged
from connectors.sdk.manifest import Manifest, Need, PlatformType, StreamSpec
from connectors.sdk.records import AnyRecord, Kind
from connectors.sdk.tables.reading import Table, open_table
from connectors.sdk.tables.scan import EXPORT_AGAIN, Bad, Scan
from connectors.spreadsheet.onboarding import Preview, summarised
from connectors.spreadsheet.sentences import count_of, sentence_of
from connectors.spreadsheet.settings import SpreadsheetConfig
from connectors.spreadsheet.source import fetch, place_of

PAGE = 500

MANIFEST = Manifest(
    id="spreadsheet",
    version="1",
    name="Spreadsheet",
    platform=PlatformType.GENERIC,
    summary="Deadlines, goals, reports, certifications and more from a CSV or Excel file.",
    vendor=None,
    badge="XLS",
    colour="#2e7d4f",
    config=SpreadsheetConfig,
    hosts=("${url}", "*.googleusercontent.com"),
    streams=(StreamSpec(name="rows", title="Rows", kinds=frozenset(Kind)),),
    interval=timedelta(hours=6),
    minimum_interval=timedelta(minutes=5),
    needs=(
        Need(
            what="A CSV or XLSX file with one row for each deadline, goal or report",
            where="Your own sheet, or the export of a portal (Export, Download as CSV or Excel)",
        ),
        Need(
            what="What each column means, said once",
            where="The import page, which suggests it; it is remembered for the next file",
        ),
    ),
    gives_not=(
        "Rows of a sheet whose header nobody has mapped and whose columns leave a doubt",
        "Colours, comments, images, and formulas (their last value is read)",
    ),
    docs="docs/connectors/spreadsheet.md",
)


class Spreadsheet:
    """Reads every row of every known sheet; the whole file is one full list."""

    manifest = MANIFEST

    def read(self, stream: str, config: SpreadsheetConfig, context: ReadContext) -> Iterator[Event]:
        """All rows, or a typed error.

        Rows that can be read come even where the file is cut or a sheet is not mapped; then
        the error follows in place of ``Complete``, so that nothing counts as missing.
        """
        self.manifest.stream(stream)
        source = fetch(config, context)
        if source is None:
            yield Unchanged()
            return
        with open_table(source.file) as table:
            scan = Scan(table, config.options)
            read = yield from _pages(scan.results())
            problem = scan.unproven(list(context.state.get("sheets", ()))) or _all_bad(read)
            if problem:
                raise problem
            yield Complete(state={"sheets": scan.sheets, **source.state}, copy=source.copy)

    def check(self, config: SpreadsheetConfig, context: ReadContext) -> Iterator[Check]:
        """The file, its columns, its rows, and three of them as they will look."""
        try:
            source = fetch(config, context, always=True)
            assert source is not None  # nobody asked for changes only
            with open_table(source.file) as table:
                yield _file(table, place_of(config))
                scan = Scan(table, config.options)
                yield _columns(scan)
                yield from _rows(summarised(scan.results(), shown=3))
        except ConnectorError as error:
            yield Check(name="Read", state=CheckState.FAIL, text=error.message, fix=error.remedy)


def batches(results: Iterator[AnyRecord | Bad], size: int) -> Iterator[list[AnyRecord | Bad]]:
    """Lists of at most ``size`` results."""
    while batch := list(islice(results, size)):
        yield batch


def _pages(results: Iterator[AnyRecord | Bad]) -> Generator[Page, None, tuple[int, Bad | None]]:
    """Pages of results; returns how many records there were and the first bad row."""
    records, first_bad = 0, None
    for batch in batches(results, PAGE):
        page = Page(
            records=tuple(one for one in batch if not isinstance(one, Bad)),
            quarantined=tuple(one.row for one in batch if isinstance(one, Bad)),
        )
        records += len(page.records)
        first_bad = first_bad or next((one for one in batch if isinstance(one, Bad)), None)
        yield page
    return records, first_bad


def _all_bad(read: tuple[int, Bad | None]) -> ConnectorError | None:
    """Rows of which not one can be read are not a list that anything is missing from."""
    records, first = read
    if records or first is None:
        return None
    return FormatChanged(
        f"Not one row could be read; the first, {first.row.where}: {first.row.reason}",
        remedy="Correct the file, or map its columns again.",
    )


def _file(table: Table, place: str) -> Check:
    rows = sum(sheet.count for sheet in table.sheets)
    text = f"Read {place}: {table.format}, {count_of(rows, 'row')} with headers."
    if table.cut:
        return Check(
            name="File",
            state=CheckState.WARN,
            text=f"{text} {table.cut}",
            fix=EXPORT_AGAIN,
        )
    return Check(name="File", state=CheckState.OK, text=" ".join((text, *table.notes)))


def _columns(scan: Scan) -> Check:
    problem = scan.unproven([])
    if problem:
        return Check(
            name="Columns", state=CheckState.WARN, text=problem.message, fix=problem.remedy
        )
    sheets = ", ".join(f"“{name}”" for name in scan.sheets if name)
    known = sum(len(plan.at) for _, plan in scan.chosen.plans)
    return Check(
        name="Columns",
        state=CheckState.OK,
        text=f"{count_of(known, 'column')} mapped" + (f" in {sheets}." if sheets else "."),
    )


def _rows(seen: Preview) -> Iterator[Check]:
    text = f"{count_of(seen.read, 'row')} can be read"
    if not seen.bad:
        yield Check(name="Rows", state=CheckState.OK, text=f"{text}.")
    else:
        first = seen.problems[0].first
        yield Check(
            name="Rows",
            state=CheckState.WARN if seen.read else CheckState.FAIL,
            text=f"{text}, {seen.bad:,} cannot. {first.where}: {first.reason}",
            fix="Correct these rows in the file, or map the columns again.",
        )
    if seen.records:
        yield Check(
            name="Sample",
            state=CheckState.OK,
            text=" | ".join(sentence_of(record) for record in seen.records),
        )
