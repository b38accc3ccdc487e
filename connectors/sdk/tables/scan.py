"""All rows of the sheets that are read: records, and rows that could not be read.

The rows are walked twice. The first walk decides how undeclared dates and numbers are
read, and finds keys that stand for more than one row; the second makes the records.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from connectors.sdk.connector import Quarantined
from connectors.sdk.errors import ConnectorError, FormatChanged, Incomplete
from connectors.sdk.mapping import BadField
from connectors.sdk.records import AnyRecord, validate
from connectors.sdk.tables.cells import BadCell, shown
from connectors.sdk.tables.choosing import Options, choose, is_wanted, must_map, nothing_to_read
from connectors.sdk.tables.describe import body
from connectors.sdk.tables.evidence import Evidence
from connectors.sdk.tables.fields import FIELDS
from connectors.sdk.tables.plan import Plan
from connectors.sdk.tables.reader import Reader
from connectors.sdk.tables.reading import Sheet, Table
from connectors.sdk.tables.rows import is_total, key_of, record_of
from connectors.sdk.tables.wire import Row

RAW = 8_000
"""So many characters of a row that could not be read are kept."""

TOTAL = "total"
EXPORT_AGAIN = "Export or copy the file again."


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A row that could not be read. ``column`` and ``problem`` group what one repair mends."""

    row: Quarantined
    column: str
    problem: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One row as it stands in its file, and what became of it."""

    plan: Plan
    row: Row
    result: AnyRecord | Bad


class Scan:
    """The rows of an open file. ``chosen`` says which sheets are read, ``widths`` how many columns
    the widest row of each takes.
    """

    def __init__(self, table: Table, options: Options) -> None:
        """Raises a ``ConnectorError`` where not one sheet can be read."""
        self.table = table
        self.options = options
        self.chosen = choose(table, options)
        if not self.chosen.plans:
            raise nothing_to_read(table, options, self.chosen)
        self.widths: dict[str, int] = {}
        self._ambiguous: set[int] = set()
        self._repeated: set[int] = set()
        self._survey()

    @property
    def sheets(self) -> list[str]:
        """Names of the sheets that are read."""
        return [sheet.name for sheet, _ in self.chosen.plans]

    def results(self) -> Iterator[AnyRecord | Bad]:
        """Every row of every sheet that is read, in order."""
        return (line.result for line in self.lines())

    def lines(self) -> Iterator[Line]:
        """The same, with the rows themselves."""
        landed: set[int] = set()
        for sheet, plan in self.chosen.plans:
            for row in body(sheet, plan.header):
                yield Line(plan=plan, row=row, result=self._result(plan, row, landed))

    def unproven(self, before: list[str]) -> ConnectorError | None:
        """Why this read proves no absence; None where it does.

        ``before`` are the sheets that the last complete read read: one that is still there
        but cannot be read now hides its rows, it does not end them.
        """
        if self.table.cut:
            return Incomplete(self.table.cut, remedy=EXPORT_AGAIN)
        if self.chosen.unmapped:
            return must_map(self.chosen.unmapped)
        wanted = {sheet.name for sheet in self.table.sheets if is_wanted(sheet, self.options)}
        expected = wanted - set(self.chosen.ignored) - set(self.sheets)
        lost = [name for name in before if name in expected]
        if lost:
            return FormatChanged(
                f"The sheet “{lost[0]}” was read before, and now its columns are not known.",
                remedy="Map its columns again, or choose to leave the sheet out.",
            )
        return None

    def _survey(self) -> None:
        contents: dict[int, int] = {}
        for sheet, plan in self.chosen.plans:
            evidence = plan.undecided()
            for name in evidence:
                evidence[name] = self._already_seen(sheet, plan, name) or evidence[name]
            watched = [
                (plan.at[name], FIELDS[name].type, seen)
                for name, seen in evidence.items()
                if not seen.filled
            ]
            self.widths[sheet.name] = 0
            for row in body(sheet, plan.header):
                self.widths[sheet.name] = max(self.widths[sheet.name], len(row.cells))
                for place, type_, seen in watched:
                    if place < len(row.cells):
                        seen.narrow(row.cells[place], type_)
                self._note_key(plan, row, contents)
            plan.decide(evidence)

    def _already_seen(self, sheet: Sheet, plan: Plan, name: str) -> Evidence | None:
        """The evidence of a column that was looked at in full when its sheet was chosen."""
        columns = self.chosen.columns.get(sheet.name)
        return columns[plan.at[name]].evidence if columns else None

    def _note_key(self, plan: Plan, row: Row, contents: dict[int, int]) -> None:
        try:
            _aligned(plan, row)
            key = hash(key_of(Reader(plan, row)))
        except BadField:
            return
        content = hash((plan.sheet, *row.cells))
        if key not in contents:
            contents[key] = content
        elif contents[key] == content:
            self._repeated.add(key)
        else:
            self._ambiguous.add(key)

    def _result(self, plan: Plan, row: Row, landed: set[int]) -> AnyRecord | Bad:
        key: str | None = None
        try:
            _aligned(plan, row)
            reader = Reader(plan, row)
            if is_total(reader):
                key = f"{TOTAL}:{plan.sheet}:{row.number}"  # it hides no row that could be missing
                raise BadCell("", "a total", "The row is a line of totals.")
            key = key_of(reader)
            if row.note:
                raise BadCell("", "not a proper row", row.note)
            self._alone(plan, key, landed)
            record = validate(record_of(reader, key))
        except BadField as error:
            return _bad(plan, row, key, error)
        except (msgspec.ValidationError, ValueError) as error:
            return _bad(
                plan, row, key, BadCell("", "not a valid row", f"The row is not valid: {error}.")
            )
        if hash(key) in self._repeated:
            landed.add(hash(key))
        return record

    def _alone(self, plan: Plan, key: str, landed: set[int]) -> None:
        """Refuse a key that more than one row claims: nobody could say which row an item is."""
        columns = ", ".join(f"“{plan.header.labels[place]}”" for place in plan.key)
        what = f"the same id in “{plan.label('id')}”" if "id" in plan.at else f"the same {columns}"
        if hash(key) in self._ambiguous:
            raise BadCell(
                "",
                "rows with the same key",
                f"Another row has {what}; add a column with an id, or map one more column as key.",
            )
        if hash(key) in landed:
            raise BadCell("", "a repeated row", "The row repeats an earlier one word for word.")


def _aligned(plan: Plan, row: Row) -> None:
    """Refuse a row whose cells do not stand under their headers, before they mislead."""
    if plan.strict and row.note and len(row.cells) == 1:
        raise BadCell("", "a quotation mark", row.note)
    if plan.strict and len(row.cells) > len(plan.header.labels):
        raise BadCell(
            "",
            "more cells than headers",
            f"The row has {len(row.cells)} cells under {len(plan.header.labels)} headers; "
            "a cell with a delimiter in it needs quotation marks.",
        )


def _bad(plan: Plan, row: Row, key: str | None, error: BadField) -> Bad:
    labels = plan.header.labels
    cells = {
        labels[i] if i < len(labels) else f"Column {i + 1}": shown(cell)
        for i, cell in enumerate(row.cells)
        if cell is not None and i not in plan.skipped
    }
    raw = msgspec.json.encode(cells).decode()[:RAW]
    where = f"{plan.sheet} row {row.number}".strip()
    quarantined = Quarantined(reason=str(error), raw=raw, where=where, external_id=key)
    column, problem = getattr(error, "column", ""), getattr(error, "problem", "not valid")
    return Bad(row=quarantined, column=column, problem=problem)
