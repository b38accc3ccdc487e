"""Repeated entries as single dates, each with an id that stays."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import icalendar
from recurring_ical_events import CalendarQuery, ComponentsWithName

from connectors.sdk.ical.entries import Entry, Series, Unreadable, moment, one, single_id
from connectors.sdk.ical.rules import PER_ENTRY, Budget, bounded, judge, listed, rules, times_a_day

# Wider than the window by more than any zone is from UTC, so that its ends are certain.
_SLACK = timedelta(days=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The due dates for which a read is complete, both ends included."""

    first: date
    last: date

    @classmethod
    def around(cls, today: date) -> "Window":
        return cls(first=today - timedelta(days=90), last=today + timedelta(days=400))

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, kw_only=True, slots=True)
class Occurrence:
    """One date of an entry. ``part`` carries its times, ``entry`` is where its text stands."""

    external_id: str
    entry: Entry
    part: icalendar.Component


def occurrences(series: Series, window: Window, budget: Budget) -> list[Occurrence]:
    """The dates of one series in and around the window; raises ``Unreadable``."""
    main = series.main
    if main is None or not main.recurs:
        return list(_singles(series))
    budget.open()
    judge(main, series.replacements.values())
    try:
        return _expanded(main, _aligned(main, series), window, budget)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as problem:
        raise Unreadable(f"Its repetition cannot be worked out: {problem}.") from problem


def _singles(series: Series) -> Iterator[Occurrence]:
    """An entry with one date, and replacements whose series the file does not hold."""
    main = series.main
    if main and moment(main.part, "DTSTART") not in series.replacements:
        external_id = single_id(main.kind, main.uid)
        yield Occurrence(external_id=external_id, entry=main, part=main.part)
    for replaced, entry in series.replacements.items():
        external_id = f"{single_id(entry.kind, entry.uid)}/{_day(replaced).isoformat()}"
        yield Occurrence(external_id=external_id, entry=entry, part=entry.part)


def _aligned(main: Entry, series: Series) -> dict[date | datetime, Entry]:
    """Replacements that name their date as the series does: a day for days, a time for times.

    Some producers name the day only. The library would give both dates then. A rule within
    a replacement has no meaning and is dropped.
    """
    start = moment(main.part, "DTSTART") or moment(main.part, "DUE")
    _end_with_the_day(main, start)
    found: dict[date | datetime, Entry] = {}
    for replaced, entry in series.replacements.items():
        said: date | datetime = replaced
        if not isinstance(start, datetime):
            said = _day(replaced)
        elif not isinstance(replaced, datetime):
            said = datetime.combine(replaced, start.timetz())
        one(entry.part, "RECURRENCE-ID").dt = said
        for name in ("RRULE", "RDATE", "EXDATE"):
            entry.part.pop(name, None)
        found[said] = entry
    return found


def _end_with_the_day(main: Entry, start: date | datetime | None) -> None:
    """Let a rule that ends on a day (UNTIL=20260630) include the times of that day.

    For a series with times RFC 5545 wants UNTIL to be a time; who writes a day means all of it.
    """
    if not isinstance(start, datetime):
        return
    for rule in rules(main):
        last = (rule.get("UNTIL") or [None])[0]
        if last is not None and not isinstance(last, datetime):
            end = datetime.combine(last, time(23, 59, 59), start.tzinfo)
            rule["UNTIL"] = [end.astimezone(UTC) if start.tzinfo else end]


def _expanded(
    main: Entry, replacements: dict[date | datetime, Entry], window: Window, budget: Budget
) -> list[Occurrence]:
    names = _Names(main)
    dates = sorted(_dates(main, replacements, window, budget), key=lambda each: each[0].isoformat())
    budget.take(len(dates))
    found: dict[str, Occurrence] = {}
    for original, entry, part in dates:
        external_id = names.of(original, taken=found)
        found[external_id] = Occurrence(external_id=external_id, entry=entry, part=part)
    for replaced, entry in replacements.items():
        # Moved out of the window. Without it the item would look removed at the source.
        external_id = names.of(replaced)
        if _day(replaced) in window and external_id not in {*found, *names.excepted}:
            found[external_id] = Occurrence(external_id=external_id, entry=entry, part=entry.part)
    return list(found.values())


def _dates(
    main: Entry, replacements: dict[date | datetime, Entry], window: Window, budget: Budget
) -> Iterator[tuple[date | datetime, Entry, icalendar.Component]]:
    """What the library finds: each date as its rule gave it, the entry that speaks, its times.

    It ends with the first date that is one too many.
    """
    holder = icalendar.Calendar()
    for entry in (main, *replacements.values()):
        holder.add_component(entry.part)
    kind = ComponentsWithName(main.kind, series=bounded(window.last + _SLACK, budget))
    (series,) = CalendarQuery(holder, components=[kind]).series
    dates = series.between(window.first - _SLACK, window.last + _SLACK)
    for found in islice(dates, PER_ENTRY + 1):
        part = found.as_component(keep_recurrence_attributes=False)
        said = moment(part, "RECURRENCE-ID")
        entry = replacements.get(said, main) if said else main
        yield _original(part, entry), entry, part


def _original(part: icalendar.Component, entry: Entry) -> date | datetime:
    """The date that the rule gave, before a replacement moved it, or it and all that follow."""
    start, replaced = moment(part, "DTSTART"), entry.replaces
    assert start is not None  # the library sets it on every date
    if replaced is None:
        return start
    if one(entry.part, "RECURRENCE-ID").params.get("RANGE") != "THISANDFUTURE":
        return replaced
    begins = moment(entry.part, "DTSTART") or moment(entry.part, "DUE") or replaced
    moved: timedelta = begins - replaced
    return start - moved


class _Names:
    """Ids for the dates of one series: the calendar day that the rule gave, in its own zone.

    A series that moves to another hour keeps its ids so. A rule that names several times a
    day has the time in its ids, and so has a second date on a day that is taken.
    """

    def __init__(self, main: Entry) -> None:
        start = moment(main.part, "DTSTART") or moment(main.part, "DUE")
        self._zone = start.tzinfo if isinstance(start, datetime) else None
        self._stem = single_id(main.kind, main.uid)
        self._timed = any(times_a_day(rule) > 1 for rule in rules(main))
        self.excepted = {self.of(each) for each in listed(main, "EXDATE")}

    def of(self, original: date | datetime, *, taken: Container[str] = ()) -> str:
        if isinstance(original, datetime) and original.tzinfo and self._zone:
            original = original.astimezone(self._zone)
        day = f"{self._stem}/{_day(original).isoformat()}"
        if isinstance(original, datetime) and (self._timed or day in taken):
            return f"{day}T{original:%H%M%S}"
        return day


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value
