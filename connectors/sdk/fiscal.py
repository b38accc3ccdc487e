"""A vendor's fiscal calendar: its months, quarters, half-years and years as dates. Pure.

Either of whole months, or of whole weeks: quarters of 13 weeks, in a year of 52 or 53 that ends on
a weekday near the end of a month.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate

MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PATTERNS = {"4-4-5": (4, 4, 5), "4-5-4": (4, 5, 4), "5-4-4": (5, 4, 4)}
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_ENDS = re.compile(
    r"(?:the )?(?:last (?P<last>[a-z]+) (?:of|in) "
    r"|(?P<near>[a-z]+) (?:nearest|closest)(?: to)? (?:the )?(?:end of |(?P<day>\d\d) ))"
    r"(?P<month>[a-z]+)(?:, (?P<pattern>4-4-5|4-5-4|5-4-4))?"
    r"(?:, (?:the )?(?:53rd|extra) week in q(?P<extra>[1-4]))?"
)


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
class Weeks:
    """How a fiscal year of whole weeks ends, and how its weeks make months.

    It ends on ``weekday`` (Monday is 0): the last of the year's last month, or, ``nearest``, the
    one nearest to that month's last day. ``pattern`` are the weeks of a quarter's months; of a year
    of 53 weeks the last month of quarter ``extra`` has one more.
    """

    weekday: int
    nearest: bool = False
    pattern: tuple[int, int, int] = (4, 4, 5)
    extra: int = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class FiscalYear:
    """A fiscal year by its first month, from 1 to 12; of whole weeks where ``weeks`` says how."""

    first_month: int = 1
    weeks: Weeks | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.first_month <= 12:
            raise ValueError("a month is a number from 1 to 12")

    def period(self, span: Span, day: date) -> Period:
        """The period of that length in which a day lies."""
        number, starts = self._year_of(day)
        index = max(n for n in range(0, 12, span.months) if starts[n] <= day) // span.months
        first = starts[index * span.months]
        last = starts[(index + 1) * span.months] - _DAY
        key, label = self._names(span, number, index + 1)
        return Period(span=span, first=first, last=last, key=key, label=label)

    def periods(self, span: Span, first: date, last: date) -> Iterator[Period]:
        """All periods that have a day between the two, in order."""
        day = first
        while day <= last:
            period = self.period(span, day)
            yield period
            day = period.last + _DAY

    def _year_of(self, day: date) -> tuple[int, list[date]]:
        """The number of the year in which a day lies; where its twelve months and the next begin.

        The number is that of the year in which its last month lies, as vendors count.
        """
        number = day.year + (1 < self.first_month <= day.month)
        if self.weeks is None:
            first = date(number - (self.first_month > 1), self.first_month, 1)
            return number, [add_months(first, month) for month in range(13)]
        while day > self._end(number, self.weeks):
            number += 1
        while day <= self._end(number - 1, self.weeks):
            number -= 1
        return number, self._weekly(number, self.weeks)

    def _weekly(self, number: int, weeks: Weeks) -> list[date]:
        first = self._end(number - 1, weeks) + _DAY
        lengths = [*weeks.pattern] * 4
        lengths[3 * weeks.extra - 1] += ((self._end(number, weeks) - first).days + 1) // 7 - 52
        return [first + count * _WEEK for count in accumulate(lengths, initial=0)]

    def _end(self, number: int, weeks: Weeks) -> date:
        """The last day of that year."""
        month = (self.first_month - 2) % 12 + 1
        last = date(number, month, days_in(number, month))
        back = (last.weekday() - weeks.weekday) % 7
        return last - back * _DAY + (_WEEK if weeks.nearest and back > 3 else 0 * _DAY)

    def _names(self, span: Span, year: int, number: int) -> tuple[str, str]:
        """The same for weeks as for months, so that what a period is known by outlives a change."""
        named = f"FY{year}" if self.first_month > 1 else f"{year}"
        if span is Span.MONTH:
            begins = date(year - (self.first_month > 1), self.first_month, 1)
            first = add_months(begins, number - 1)
            return f"{first:%Y-%m}", f"{MONTHS[first.month - 1].capitalize()} {first.year}"
        if span is Span.YEAR:
            return f"{year}", named
        letter = "Q" if span is Span.QUARTER else "H"
        return f"{year}-{letter}{number}", f"{letter}{number} {named}"


def year_of(text: str) -> FiscalYear:
    """A fiscal year as people say it; raises ``ValueError`` with what can be written.

    "February", its first month; "last Saturday of July" or "Friday nearest 31 January", its last
    day, where it has whole weeks. Behind that, after a comma: "4-5-4", how many weeks the months of
    a quarter have, and "extra week in Q3", which quarter has 14 in a year of 53.
    """
    words = " ".join(text.casefold().split())
    try:
        found = _ENDS.fullmatch(words)
        return _weekly(found) if found else FiscalYear(first_month=month_of(words))
    except ValueError:
        raise ValueError(
            f"“{text.strip()[:60]}” is no fiscal year: write its first month, such as February, or "
            "how it ends, such as “last Saturday of July” or “Friday nearest 31 January”"
        ) from None


def _weekly(said: re.Match[str]) -> FiscalYear:
    ends, day = month_of(said["month"]), said["day"]
    if day and int(day) not in {days_in(2023, ends), days_in(2024, ends)}:
        raise ValueError("only the last day of a month is a year's end")
    weeks = Weeks(
        weekday=_weekday(said["last"] or said["near"]),
        nearest=said["near"] is not None,
        pattern=PATTERNS[said["pattern"] or "4-4-5"],
        extra=int(said["extra"] or 4),
    )
    return FiscalYear(first_month=ends % 12 + 1, weeks=weeks)


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


def _weekday(word: str) -> int:
    for number, name in enumerate(WEEKDAYS):
        if word in (name, name[:3]):
            return number
    raise ValueError(f"“{word}” is not a weekday")


def add_months(day: date, months: int) -> date:
    """That many months later; where the month has no such day, its last one."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, days_in(year, month + 1)))


def days_in(year: int, month: int) -> int:
    """How many days a month has."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - _DAY).day


def day_of(line: str) -> date:
    """A holiday as somebody writes it; raises ``ValueError``."""
    try:
        return date.fromisoformat(line.strip())
    except ValueError:
        raise ValueError(f"“{line[:60]}”: write a date such as 2026-12-25") from None


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
