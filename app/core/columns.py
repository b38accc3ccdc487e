"""From a record to the columns of its table. Which table a kind belongs to is decided here."""

from collections.abc import Callable
from datetime import date, datetime
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

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
    Kind,
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
Values = tuple[Any, ...]


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
    return dict(zip(COLUMNS[kind_of(record)], values_of(record, zone), strict=True))


def values_of(record: AnyRecord, zone: ZoneInfo) -> Values:
    """The values of ``columns_of``, in the order of ``COLUMNS``."""
    as_they_are, made = _VALUES[type(record)]
    return as_they_are(record) + made(record, zone)


def _base(record: AnyRecord, _zone: ZoneInfo) -> Values:
    return ([[fact.label, fact.value] for fact in record.facts],)


def _item(record: AnyItem, zone: ZoneInfo) -> Values:
    due, money = record.due, record.amount
    on, at = due_columns(due, zone)
    return (
        *_base(record, zone),
        on,
        at,
        due.zone if due else None,
        due.raw or None if due else None,
        money.amount if money else None,
        money.currency if money else None,
        _KIND_NAMES[type(record)],
        on or getattr(record, "period_end", None) or NO_DUE_DAY,
    )


def _deadline(record: Deadline, zone: ZoneInfo) -> Values:
    return (*_item(record, zone), str(record.category))


def _notice(record: Notice, zone: ZoneInfo) -> Values:
    return (*_item(record, zone), due_columns(record.published, zone)[0])


def _fund(record: Fund, zone: ZoneInfo) -> Values:
    return _base(record, zone) + due_columns(record.lapses, zone)


def _certification(record: Certification, zone: ZoneInfo) -> Values:
    return _base(record, zone) + due_columns(record.expires, zone)


_BASE = ("facts",)
_ITEM = (
    *_BASE,
    *("due_on", "due_at", "due_zone", "due_raw", "amount", "currency", "kind", "sort_on"),
)
_MADE: dict[type[Record], tuple[Callable[..., Values], tuple[str, ...]]] = {
    Deadline: (_deadline, (*_ITEM, "category")),
    Goal: (_item, _ITEM),
    ReportingRequirement: (_item, _ITEM),
    Notice: (_notice, (*_ITEM, "published_on")),
    Program: (_base, _BASE),
    Fund: (_fund, (*_BASE, "lapses_on", "lapses_at")),
    Certification: (_certification, (*_BASE, "expires_on", "expires_at")),
    Contact: (_base, _BASE),
}
"""What makes the columns that are not a field as it is, and their names."""
_KIND_NAMES = {kind: str(kind_of(kind(external_id="", title=""))) for kind in _MADE}
_MADE_OF = {"external_id", "facts", "due", "amount", "category", "published", "lapses", "expires"}


def _as_they_are(kind: type[Record]) -> tuple[str, ...]:
    return tuple(name for name in kind.__struct_fields__ if name not in _MADE_OF)


_VALUES = {kind: (attrgetter(*_as_they_are(kind)), made) for kind, (made, _names) in _MADE.items()}
COLUMNS = {
    kind_of(kind(external_id="", title="")): _as_they_are(kind) + names
    for kind, (_made, names) in _MADE.items()
}
"""The names of a kind's columns, whatever the record says."""

NOTHING: dict[str, dict[str, Any]] = {
    table: {
        name: None for kind, names in COLUMNS.items() if TABLE_OF[kind] == table for name in names
    }
    for table in TABLES
}
"""Every column of a table that any record fills, each with None."""
