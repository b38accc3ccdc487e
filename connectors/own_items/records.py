"""From an entry to its records: one for each time that it is due, and one to be reminded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from connectors.own_items.entries import Entry
from connectors.own_items.settings import OwnItemsConfig
from connectors.sdk.fiscal import add_working_days
from connectors.sdk.mapping import link_of, text_of
from connectors.sdk.records import (
    AnyItem,
    Category,
    Deadline,
    DueDate,
    Fact,
    Goal,
    Money,
    ReportingRequirement,
)
from connectors.sdk.repeats import Occurrence, occurrences

AHEAD = timedelta(days=400)
BEHIND = timedelta(days=31)
_NOTE_LINES = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The due dates that a read gives, both ends included."""

    first: date
    last: date

    @classmethod
    def around(cls, today: date) -> "Window":
        return cls(first=today - BEHIND, last=today + AHEAD)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def records_of(
    entry: Entry, config: OwnItemsConfig, window: Window, today: date
) -> Iterator[AnyItem]:
    """All that an entry gives within the window; raises ``BadRepetition``."""
    holidays = config.free_days | {*entry.holidays}
    lead, working = entry.lead
    once = entry.rhythm is None  # however far away, it is one date
    # A reminder may lie in the window of a date that does not yet.
    last = window.last + timedelta(days=2 * lead)
    found = occurrences(
        entry.rhythm,
        begin=entry.date,
        first=date.min if once else window.first,
        last=date.max if once else min(last, entry.until or last),
        year=config.year_of(entry.vendor),
        holidays=holidays,
    )
    for each in found:
        if once or each.on in window:
            yield _record(entry, each)
        if lead:
            day = each.on - timedelta(days=lead)
            if working:
                day = add_working_days(each.on, -lead, holidays)
            if once or day in window:
                yield _reminder(entry, each, day, over=today > each.on)


def _record(entry: Entry, each: Occurrence) -> AnyItem:
    shared = _shared(entry, each)
    if entry.kind == "report":
        period = each.period.label if each.period else None
        cadence = entry.repeats if entry.rhythm is not None else None
        return ReportingRequirement(
            **shared, recipient=entry.recipient, period=period, cadence=cadence
        )
    if entry.kind == "goal":
        return Goal(
            **shared,
            target=entry.target,
            actual=entry.actual,
            unit=entry.unit or entry.currency or "",
            period_start=each.period.first if each.period else entry.starts,
            period_end=each.period.last if each.period else each.on,
        )
    other = Category.EVENT if entry.kind == "review" else Category.OTHER
    return Deadline(**shared, category=entry.category or other)


def _shared(entry: Entry, each: Occurrence) -> dict[str, Any]:
    amount = None
    if entry.amount is not None:
        amount = Money(amount=entry.amount, currency=entry.currency)
    return {
        "external_id": _id(entry, each),
        "title": _title(entry, each),
        "url": link_of(entry.url),
        "vendor": entry.vendor,
        "program": entry.program,
        "account": entry.account,
        "due": DueDate(on=each.on, raw=each.on.isoformat()),
        "amount": amount,
        "summary": _note(entry),
        "facts": tuple(_facts(entry, each)),
    }


def _id(entry: Entry, each: Occurrence) -> str:
    return f"{entry.id}/{each.key}" if each.key else entry.id


def _title(entry: Entry, each: Occurrence) -> str:
    """With the period, where there are several of them: they would look the same in a list."""
    return f"{entry.title}, {each.period.label}" if each.period else entry.title


def _facts(entry: Entry, each: Occurrence) -> Iterator[Fact]:
    if entry.rhythm is not None:
        yield Fact(label="Repeats", value=entry.repeats)
    if entry.remind:
        yield Fact(label="Reminder", value=f"{entry.remind.removesuffix(' before')} before")
    if entry.kind == "report" and entry.category:
        yield Fact(label="Category", value=entry.category)
    if entry.recipient and entry.kind != "report":
        yield Fact(label="To", value=entry.recipient)


def _note(entry: Entry) -> str | None:
    """The note with its lines, each of them plain text."""
    lines = (entry.note or "").splitlines()[:_NOTE_LINES]
    return "\n".join(text_of(line) or "" for line in lines).strip() or None


def _reminder(entry: Entry, each: Occurrence, day: date, *, over: bool) -> Deadline:
    """An item of its own, so that it is in the inbox, the digest and the calendar by itself.

    When the day that it is about is over there is nothing left to be reminded of.
    """
    return Deadline(
        external_id=f"{_id(entry, each)}#reminder",
        title=f"Prepare: {_title(entry, each)}",
        vendor=entry.vendor,
        program=entry.program,
        account=entry.account,
        due=DueDate(on=day, raw=day.isoformat()),
        closed=over,
        summary=f"Reminder {(entry.remind or '').removesuffix(' before')} before it is due "
        f"on {each.on.isoformat()}.",
        derived_from=f"own item {entry.id}",
    )
