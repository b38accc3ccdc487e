"""From an entry to its records: one for each time that it is due, and one to be reminded."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from connectors.own_items.editing import reminder_id
from connectors.own_items.entries import Entry, Only
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
MOST_AHEAD = 13
"""So many times ahead: a year and a month of what comes monthly, a quarter of what comes weekly."""
NEAR = timedelta(days=7)
"""So long before its day a reminder is given: what is due within a week is in every digest."""
MOVED = timedelta(days=92)
"""So far from its rhythm's date a single time may be moved."""
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
    """All that an entry gives within the window; raises ``BadRepetition``.

    Of what repeats without an end no more than ``MOST_AHEAD`` times lie ahead, and a reminder is
    given when its day is near: neither fills the inbox with what nobody can do yet.
    """
    coming = 0
    for each in times(entry, config, window.first - MOVED, window.last + MOVED):
        changed = entry.only.get(each.key, Only())
        on = changed.date or each.on
        if changed.skip or (entry.rhythm is not None and on not in window):
            continue
        coming += entry.rhythm is not None and on >= today
        if coming > MOST_AHEAD:
            return
        one, time = _as_changed(entry, changed), replace(each, on=on)
        yield _record(one, time)
        day = reminder_of(one, on, config)
        if day is not None and day - NEAR <= today:
            yield _reminder(one, time, day, over=today > on + timedelta(days=1))


def times(entry: Entry, config: OwnItemsConfig, first: date, last: date) -> Iterator[Occurrence]:
    """When it is due by its rhythm, whatever is different about single times.

    A date that comes once is given however far away it is. Raises ``BadRepetition``.
    """
    once = entry.rhythm is None
    return occurrences(
        entry.rhythm,
        begin=entry.date,
        first=date.min if once else max(first, entry.since or first),
        last=date.max if once else min(last, entry.until or last),
        year=config.year_of(entry.vendor),
        holidays=config.free_days | {*entry.holidays},
    )


def reminder_of(entry: Entry, on: date, config: OwnItemsConfig) -> date | None:
    """The day on which to be reminded of what is due ``on``; None without a reminder."""
    lead, working = entry.lead
    if not lead:
        return None
    if working:
        return add_working_days(on, -lead, config.free_days | {*entry.holidays})
    return on - timedelta(days=lead)


def _as_changed(entry: Entry, changed: Only) -> Entry:
    given = changed.model_dump(exclude={"skip", "date"}, exclude_none=True)
    return entry.model_copy(update=given) if given else entry


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
    return f"{entry.known_by}/{each.key}" if each.key else entry.known_by


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
        external_id=reminder_id(_id(entry, each)),
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
