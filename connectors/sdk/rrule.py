"""RRULE (RFC 5545) for calendar dates, bounded by construction. Pure.

dateutil looks for a rule's next date until the year 9999, and no argument bounds that: a rule for
30 February costs seconds and finds nothing. Here each day between the first and the last is held
against the rule once, which is all that a rule for dates needs; dateutil checks it in the tests.
Not read: times, weeks of the year, days of the year, another week start than Monday.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from connectors.sdk.fiscal import MONTHS, WEEKDAYS, days_in

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LONGEST = 25 * 366
"""Days between the first date and the last that is looked at."""
_BYDAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_PARTS = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS")


class BadRepetition(ValueError):
    """The text is no rule of repetition that is read; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Repetition:
    """A parsed rule. ``days`` are (which of the month, 0 for each, weekday from Monday as 0)."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: date | None = None
    days: tuple[tuple[int, int], ...] = ()
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()

    def dates(self, first: date, last: date) -> Iterator[date]:
        """All dates from ``first`` on, which begins the repetition, up to ``last``."""
        if self.until is not None:
            last = min(last, self.until)
        if (last - first).days > LONGEST:
            raise BadRepetition("it begins more than 25 years before its last date; begin it later")
        found = (
            day for group in self._groups(first, last) for day in group if first <= day <= last
        )
        for number, day in enumerate(found, start=1):
            if self.count is not None and number > self.count:
                return
            yield day

    @property
    def words(self) -> str:
        """The rule as people say it: "every 2 months on the last Friday, 10 times"."""
        unit = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
        one = unit[self.frequency]
        said = f"every {one}" if self.interval == 1 else f"every {self.interval} {one}s"
        if self.months:
            said += f" in {_and(MONTHS[month - 1].capitalize() for month in self.months)}"
        days = [
            *(_place(day, "day") for day in self.month_days),
            *(_place(number, WEEKDAYS[day].capitalize()) for number, day in self.days),
        ]
        if {day for number, day in self.days if not number} == set(range(5)):
            days = ["working day" if self.positions else "working days"]
        if self.positions:
            chosen = _and(_place(number, "") for number in self.positions)
            said += f" on {chosen} {'of ' if len(days) > 1 else ''}{_and(days)}"
        elif days:
            said += f" on {_and(days)}"
        if self.count is not None:
            said += f", {self.count} times" if self.count > 1 else ", once"
        return f"{said}, until {self.until.isoformat()}" if self.until else said

    def _groups(self, first: date, last: date) -> Iterator[list[date]]:
        """The matching days of each period that counts, of whole ones: BYSETPOS looks at all."""
        index, begin, end = self._periods(first, last)
        every = (begin + timedelta(days=n) for n in range((end - begin).days + 1))
        matches = self._matcher(first)
        for number, group in groupby(every, key=index):
            if (number - index(first)) % self.interval == 0:
                yield self._chosen([day for day in group if matches(day)])

    def _chosen(self, days: list[date]) -> list[date]:
        if not self.positions:
            return days
        size = len(days)
        at = {p - 1 if p > 0 else size + p for p in self.positions}
        return [day for number, day in enumerate(days) if number in at]

    def _periods(self, first: date, last: date) -> tuple[Callable[[date], int], date, date]:
        """What numbers the periods, and the days at which the outermost ones begin and end."""
        match self.frequency:
            case "DAILY":
                return date.toordinal, first, last
            case "WEEKLY":
                begin = first - timedelta(days=first.weekday())
                return (
                    lambda day: (day.toordinal() - 1) // 7,
                    begin,
                    last + timedelta(days=6 - last.weekday()),
                )
            case "MONTHLY":
                end = last.replace(day=days_in(last.year, last.month))
                return lambda day: 12 * day.year + day.month, first.replace(day=1), end
        return lambda day: day.year, date(first.year, 1, 1), date(last.year, 12, 31)

    def _matcher(self, first: date) -> Callable[[date], bool]:
        """Whether a day is one of the rule's; what the rule leaves open the first date says."""
        days, months, month_days = self.days, self.months, self.month_days
        if not (days or month_days):
            if self.frequency == "WEEKLY":
                days = ((0, first.weekday()),)
            elif self.frequency in {"MONTHLY", "YEARLY"}:
                month_days = (first.day,)
                if self.frequency == "YEARLY":
                    months = months or (first.month,)
        by_month = self.frequency == "MONTHLY" or bool(months)

        def matches(day: date) -> bool:
            if months and day.month not in months:
                return False
            size = days_in(day.year, day.month)
            if month_days and not {day.day, day.day - size - 1} & set(month_days):
                return False
            return not days or any(_is(day, which, size, by_month) for which in days)

        return matches


def _is(day: date, which: tuple[int, int], size: int, by_month: bool) -> bool:
    number, weekday = which
    if day.weekday() != weekday:
        return False
    if not number:
        return True
    place = day.day if by_month else day.timetuple().tm_yday
    size = size if by_month else date(day.year, 12, 31).timetuple().tm_yday
    return number == ((place - 1) // 7 + 1 if number > 0 else -((size - place) // 7 + 1))


def _place(number: int, what: str) -> str:
    """ "the 2nd Friday", "the last day", "the 2nd last day"; "Friday" for each of them."""
    if not number:
        return what
    ends = "th" if abs(number) % 100 in {11, 12, 13} else ""
    count = f"{abs(number)}{ends or {1: 'st', 2: 'nd', 3: 'rd'}.get(abs(number) % 10, 'th')}"
    back = "last" if number == -1 else f"{count} last" if number < 0 else count
    return f"the {back} {what}".rstrip()


def _and(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def parse(text: str) -> Repetition:
    """The rule of a text such as "FREQ=MONTHLY;BYDAY=-1FR"; raises ``BadRepetition``."""
    parts: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").strip(";").split(";"):
        name, _, value = part.partition("=")
        if name not in _PARTS and (name, value) != ("WKST", "MO"):
            raise BadRepetition(f"“{part[:40]}” is not a part of a rule that is read")
        if name in parts:
            raise BadRepetition(f"{name} stands twice")
        parts[name] = value
    frequency = parts.get("FREQ", "")
    if frequency not in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}:
        raise BadRepetition("FREQ is to be DAILY, WEEKLY, MONTHLY or YEARLY")
    rule = Repetition(
        frequency=frequency,
        interval=_numbers(parts, "INTERVAL", 1, 1000, one=True)[0] if "INTERVAL" in parts else 1,
        count=_numbers(parts, "COUNT", 1, 10_000, one=True)[0] if "COUNT" in parts else None,
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        days=_weekdays(parts.get("BYDAY", ""), frequency),
        months=_numbers(parts, "BYMONTH", 1, 12),
        month_days=_numbers(parts, "BYMONTHDAY", -31, 31),
        positions=_numbers(parts, "BYSETPOS", -366, 366),
    )
    _makes_sense(rule)
    return rule


def _makes_sense(rule: Repetition) -> None:
    if rule.count is not None and rule.until is not None:
        raise BadRepetition("it ends by COUNT or by UNTIL, not by both")
    if rule.positions and not (rule.days or rule.month_days or rule.months):
        raise BadRepetition("BYSETPOS chooses among days: name them with BYDAY or BYMONTHDAY")
    if rule.frequency == "WEEKLY" and (rule.month_days or rule.positions):
        raise BadRepetition("a weekly rule has neither BYMONTHDAY nor BYSETPOS")


def _weekdays(value: str, frequency: str) -> tuple[tuple[int, int], ...]:
    found = []
    for each in value.split(",") if value else ():
        match = _BYDAY.fullmatch(each)
        if match is None or (match[1] and frequency not in {"MONTHLY", "YEARLY"}):
            raise BadRepetition(
                f"BYDAY={each[:20]} is not read: write MO, or -1FR in a monthly rule"
            )
        found.append((int(match[1] or 0), DAYS.index(match[2])))
    return tuple(found)


def _numbers(
    parts: dict[str, str], name: str, low: int, high: int, *, one: bool = False
) -> tuple[int, ...]:
    if name not in parts:
        return ()
    texts = parts[name].split(",")
    fine = all(re.fullmatch(r"[+-]?\d{1,5}", text) for text in texts)
    values = tuple(int(text) for text in texts) if fine else ()
    if not values or 0 in values or not all(low <= value <= high for value in values):
        raise BadRepetition(f"{name} takes numbers from {low} to {high}, without 0")
    if one and len(values) > 1:
        raise BadRepetition(f"{name} takes one number")
    return values


def _until(value: str) -> date:
    try:
        return date.fromisoformat(value[:8])
    except ValueError:
        raise BadRepetition("UNTIL is a date such as 20261231") from None
