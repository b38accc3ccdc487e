"""How one sheet is read: its header joined with what its columns mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.sdk.records import Kind
from connectors.sdk.tables.amounts import Mark, NumberReader
from connectors.sdk.tables.columns import KEY, kind_of_sheet
from connectors.sdk.tables.dates import DayReader
from connectors.sdk.tables.evidence import Evidence, common_mark
from connectors.sdk.tables.fields import FACT, FIELDS, NUMERIC, SKIP, Type
from connectors.sdk.tables.layout import Header
from connectors.sdk.tables.meaning import SheetMapping
from connectors.sdk.tables.words import BY_ALIAS, OURS, normal


@dataclass(frozen=True, kw_only=True)
class Defaults:
    """What rows that say nothing get: first the mapping's, then the connection's."""

    vendor: str | None = None
    program: str | None = None
    currency: str | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One sheet's columns by what they mean. ``at`` is field → column counted from 0.

    ``fact_places`` are the columns that are kept with their header, ``key`` those whose texts make
    the key of a row without an id. ``strict`` refuses cells beyond the header: in CSV they
    show that a delimiter stands inside a cell.
    """

    sheet: str
    header: Header
    mapping: SheetMapping
    kind: Kind | None
    at: Mapping[str, int]
    fact_places: frozenset[int]
    key: tuple[int, ...]
    skipped: frozenset[int]
    defaults: Defaults
    strict: bool
    epoch_1904: bool | None
    days: dict[str, DayReader] = field(default_factory=dict)
    numbers: dict[str, NumberReader] = field(default_factory=dict)

    def label(self, name: str) -> str:
        """The header of a field's column."""
        return self.header.labels[self.at[name]]

    def undecided(self) -> dict[str, Evidence]:
        """An empty evidence for each date and number column whose reading nobody declared."""
        return {
            name: Evidence()
            for name in self.at
            if (FIELDS[name].type is Type.DATE and not self.mapping.order_of(self.label(name)))
            or (FIELDS[name].type in NUMERIC and not self.mapping.decimal)
        }

    def decide(self, evidence: Mapping[str, Evidence]) -> None:
        """Fix how dates and numbers are read: as declared, else as the column itself shows."""
        numeric = [found for name, found in evidence.items() if FIELDS[name].type in NUMERIC]
        mark = self.mapping.decimal or common_mark(numeric)
        for name in self.at:
            if FIELDS[name].type is Type.DATE:
                self._decide_days(name, evidence.get(name))
            elif FIELDS[name].type in NUMERIC:
                self._decide_numbers(name, mark, evidence.get(name))

    def _decide_days(self, name: str, seen: Evidence | None) -> None:
        label = self.label(name)
        order = self.mapping.order_of(label) or (seen.order if seen else None)
        self.days[name] = DayReader(label, order, epoch_1904=self.epoch_1904)

    def _decide_numbers(self, name: str, mark: Mark | None, seen: Evidence | None) -> None:
        own = self.mapping.decimal or (seen.mark if seen else None) or mark
        self.numbers[name] = NumberReader(self.label(name), own)


def make_plan(
    *,
    sheet: str,
    header: Header,
    mapping: SheetMapping,
    defaults: Defaults,
    strict: bool,
    epoch_1904: bool | None,
) -> Plan:
    """The plan of a sheet. ``epoch_1904`` is None for a file without a date system (CSV)."""
    means = [SKIP if normal(label) in OURS else mapping.field_of(label) for label in header.labels]
    at = {name: place for place, name in enumerate(means) if name in FIELDS}
    kept = (place for place, name in enumerate(means) if name == FACT)
    return Plan(
        sheet=sheet,
        header=header,
        mapping=mapping,
        kind=mapping.kind or kind_of_sheet(sheet, at),
        at=at,
        fact_places=frozenset(kept),
        key=_key(header, mapping, at),
        skipped=frozenset(place for place, name in enumerate(means) if name == SKIP),
        defaults=defaults,
        strict=strict,
        epoch_1904=epoch_1904,
    )


def _key(header: Header, mapping: SheetMapping, at: Mapping[str, int]) -> tuple[int, ...]:
    chosen = set(map(normal, mapping.key))
    places = [place for place, label in enumerate(header.labels) if normal(label) in chosen]
    return tuple(places or (at[name] for name in KEY if name in at))


def mapping_for(header: Header, known: Mapping[str, SheetMapping]) -> SheetMapping | None:
    """The mapping remembered for this header.

    A header that has everything a remembered one mapped, and beside it only columns that
    nobody would map, is that one: a new remarks column does not stop a source.
    """
    exact = known.get(header.fingerprint)
    return exact or next((m for m in known.values() if _still_fits(header, m)), None)


def _still_fits(header: Header, mapping: SheetMapping) -> bool:
    headers = set(map(normal, header.headers))
    used = {normal(name) for name, meaning in mapping.columns.items() if meaning in FIELDS}
    new = headers - set(map(normal, mapping.columns))
    return used <= headers and not any(word in BY_ALIAS for word in new)
