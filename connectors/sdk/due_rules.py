"""When something is due, as people say it: "5 working days before quarter end". Pure.

The whole grammar, without regard to case, with "the" and "fiscal" wherever one likes:

    NUMBER days | working days | weeks | months   after | before   PERIOD start | end
    PERIOD start | end
    first | last  day | working day  of PERIOD
    day NUMBER | working day NUMBER  of PERIOD

PERIOD is month, quarter, half-year or year, of the fiscal calendar. The start is the period's first
day, the end its last; neither is counted itself. A month later is the same day of the month, or
its last one; a day that a month does not have is its last one too.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from connectors.sdk.fiscal import (
    FiscalYear,
    Period,
    Span,
    add_months,
    add_working_days,
    is_working,
)

Unit = Literal["days", "working days", "weeks", "months"]
MOST: dict[Unit, int] = {"days": 400, "working days": 260, "weeks": 56, "months": 13}
_REACH = timedelta(days=420)  # farther than any of these
EXAMPLES = (
    "“30 days after quarter end”, “5 working days before year end”, “last working day of month”"
)

_PERIOD = r"(month|quarter|half[- ]?year|half|year)s?"
_OFFSET = re.compile(
    rf"(\d{{1,4}}) (working days?|business days?|days?|weeks?|months?) (after|before) "
    rf"{_PERIOD} (start|end)"
)
_EDGE = re.compile(rf"{_PERIOD} (start|end)")
_FIRST_LAST = re.compile(rf"(first|last) (working |business )?day of {_PERIOD}")
_NUMBERED = re.compile(rf"(working |business )?day (\d{{1,3}}) of {_PERIOD}")


class BadRule(ValueError):
    """The text is no rule; the message says what is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DueRule:
    """A day relative to each period of a fiscal calendar.

    From the period's start or end, ``count`` units on (back, where negative). ``within``: counted
    inside the period, where it cannot leave it.
    """

    text: str
    span: Span
    edge: Literal["start", "end"]
    count: int = 0
    unit: Unit = "days"
    within: bool = False

    def due(self, period: Period, holidays: Collection[date] = ()) -> date:
        """The day in (or around) that period."""
        anchor = period.first if self.edge == "start" else period.last
        if self.within:
            return self._within(period, holidays)
        match self.unit:
            case "working days":
                return add_working_days(anchor, self.count, holidays)
            case "months":
                return add_months(anchor, self.count)
            case "weeks":
                return anchor + timedelta(weeks=self.count)
        return anchor + timedelta(days=self.count)

    def between(
        self, first: date, last: date, year: FiscalYear, holidays: Collection[date] = ()
    ) -> Iterator[tuple[date, Period]]:
        """The days from ``first`` to ``last``, each with its period."""
        for period in year.periods(self.span, first - _REACH, last + _REACH):
            day = self.due(period, holidays)
            if first <= day <= last:
                yield day, period

    def _within(self, period: Period, holidays: Collection[date]) -> date:
        if self.edge == "end":
            day = period.last
            return day if self.unit == "days" else _working(day, holidays)
        if self.unit == "days":
            return min(period.first + timedelta(days=self.count - 1), period.last)
        before = period.first - timedelta(days=1)
        return min(add_working_days(before, self.count, holidays), _working(period.last, holidays))


def _working(day: date, holidays: Collection[date]) -> date:
    """The day itself where people work on it, else the one before on which they do."""
    return day if is_working(day, holidays) else add_working_days(day, -1, holidays)


def parse(text: str) -> DueRule:
    """The rule; raises ``BadRule``."""
    words = " ".join(re.sub(r"\b(the|fiscal)\b", " ", text.casefold()).split())
    if found := _OFFSET.fullmatch(words):
        return _offset(text, found.groups())
    if found := _EDGE.fullmatch(words):
        return DueRule(text=text, span=_span(found[1]), edge=_edge(found[2]))
    if found := _FIRST_LAST.fullmatch(words):
        which, working, period = found.groups()
        edge, unit = ("start" if which == "first" else "end"), _days(working)
        return DueRule(
            text=text, span=_span(period), edge=_edge(edge), count=1, unit=unit, within=True
        )
    if found := _NUMBERED.fullmatch(words):
        return _numbered(text, found[1], int(found[2]), _span(found[3]))
    raise BadRule(f"“{text.strip()[:60]}” is not a rule for a date; these are: {EXAMPLES}")


def _offset(text: str, parts: tuple[str, ...]) -> DueRule:
    digits, word, direction, period, edge = parts
    number, unit = int(digits), _unit(word)
    if not 1 <= number <= MOST[unit]:
        raise BadRule(f"“{text.strip()[:60]}”: from 1 to {MOST[unit]} {unit} can be counted")
    count = number if direction == "after" else -number
    return DueRule(text=text, span=_span(period), edge=_edge(edge), count=count, unit=unit)


def _numbered(text: str, working: str | None, number: int, span: Span) -> DueRule:
    unit, most = _days(working), (23 if working else 31) * span.months
    if not 1 <= number <= most:
        raise BadRule(f"“{text.strip()[:60]}”: a {span} has days from 1 to {most}")
    return DueRule(text=text, span=span, edge="start", count=number, unit=unit, within=True)


def _span(word: str) -> Span:
    return Span.HALF if word.startswith("half") else Span(word)


def _edge(word: str) -> Literal["start", "end"]:
    return "start" if word == "start" else "end"


def _days(working: str | None) -> Unit:
    return "working days" if working else "days"


def _unit(word: str) -> Unit:
    if word.startswith(("working", "business")):
        return "working days"
    return "weeks" if word.startswith("week") else "months" if word.startswith("month") else "days"
