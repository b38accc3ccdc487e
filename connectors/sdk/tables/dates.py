"""Dates as people type them: which readings a text has, and which one is meant.

"03/04/2026" has two readings and nothing in the cell says which. The order is decided by
the mapping, or by the other cells of the column where they leave only one possibility;
otherwise the cell is refused with both readings, never guessed.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from types import MappingProxyType

from babel import Locale

from connectors.sdk.mapping import due_of
from connectors.sdk.records import Due, DueDate
from connectors.sdk.tables.cells import BadCell, shown
from connectors.sdk.tables.wire import Cell, Day, Number
from connectors.sdk.tables.words import is_none


class Order(StrEnum):
    """The order of day, month and year in a column."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


ORDER_WORDS = {
    Order.DMY: "day, month, year",
    Order.MDY: "month, day, year",
    Order.YMD: "year, month, day",
}


LANGUAGES = ("en", "de", "fr", "es", "nl")
THREE = re.compile(r"(\d{1,4})([./\- ])\s?(\d{1,2})\2\s?(\d{1,4})\.?")
WITH_MONTH = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er|º|\.)?[\s\-./]*(?:de\s+)?([^\W\d_]{3,})\.?,?[\s\-./]*(?:de[l]?\s+)?(\d{4}|\d{2})"
)
MONTH_FIRST = re.compile(r"([^\W\d_]{3,})\.?[\s\-]*(\d{1,2})(?:st|nd|rd|th)?,?[\s\-]+(\d{4})")
WEEKDAY = re.compile(r"^[^\W\d_]{2,}\.?,\s*(?=\S*\d)")
CLOCK = re.compile(
    r"[ T,]+(?:at |um |à )?\d{1,2}[:.h]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?|uhr|h)?$",
    re.I,
)
ZONED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*(?:Z|[+-]\d{2}:?\d{2})$")
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")

SERIALS = range(20_000, 110_000)
"""Excel day numbers from 1954 to 2201; a number outside is something else."""

EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
YEARS = range(1950, 2200)

Readings = Mapping[Order, date]


@lru_cache(maxsize=4096)
def readings(text: str) -> Readings:
    """Every order under which the text is a date, and that date; empty where there is none.

    A form that has only one reading (ISO, a month's name) gives it for every order.
    """
    text = WEEKDAY.sub("", CLOCK.sub("", text.strip()))
    one = _iso(text) or _named(text)
    if one:
        return MappingProxyType(dict.fromkeys(Order, one))
    found = THREE.fullmatch(text)
    if not found:
        return MappingProxyType({})
    first, _, second, third = found.groups()
    return MappingProxyType(_by_order(first, second, third))


def _by_order(first: str, second: str, third: str) -> dict[Order, date]:
    if len(first) > 2:  # a year in front is followed by the month, in every country
        tries = dict.fromkeys(Order, (first, second, third))
    else:
        tries = {Order.DMY: (third, second, first), Order.MDY: (third, first, second)}
        if len(third) <= 2:
            tries[Order.YMD] = (first, second, third)
    made = {order: _date(*parts) for order, parts in tries.items()}
    return {order: day for order, day in made.items() if day}


def _iso(text: str) -> date | None:
    found = ISO.fullmatch(text)
    return _date(*found.groups()) if found else None


def _named(text: str) -> date | None:
    if found := WITH_MONTH.fullmatch(text):
        day, name, year = found.groups()
    elif found := MONTH_FIRST.fullmatch(text):
        name, day, year = found.groups()
    else:
        return None
    month = _months().get(name.casefold())
    return _date(year, str(month), day) if month else None


def _date(year: str, month: str, day: str) -> date | None:
    """A date of this age; two digits of a year mean 20.. because this is about what is due."""
    if len(year) == 3 or len(day) > 2:
        return None
    number = int(year) + (2000 if len(year) <= 2 else 0)
    if number not in YEARS:
        return None
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    """Names and short names of the months in the languages that headers are known in."""
    names: dict[str, int] = {"sept": 9}
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for month, name in Locale(language).months["format"][width].items():
                names.setdefault(name.casefold().rstrip("."), month)
    return names


class DayReader:
    """Reads the date cells of one column. ``order`` is None where it is not known."""

    def __init__(self, column: str, order: Order | None, *, epoch_1904: bool | None) -> None:
        """``epoch_1904`` is the workbook's date system, None for a file that has none (CSV)."""
        self.column = column
        self.order = order
        self.epoch_1904 = epoch_1904

    def due(self, cell: Cell) -> Due | None:
        """The due date, or the due instant where the cell names an offset; None for nothing."""
        if isinstance(cell, str) and ZONED.fullmatch(cell.strip()):
            return due_of(cell.strip(), field=self.column)
        day = self.day(cell)
        return None if day is None else DueDate(on=day, raw=shown(cell))

    def day(self, cell: Cell) -> date | None:
        """The calendar date; None for an empty cell or a word for "none"."""
        if isinstance(cell, Day):
            return self._real(cell)
        if isinstance(cell, Number):
            return self._serial(cell)
        text = shown(cell)
        if not text or is_none(text):
            return None
        if isinstance(cell, str):
            return self._text(text[:60])
        raise self._not_a_date(text)

    def _real(self, cell: Day) -> date:
        day = date.fromisoformat(cell.text[:10])
        if day.year not in YEARS:
            raise self._not_a_date(cell.text[:10])
        return day

    def _serial(self, cell: Number) -> date:
        if self.epoch_1904 is None:
            raise BadCell(
                self.column,
                "a day number",
                f"“{cell.text}” may be Excel's number for a day; "
                "format the column as a date and export it again.",
            )
        number = int(float(cell.text))
        if cell.mark or number not in SERIALS:
            raise self._not_a_date(shown(cell))
        return EPOCHS[self.epoch_1904] + timedelta(days=number)

    def _text(self, text: str) -> date:
        found = readings(text)
        if self.order and self.order in found:
            return found[self.order]
        if text.isdigit() and int(text) in SERIALS:
            return self._serial(Number(text))
        if not found:
            raise self._not_a_date(text)
        if self.order:
            raise BadCell(
                self.column,
                "another date order",
                f"“{text}” is not a date in the order {ORDER_WORDS[self.order]}.",
            )
        if len(set(found.values())) > 1:
            raise BadCell(
                self.column,
                "the date order is not known",
                f"{either(text)}; say which order this column has.",
            )
        return next(iter(found.values()))

    def _not_a_date(self, text: str) -> BadCell:
        return BadCell(self.column, "not a date", f"“{text}” is not a date.")


def either(text: str) -> str:
    """All readings in words: "“03/04/2026” may be 3 April 2026 or 4 March 2026"."""
    days = dict.fromkeys(readings(text).values())
    return f"“{text}” may be " + " or ".join(map(in_words, days))


def in_words(day: date) -> str:
    """A date that nobody can misread: "3 April 2026"."""
    return f"{day.day} {Locale('en').months['format']['wide'][day.month]} {day.year}"
