"""A vendor's fiscal calendar: its months, quarters, half-years and years as dates. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_DAY = timedelta(days=1)


class Span(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half-year"
    YEAR = "year"

    @property
    def months(self) -> int:
        return {Span.MONTH: 1, Span.QUARTER: 3, Span.HALF: 6, Span.YEAR: 12}[self]


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """One month, quarter, half-year or year; both days belong to it.

    ``key`` sorts and stays ("2026-Q1"); ``label`` is for people ("Q1 FY2026"). Of a fiscal year
    that is none of the calendar the number is the year in which it ends, as vendors count.
    """

    span: Span
    first: date
    last: date
    key: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FiscalYear:
    """A fiscal year by its first month, from 1 to 12."""

    first_month: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.first_month <= 12:
            raise ValueError("a month is a number from 1 to 12")

    def period(self, span: Span, day: date) -> Period:
        """The period of that length in which a day lies."""
        begins = self._begin_of_year(day)
        index = (12 * (day.year - begins.year) + day.month - begins.month) // span.months
        first = add_months(begins, index * span.months)
        last = add_months(first, span.months) - _DAY
        year = add_months(begins, 12).year if self.first_month > 1 else begins.year
        key, label = self._names(span, first, year, index + 1)
        return Period(span=span, first=first, last=last, key=key, label=label)

    def periods(self, span: Span, first: date, last: date) -> Iterator[Period]:
        """All periods that have a day between the two, in order."""
        day = first
        while day <= last:
            period = self.period(span, day)
            yield period
            day = period.last + _DAY

    def _begin_of_year(self, day: date) -> date:
        year = day.year if day.month >= self.first_month else day.year - 1
        return date(year, self.first_month, 1)

    def _names(self, span: Span, first: date, year: int, number: int) -> tuple[str, str]:
        named = f"FY{year}" if self.first_month > 1 else f"{year}"
        if span is Span.MONTH:
            return f"{first:%Y-%m}", f"{MONTHS[first.month - 1].capitalize()} {first.year}"
        if span is Span.YEAR:
            return f"{year}", named
        letter = "Q" if span is Span.QUARTER else "H"
        return f"{year}-{letter}{number}", f"{letter}{number} {named}"


def month_of(text: str) -> int:
    """The number of a month by its English name, its first three letters or its number.

    Raises ``ValueError``.
    """
    word = text.strip().casefold()
    if word.isdecimal() and 1 <= int(word[:3]) <= 12:
        return int(word)
    for number, name in enumerate(MONTHS, start=1):
        if word in (name, name[:3]):
            return number
    raise ValueError(f"“{text.strip()[:40]}” is not a month: write one such as February")


def add_months(day: date, months: int) -> date:
    """That many months later; where the month has no such day, its last one."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, days_in(year, month + 1)))


def days_in(year: int, month: int) -> int:
    """How many days a month has."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - _DAY).day


def is_working(day: date, holidays: Collection[date]) -> bool:
    """Whether people work: from Monday to Friday, but for these holidays."""
    return day.weekday() < 5 and day not in holidays


def add_working_days(day: date, count: int, holidays: Collection[date]) -> date:
    """The working day that many after (before, where negative) a day, which is not counted."""
    step = _DAY if count > 0 else -_DAY
    for _ in range(abs(count)):
        day += step
        while not is_working(day, holidays):
            day += step
    return day
