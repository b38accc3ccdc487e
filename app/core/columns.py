"""From a record to the columns of its table. Which table a kind belongs to is decided here."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sdk.records import (
    AnyRecord,
    Certification,
    Contact,
    Deadline,
    Due,
    DueDate,
    Fund,
    Goal,
    ItemRecord,
    Notice,
    Program,
    Record,
    ReportingRequirement,
    kind_of,
)

NO_DUE_DAY = date(9999, 12, 31)
"""``sort_on`` of an item without a due date: such items stand last."""

TABLES = ("items", "programs", "funds", "certifications", "contacts")


def table_of(record: Record) -> str:
    """The name of the table that holds records of this kind."""
    match record:
        case ItemRecord():
            return "items"
        case Program():
            return "programs"
        case Fund():
            return "funds"
        case Certification():
            return "certifications"
        case Contact():
            return "contacts"
    raise TypeError(f"not a record that is stored: {record!r}")


def due_columns(due: Due | None, zone: ZoneInfo) -> tuple[date | None, datetime | None]:
    """The calendar date and, of an instant, the instant; ``zone`` says which day that is."""
    if due is None:
        return None, None
    if isinstance(due, DueDate):
        return due.on, None
    return due.at.astimezone(zone).date(), due.at


def columns_of(record: AnyRecord, zone: ZoneInfo) -> dict[str, Any]:
    """The record's columns, as Python values, without the key and without what a sync keeps."""
    shared: dict[str, Any] = {
        "title": record.title,
        "url": record.url,
        "vendor": record.vendor,
        "program": record.program,
        "status": record.status,
        "facts": [[fact.label, fact.value] for fact in record.facts],
    }
    shared |= _OWN[table_of(record)](record, zone)
    return shared


def _item(record: Any, zone: ZoneInfo) -> dict[str, Any]:
    due_on, due_at = due_columns(record.due, zone)
    money = record.amount
    columns: dict[str, Any] = {
        "kind": kind_of(record).value,
        "account": record.account,
        "reference": record.reference,
        "summary": record.summary,
        "body": record.body,
        "closed": record.closed,
        "due_on": due_on,
        "due_at": due_at,
        "due_zone": record.due.zone if record.due else None,
        "due_raw": record.due.raw or None if record.due else None,
        "amount": money.amount if money else None,
        "currency": money.currency if money else None,
        "amount_label": record.amount_label,
        "category": None,
        "derived_from": None,
        "target": None,
        "actual": None,
        "unit": None,
        "period_start": None,
        "period_end": None,
        "recipient": None,
        "period": None,
        "cadence": None,
        "published_on": None,
    }
    match record:
        case Deadline():
            columns["category"] = str(record.category)
            columns["derived_from"] = record.derived_from
        case Goal():
            columns["target"], columns["actual"] = record.target, record.actual
            columns["unit"] = record.unit
            columns["period_start"] = record.period_start
            columns["period_end"] = record.period_end
        case ReportingRequirement():
            columns["recipient"] = record.recipient
            columns["period"], columns["cadence"] = record.period, record.cadence
        case Notice():
            columns["published_on"] = due_columns(record.published, zone)[0]
    columns["sort_on"] = due_on or columns["period_end"] or NO_DUE_DAY
    return columns


def _program(record: Any, _zone: ZoneInfo) -> dict[str, Any]:
    return {
        "tier": record.tier,
        "eligible": record.eligible,
        "period_start": record.period_start,
        "period_end": record.period_end,
    }


def _fund(record: Any, zone: ZoneInfo) -> dict[str, Any]:
    on, at = due_columns(record.lapses, zone)
    amounts = ("allocated", "requested", "claimed", "paid", "remaining")
    return {
        "fund_type": record.fund_type,
        "currency": record.currency,
        **{name: getattr(record, name) for name in amounts},
        "lapses_on": on,
        "lapses_at": at,
    }


def _certification(record: Any, zone: ZoneInfo) -> dict[str, Any]:
    on, at = due_columns(record.expires, zone)
    return {
        "person": record.person,
        "issued_on": record.issued_on,
        "expires_on": on,
        "expires_at": at,
    }


def _contact(record: Any, _zone: ZoneInfo) -> dict[str, Any]:
    return {"role": record.role, "email": record.email, "phone": record.phone}


_OWN: Mapping[str, Callable[[Any, ZoneInfo], dict[str, Any]]] = {
    "items": _item,
    "programs": _program,
    "funds": _fund,
    "certifications": _certification,
    "contacts": _contact,
}

_SAMPLES: tuple[AnyRecord, ...] = (
    Notice(external_id="", title=""),
    Program(external_id="", title=""),
    Fund(external_id="", title=""),
    Certification(external_id="", title=""),
    Contact(external_id="", title=""),
)
SOURCE_COLUMNS = {
    table_of(sample): tuple(columns_of(sample, ZoneInfo("UTC"))) for sample in _SAMPLES
}
"""The names that ``columns_of`` gives for each table, whatever the record."""
