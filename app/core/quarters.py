"""Calendar quarters, and the weeks ahead that a chart of money shows. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

WEEKS = 13
_NAME = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Quarter:
    """Three months of a calendar year; ``number`` from 1 to 4."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        month = 3 * self.number
        after = date(self.year + month // 12, month % 12 + 1, 1)
        return after - timedelta(days=1)

    @property
    def name(self) -> str:
        """As an address has it: "2026-Q4"."""
        return f"{self.year}-Q{self.number}"

    @property
    def words(self) -> str:
        """As people say it: "Q4 2026"."""
        return f"Q{self.number} {self.year}"


def quarter_of(day: date) -> Quarter:
    """The quarter that a day lies in."""
    return Quarter(year=day.year, number=(day.month + 2) // 3)


def quarter_named(name: str) -> Quarter | None:
    """The quarter of an address; None for anything else."""
    found = _NAME.fullmatch(name)
    year = int(found[1]) if found else 0
    return Quarter(year=year, number=int(found[2])) if found and 1900 <= year <= 2900 else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """Days from ``first`` to ``last``, both included; the first week ahead begins today."""

    first: date
    last: date


def weeks_ahead(today: date) -> tuple[Week, ...]:
    """This week from today on, and the twelve after it; weeks begin on Monday."""
    ends = [today + timedelta(days=6 - today.weekday() + 7 * number) for number in range(WEEKS)]
    begins = [today, *(end + timedelta(days=1) for end in ends[:-1])]
    return tuple(Week(first=first, last=last) for first, last in zip(begins, ends, strict=True))
