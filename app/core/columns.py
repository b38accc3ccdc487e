"""From a record to the columns of its table. Which table a kind belongs to is decided here."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import asdict

from connectors.sdk.records import (
    AnyItem,
    AnyRecord,
    Certification,
    Contact,
    Deadline,
    Due,
    DueDate,
    Fund,
    Goal,
    ItemRecord,
    Kind,
    Money,
    Notice,
    Program,
    Record,
    ReportingRequirement,
    kind_of,
)

NO_DUE_DAY = date(9999, 12, 31)
"""``sort_on`` of an item without a due date: such items stand last."""

TABLE_OF = {
    **dict.fromkeys((Kind.DEADLINE, Kind.GOAL, Kind.REPORTING, Kind.NOTICE), "items"),
    Kind.PROGRAM: "programs",
    Kind.FUND: "funds",
    Kind.CERTIFICATION: "certifications",
    Kind.CONTACT: "contacts",
}
TABLES = tuple(dict.fromkeys(TABLE_OF.values()))


def table_of(record: Record) -> str:
    """The name of the table that holds records of this kind."""
    return TABLE_OF[kind_of(record)]


def due_columns(due: Due | None, zone: ZoneInfo) -> tuple[date | None, datetime | None]:
    """The calendar date and, of an instant, the instant; ``zone`` says which day that is."""
    if due is None:
        return None, None
    if isinstance(due, DueDate):
        return due.on, None
    return due.at.astimezone(zone).date(), due.at


def columns_of(record: AnyRecord, zone: ZoneInfo) -> dict[str, Any]:
    """The record's columns, as Python values, without the key and without what a sync keeps.

    A field is the column of its name, but for those that need more than one column. What
    only other kinds have is left out: ``NOTHING`` names it.
    """
    columns = asdict(record)
    del columns["external_id"]
    columns["facts"] = [[fact.label, fact.value] for fact in record.facts]
    match record:
        case ItemRecord():
            _item(columns, record, zone)
        case Fund():
            _spread_due(columns, "lapses", zone)
        case Certification():
            _spread_due(columns, "expires", zone)
    return columns


def _item(columns: dict[str, Any], record: AnyItem, zone: ZoneInfo) -> None:
    due: Due | None = columns.pop("due")
    columns["due_on"], columns["due_at"] = due_columns(due, zone)
    columns["due_zone"] = due.zone if due else None
    columns["due_raw"] = due.raw or None if due else None
    money: Money | None = columns["amount"]
    columns["amount"] = money.amount if money else None
    columns["currency"] = money.currency if money else None
    columns["kind"] = str(kind_of(record))
    match record:
        case Deadline(category=category):
            columns["category"] = str(category)
        case Notice(published=published):
            del columns["published"]
            columns["published_on"] = due_columns(published, zone)[0]
    columns["sort_on"] = columns["due_on"] or columns.get("period_end") or NO_DUE_DAY


def _spread_due(columns: dict[str, Any], name: str, zone: ZoneInfo) -> None:
    columns[f"{name}_on"], columns[f"{name}_at"] = due_columns(columns.pop(name), zone)


_SAMPLES: tuple[AnyRecord, ...] = tuple(
    kind(external_id="", title="")
    for kind in (
        *(Deadline, Goal, ReportingRequirement, Notice),
        *(Program, Fund, Certification, Contact),
    )
)
COLUMNS = {kind_of(one): tuple(columns_of(one, ZoneInfo("UTC"))) for one in _SAMPLES}
"""The names that ``columns_of`` gives for each kind, whatever the record says."""

NOTHING: dict[str, dict[str, Any]] = {
    table: {
        name: None for kind, names in COLUMNS.items() if TABLE_OF[kind] == table for name in names
    }
    for table in TABLES
}
"""Every column of a table that any record fills, each with None."""
