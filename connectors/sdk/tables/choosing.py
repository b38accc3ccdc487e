"""Which sheets of a file are read, and how: decided before the first row is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from connectors.sdk.errors import ConfigInvalid, ConnectorError, FormatChanged
from connectors.sdk.tables.columns import SheetSuggestion, suggest
from connectors.sdk.tables.describe import columns_of
from connectors.sdk.tables.evidence import Column
from connectors.sdk.tables.fields import FIELDS
from connectors.sdk.tables.layout import SEARCHED, Header, find_header
from connectors.sdk.tables.meaning import SheetMapping
from connectors.sdk.tables.plan import Defaults, Plan, make_plan, mapping_for
from connectors.sdk.tables.reading import Sheet, Table


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a file is read: what its settings say of the inside of it."""

    mapping: Mapping[str, SheetMapping] = field(default_factory=dict)
    sheet: str = ""
    header_row: int | None = None
    defaults: Defaults = field(default_factory=Defaults)


@dataclass(frozen=True, kw_only=True)
class Unmapped:
    """A sheet that looks like a table of ours, but that a person must map first."""

    sheet: str
    suggestion: SheetSuggestion


@dataclass
class Chosen:
    """What is read of a file, and what is not.

    ``columns`` are those of sheets that had to be looked at in full to be recognised.
    """

    plans: list[tuple[Sheet, Plan]] = field(default_factory=list)
    columns: dict[str, tuple[Column, ...]] = field(default_factory=dict)
    unmapped: list[Unmapped] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    headers: list[Header] = field(default_factory=list)


def header_of(sheet: Sheet, options: Options) -> Header | None:
    """The header of a sheet."""
    rows = list(islice(sheet.rows(), SEARCHED if options.header_row is None else None))
    return find_header(rows, known=options.mapping, fixed=options.header_row)


def is_wanted(sheet: Sheet, options: Options) -> bool:
    """Whether the settings want that sheet; CSV has one without a name."""
    return not options.sheet or sheet.name.casefold() in {"", options.sheet.casefold()}


def choose(table: Table, options: Options) -> Chosen:
    """Decide sheet by sheet: by its remembered mapping, else by a suggestion beyond doubt.

    A hidden sheet is read only where it was mapped or named.
    """
    chosen = Chosen()
    for sheet in table.sheets:
        if not is_wanted(sheet, options):
            continue
        header = header_of(sheet, options)
        if header is None:
            continue
        chosen.headers.append(header)
        mapping = mapping_for(header, options.mapping)
        if mapping is None and (options.sheet or not sheet.hidden):
            mapping = _suggested(sheet, header, options, chosen)
        if mapping is not None and mapping.ignore:
            chosen.ignored.append(sheet.name)
        elif mapping is not None:
            chosen.plans.append((sheet, _plan(table, sheet, header, mapping, options)))
    return chosen


def _suggested(
    sheet: Sheet, header: Header, options: Options, chosen: Chosen
) -> SheetMapping | None:
    columns = chosen.columns[sheet.name] = columns_of(sheet, header)
    suggestion = suggest(columns, sheet=sheet.name, currency=options.defaults.currency)
    if suggestion.ready:
        return suggestion.mapping()
    if suggestion.recognised:
        chosen.unmapped.append(Unmapped(sheet=sheet.name, suggestion=suggestion))
    return None


def _plan(
    table: Table, sheet: Sheet, header: Header, mapping: SheetMapping, options: Options
) -> Plan:
    csv = table.format == "CSV"
    return make_plan(
        sheet=sheet.name,
        header=header,
        mapping=mapping,
        defaults=options.defaults,
        strict=csv,
        epoch_1904=None if csv else table.epoch_1904,
    )


MAP = "Open the source, map its columns once, and save."


def must_map(unmapped: list[Unmapped]) -> ConfigInvalid:
    """What a person has to say first, with the first open question."""
    sheet, suggestion = unmapped[0].sheet, unmapped[0].suggestion
    of = f" of the sheet “{sheet}”" if sheet else ""
    question = f" {suggestion.questions[0].text}" if suggestion.questions else ""
    return ConfigInvalid(f"The columns{of} have to be mapped first.{question}", remedy=MAP)


def nothing_to_read(table: Table, options: Options, chosen: Chosen) -> ConnectorError:
    """Why not one sheet can be read."""
    if chosen.unmapped:
        return must_map(chosen.unmapped)
    names = [sheet.name for sheet in table.sheets if sheet.name]
    if options.sheet and names and options.sheet.casefold() not in map(str.casefold, names):
        return FormatChanged(
            f"The file has no sheet “{options.sheet}”.",
            remedy=f"Choose one of its sheets: {', '.join(names[:20])}.",
        )
    if options.mapping:
        return _columns_gone(options, chosen)
    if chosen.headers:
        return ConfigInvalid(
            "The columns of the file have to be mapped before it can be read.", remedy=MAP
        )
    return FormatChanged(
        "The file has no row with column headers.",
        remedy="Put a row with a name above each column, and map the columns.",
    )


def _columns_gone(options: Options, chosen: Chosen) -> ConnectorError:
    found = {name for header in chosen.headers for name in header.headers}
    mapped = {
        name
        for mapping in options.mapping.values()
        for name, meaning in mapping.columns.items()
        if meaning in FIELDS
    }
    gone = ", ".join(f"“{name}”" for name in sorted(mapped - found)[:8])
    return FormatChanged(
        "No sheet has the columns that were mapped" + (f"; missing: {gone}." if gone else "."),
        remedy="Map the columns again.",
    )
