"""Which repetitions are refused, and the bound on what the others may cost.

recurring-ical-events takes rules on trust. So a rule is judged before anything is expanded,
and while it is expanded the days it examines are counted.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import prod
from typing import Any

from recurring_ical_events import Series as LibrarySeries

from connectors.sdk.ical.entries import Entry, Unreadable, moment, one

PER_ENTRY = 1_000
PER_CALENDAR = 10_000
DAYS_PER_CALENDAR = 10_000_000
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_TIMES = ("BYHOUR", "BYMINUTE", "BYSECOND")
_PARTS = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY"}
    | {"BYYEARDAY", "BYWEEKNO", "BYSETPOS", *_TIMES}
)
_RULES_MAX, _LIST_MAX, _INTERVAL_MAX, _TIMES_MAX = 4, 100, 1_000, 24
_LISTED_MAX = 5_000
_STARTS_MAX = 100_000
_LONGEST = timedelta(days=366)
# A rule may be silent for years (29 February around 2100); one that is longer is dead.
_SILENCE = 9 * 366


@dataclass(kw_only=True)
class Budget:
    """What may still be spent on one file.

    days     to examine, by all rules together
    work     dates to work out, those of refused series among them
    dates    to give
    """

    days: int = DAYS_PER_CALENDAR
    work: int = 2 * PER_CALENDAR
    dates: int = PER_CALENDAR

    def open(self) -> None:
        """Before a series is expanded; raises ``Unreadable`` when nothing is left."""
        if self.days < 0 or self.work < 0:
            raise Unreadable("The calendar's repetitions together cost too much to work out.")

    def take(self, dates: int) -> None:
        """Spend dates that one series gives; raises ``Unreadable``."""
        self.work -= dates
        if dates > min(PER_ENTRY, self.dates):
            raise Unreadable(
                f"It repeats too often: more than {PER_ENTRY:,} dates in 16 months, or more than "
                f"{PER_CALENDAR:,} together with the rest of the calendar."
            )
        self.dates -= dates


def rules(entry: Entry) -> list[Any]:
    """An entry's rules of repetition."""
    found = entry.part.get("RRULE", [])
    return found if isinstance(found, list) else [found]


def listed(entry: Entry, name: str) -> list[Any]:
    """The dates of a list property (RDATE, EXDATE)."""
    lists = entry.part.get(name, [])
    lists = lists if isinstance(lists, list) else [lists]
    return [each.dt for values in lists for each in values.dts]


def times_a_day(rule: Any) -> int:
    """How many times a rule names for each of its days."""
    return prod(len(rule.get(part, [0])) for part in _TIMES)


def judge(main: Entry, replacements: Iterable[Entry]) -> None:
    """Refuse what would cost more than it can tell; raises ``Unreadable``."""
    found, others = rules(main), list(replacements)
    if len(found) > _RULES_MAX:
        raise Unreadable(f"It has {len(found)} rules of repetition, more than {_RULES_MAX}.")
    if main.block.value("EXRULE"):
        raise Unreadable("It has a rule of exceptions (EXRULE), which iCalendar has given up.")
    for rule in found:
        _judge_rule(rule)
    if sum(len(listed(main, name)) for name in ("RDATE", "EXDATE")) + len(others) > _LISTED_MAX:
        raise Unreadable(f"It lists more than {_LISTED_MAX} single dates and exceptions.")
    for entry in (main, *others):
        _judge_span(entry)


def _judge_rule(rule: Any) -> None:
    frequency = str((rule.get("FREQ") or ["(none)"])[0]).upper()
    if frequency not in _FREQUENCIES:
        raise Unreadable(f"It repeats by FREQ={frequency}; daily is the most often that is read.")
    if unknown := sorted(set(rule) - _PARTS):
        raise Unreadable(f"Its rule of repetition has a part that is not known: {unknown[0]}.")
    if any(len(values) > _LIST_MAX for values in rule.values()) or times_a_day(rule) > _TIMES_MAX:
        raise Unreadable("Its rule of repetition names too many days or times.")
    if not all(1 <= int(each) <= _INTERVAL_MAX for each in rule.get("INTERVAL", [1])):
        raise Unreadable(f"Its INTERVAL is not between 1 and {_INTERVAL_MAX}.")


def _judge_span(entry: Entry) -> None:
    start = moment(entry.part, "DTSTART") or moment(entry.part, "DUE")
    if start is None:
        raise Unreadable("It repeats and has no first date.")
    if not 1900 <= start.year <= 2200:
        raise Unreadable(f"It begins in the year {start.year}.")
    end = moment(entry.part, "DTEND") or moment(entry.part, "DUE") or start
    lasts = getattr(one(entry.part, "DURATION"), "dt", timedelta())
    if abs(_day(end) - _day(start)) > _LONGEST or abs(lasts) > _LONGEST:
        raise Unreadable("It repeats and each time lasts longer than a year.")


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


class _Counted(tuple[int, ...]):
    """Months or weekdays of a rule; whoever asks whether a day is among them pays."""

    pay: Callable[[], None]

    def __contains__(self, value: object) -> bool:
        self.pay()
        return super().__contains__(value)


def bounded(last: date, budget: Budget) -> type:
    """The library's series, whose rules examine no day long after ``last``.

    dateutil searches a rule's next date until the year 9999, and no argument bounds that:
    "30 February" costs seconds and finds nothing. It holds every day it examines against the
    rule's months, or its weekdays where no months are named, so these do the counting. The
    tests with bombs prove that this holds for the version in use.
    """

    class Rules(LibrarySeries.RecurrenceRules):  # type: ignore[misc]  # the library has no types
        def rrulestr(self, rule_string: str) -> Any:
            cached = super().rrulestr(rule_string)
            rule = cached.replace(cache=False)  # the cache looks ten dates ahead
            rule.string, rule.until = cached.string, cached.until
            days = max((last - self.start.date()).days, 0)
            if days * len(rule._timeset or [0]) > _STARTS_MAX:
                raise Unreadable("It has repeated too often since it began.")
            field = "_bymonth" if rule._bymonth else "_byweekday"
            counted = _Counted(getattr(rule, field) or range(7))
            counted.pay = _meter(days + _SILENCE, budget)
            setattr(rule, field, counted)
            return rule

    class Bounded(LibrarySeries):  # type: ignore[misc]  # the library has no types
        RecurrenceRules = Rules

    return Bounded


def _meter(left: int, budget: Budget) -> Callable[[], None]:
    def pay() -> None:
        nonlocal left
        left -= 1
        budget.days -= 1
        if left < 0:
            raise Unreadable("Its rule of repetition gives no date for years.")
        budget.open()

    return pay
