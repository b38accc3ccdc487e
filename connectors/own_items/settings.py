"""What a connection to one's own items is configured with: the entries are the settings."""

from datetime import date
from typing import Self

from pydantic import Field, PrivateAttr, field_validator, model_validator

from connectors.own_items.entries import Entry, entries_of
from connectors.sdk.fiscal import FiscalYear, day_of, year_of
from connectors.sdk.lines import BadYaml
from connectors.sdk.manifest import ConnectorConfig

_EXAMPLE = """- title: Quarterly business review
  vendor: Fortinet
  kind: review
  repeats: 5 working days before quarter end
  remind: 14 days"""


class OwnItemsConfig(ConnectorConfig):
    """The entries, and what all of them share."""

    entries: str = Field(
        default="",
        title="Items",
        description="A list in YAML; the page Add an item writes it too. The docs name all keys.",
        json_schema_extra={"widget": "textarea", "placeholder": _EXAMPLE},
    )
    fiscal_years: tuple[str, ...] = Field(
        default=(),
        title="Fiscal years",
        description="Vendor and first month, a line each, where it is not January: “Microsoft: "
        "July”. Of whole weeks its end: “Cisco: last Saturday of July”, “Dell: Friday nearest 31 "
        "January”.",
    )
    holidays: tuple[str, ...] = Field(
        default=(),
        title="Holidays",
        description="Dates on which nobody works, a line each, such as 2026-12-25. Saturdays and "
        "Sundays need no entry.",
    )
    _entries: tuple[Entry, ...] = PrivateAttr(default=())
    _years: dict[str, FiscalYear] = PrivateAttr(default_factory=dict)

    @field_validator("entries")
    @classmethod
    def _with_line_ends(cls, value: str) -> str:
        return value.replace("\r\n", "\n").replace("\r", "\n")

    @field_validator("fiscal_years")
    @classmethod
    def _months(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for line in value:
            _year(line)
        return value

    @field_validator("holidays")
    @classmethod
    def _dates(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for line in value:
            day_of(line)
        return value

    @field_validator("entries")
    @classmethod
    def _readable(cls, value: str) -> str:
        try:
            entries_of(value)
        except BadYaml as error:
            text = str(error)
            raise ValueError(text if "line " in text else f"line {error.line}: {text}") from None
        return value

    @model_validator(mode="after")
    def _parsed(self) -> Self:
        self._entries = entries_of(self.entries)
        self._years = dict(map(_year, self.fiscal_years))
        return self

    @property
    def all(self) -> tuple[Entry, ...]:
        """The entries, in the order in which they stand."""
        return self._entries

    def series(self, known_by: str) -> tuple[Entry, ...]:
        """The entries whose items are known by that, the earliest first."""
        return tuple(entry for entry in self._entries if entry.known_by == known_by)

    @property
    def free_days(self) -> frozenset[date]:
        """The holidays of all entries."""
        return frozenset(map(day_of, self.holidays))

    def year_of(self, vendor: str | None) -> FiscalYear:
        """The vendor's fiscal year; the calendar's where nothing else is said."""
        return self._years.get((vendor or "").casefold(), FiscalYear())


def _year(line: str) -> tuple[str, FiscalYear]:
    vendor, colon, said = line.rpartition(":")
    if not colon or not vendor.strip():
        raise ValueError(f"“{line[:60]}”: write the vendor, a colon, a month: “Microsoft: July”")
    return vendor.strip().casefold(), year_of(said)
