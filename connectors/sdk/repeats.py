"""How often something comes: once, "every month", an RRULE, a fiscal calendar's rule. Pure."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Literal

from connectors.sdk import due_rules, rrule
from connectors.sdk.due_rules import BadRule, DueRule
from connectors.sdk.fiscal import FiscalYear, Period, Span, add_months
from connectors.sdk.rrule import BadRepetition, Repetition

_EVERY = re.compile(
    r"(?:every (?:(\d{1,2}) )?|)(week|month|quarter|half[- ]?year|year)s?"
    r"|(weekly|monthly|quarterly|half-?yearly|yearly)"
)
_MOST = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Every:
    """Each so many weeks or months from a first date; a day that a month lacks is its last one."""

    number: int
    unit: Literal["weeks", "months"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Occurrence:
    """One time that it is due.

    ``key`` tells it from the others and stays when its day moves a little: the period of a
    fiscal rule, the month of a monthly one. ``period`` is what a fiscal rule is about.
    """

    on: date
    key: str
    period: Period | None = None


Repeats = Every | Repetition | DueRule | None
"""None: once."""


def parse(text: str) -> Repeats:
    """What a text says; raises ``ValueError`` that says what could be written instead."""
    words = " ".join(text.casefold().split())
    if words in {"", "no", "never", "once"}:
        return None
    if "freq=" in words:
        return rrule.parse(text)
    if found := _EVERY.fullmatch(words):
        number, unit, adverb = found.groups()
        return _every(int(number or 1), unit or adverb.removesuffix("ly"))
    try:
        return due_rules.parse(text)
    except BadRule as error:
        raise BadRule(f"{error}; “every 3 months”; or an RRULE such as FREQ=MONTHLY") from None


def words_of(repeats: Repeats) -> str:
    """How often, as people say it: "every 3 months"; "once"."""
    match repeats:
        case None:
            return "once"
        case Every(number=1, unit=unit):
            return f"every {unit.removesuffix('s')}"
        case Every(number=number, unit=unit):
            return f"every {number} {unit}"
        case Repetition() as rule:
            return rule.words
        case DueRule(text=text):
            return " ".join(text.split())


def _every(number: int, unit: str) -> Every:
    if not 1 <= number <= _MOST:
        raise BadRepetition(f"every 1 to {_MOST} {unit}s can be counted")
    if unit == "week":
        return Every(number=number, unit="weeks")
    span = Span.HALF if unit.startswith("half") else Span(unit)
    return Every(number=number * span.months, unit="months")


def occurrences(
    repeats: Repeats,
    *,
    begin: date | None,
    first: date,
    last: date,
    year: FiscalYear,
    holidays: Collection[date] = (),
) -> Iterator[Occurrence]:
    """The times from ``first`` to ``last``, none before ``begin``.

    ``begin`` is the first date itself where nothing else gives the dates; only a fiscal rule
    can do without one. Raises ``BadRepetition`` where a repetition began too long ago.
    """
    if isinstance(repeats, DueRule):
        since = max(first, begin) if begin else first
        for day, period in repeats.between(since, last, year, holidays):
            yield Occurrence(on=day, key=period.key, period=period)
        return
    if begin is None:
        return
    for day, key in _dates(repeats, begin, last):
        if first <= day:
            yield Occurrence(on=day, key=key)


def _dates(
    repeats: Every | Repetition | None, begin: date, last: date
) -> Iterator[tuple[date, str]]:
    if repeats is None:
        if begin <= last:
            yield begin, ""
    elif isinstance(repeats, Repetition):
        yield from ((day, day.isoformat()) for day in repeats.dates(begin, last))
    else:
        yield from _regular(repeats, begin, last)


def _regular(every: Every, begin: date, last: date) -> Iterator[tuple[date, str]]:
    """Always counted from the first date, so that the 31st comes back after February."""
    if (last - begin).days > rrule.LONGEST:
        raise BadRepetition("it begins more than 25 years before its last date; begin it later")
    for number in count():
        if every.unit == "weeks":
            day = begin + timedelta(weeks=number * every.number)
        else:
            day = add_months(begin, number * every.number)
        if day > last:
            return
        yield day, day.isoformat() if every.unit == "weeks" else f"{day:%Y-%m}"
