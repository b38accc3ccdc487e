"""Months as a calendar shows them, and vendors' fiscal quarters over them. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from connectors.sdk.fiscal import FiscalYear, Period, Span, add_months, days_in

DAY = timedelta(days=1)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST, LAST = date(2000, 1, 1), date(2099, 12, 1)
"""The months that a calendar shows at all."""


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month, with the whole weeks from Monday to Sunday that it has a day in."""

    first: date

    @property
    def last(self) -> date:
        return self.first.replace(day=days_in(self.first.year, self.first.month))

    @property
    def key(self) -> str:
        """ "2026-11", as it stands in an address."""
        return f"{self.first:%Y-%m}"

    @property
    def title(self) -> str:
        """ "November 2026"."""
        return f"{self.first:%B %Y}"

    @property
    def before(self) -> str | None:
        """The key of the month before; None at the beginning of all calendars."""
        return f"{add_months(self.first, -1):%Y-%m}" if self.first > FIRST else None

    @property
    def after(self) -> str | None:
        """The key of the month after it."""
        return f"{add_months(self.first, 1):%Y-%m}" if self.first < LAST else None

    @cached_property
    def weeks(self) -> tuple[tuple[date, ...], ...]:
        """Its weeks, each of seven days."""
        monday = self.first - self.first.weekday() * DAY
        weeks = (self.last - monday).days // 7 + 1
        return tuple(
            tuple(monday + (7 * week + day) * DAY for day in range(7)) for week in range(weeks)
        )

    @property
    def days(self) -> Iterator[date]:
        """Its own days."""
        return (self.first + number * DAY for number in range(self.last.day))


def month_of(text: str, today: date) -> Month:
    """The month that an address names; where it names none, today's."""
    try:
        named = date.fromisoformat(f"{text}-01") if len(text) == 7 else today
    except ValueError:
        named = today
    return Month(first=min(max(named, FIRST), LAST).replace(day=1))


def day_of(text: str) -> date | None:
    """The day that an address names; None where it names none that a calendar shows."""
    try:
        named = date.fromisoformat(text)
    except ValueError:
        return None
    return named if FIRST <= named < LAST else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarter:
    """A fiscal quarter as far as it lies in a month: ``begin`` and ``days`` count from its first.

    ``last`` is the quarter's last day, whether or not the month has it.
    """

    name: str
    begin: int
    days: int
    last: date
    ends_here: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """One vendor's fiscal quarters in a month."""

    vendor: str
    quarters: tuple[Quarter, ...]

    @property
    def ends(self) -> date:
        """When the first of them ends."""
        return self.quarters[0].last


def bands(years: Iterable[tuple[str, FiscalYear]], month: Month) -> tuple[Band, ...]:
    """Every vendor's quarters in that month; whose quarter ends first stands first."""
    found = [
        Band(
            vendor=vendor,
            quarters=tuple(
                _quarter(one, month) for one in year.periods(Span.QUARTER, month.first, month.last)
            ),
        )
        for vendor, year in years
    ]
    return tuple(sorted(found, key=lambda band: (band.ends, band.vendor.casefold())))


def ends_on(
    years: Iterable[tuple[str, FiscalYear]], first: date, last: date
) -> dict[date, tuple[str, ...]]:
    """What ends on each day between the two: "Cisco FY27 Q2"."""
    found: dict[date, tuple[str, ...]] = {}
    for vendor, year in years:
        for one in year.periods(Span.QUARTER, first, last):
            if one.last <= last:
                told = f"{vendor} {name_of(one)}"
                found[one.last] = (*found.get(one.last, ()), told)
    return found


def name_of(quarter: Period) -> str:
    """ "FY27 Q2", as vendors write it."""
    year, _, number = quarter.key.partition("-")
    return f"FY{year[-2:]} {number}"


def _quarter(period: Period, month: Month) -> Quarter:
    begin, end = max(period.first, month.first), min(period.last, month.last)
    return Quarter(
        name=name_of(period),
        begin=(begin - month.first).days,
        days=(end - begin).days + 1,
        last=period.last,
        ends_here=period.last <= month.last,
    )
