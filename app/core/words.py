"""Money, dates and ages in a reader's words. Pure: now and zone are arguments.

The pages and the digest say the same thing in the same words because both ask here.
Nothing here ever shows UTC: an instant is always told in the reader's own zone.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from math import floor
from zoneinfo import ZoneInfo

from babel.numbers import (
    format_currency,
    format_decimal,
    get_currency_precision,
    get_currency_symbol,
    is_currency,
)

from connectors.sdk.records import Due, DueDate, DueInstant, Money

LOCALE = "en_US"
_KEPT = re.compile(r"\b\d{4}-\d\d-\d\d(?: \d\d:\d\d UTC)?\b", re.ASCII)
_FROM_RIGHT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_APART, _APART_ENDS = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
SOON_DAYS = 7
LONGEST_SUBJECT = 150


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The reader's moment: an aware ``now`` and the IANA zone they live in."""

    now: datetime
    zone: ZoneInfo

    def local(self, at: datetime) -> datetime:
        """The same instant on the reader's wall clock."""
        return at.astimezone(self.zone)

    @cached_property
    def today(self) -> date:
        """The reader's calendar date."""
        return self.local(self.now).date()

    def begins(self, day: date) -> datetime:
        """When that day begins for the reader, in UTC; of a day that was skipped, the next."""
        return datetime.combine(day, time.min, tzinfo=self.zone).astimezone(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class DueWords:
    """A due date as a pill: its text, its tone ("late", "soon" or "") and the full date."""

    text: str
    tone: str
    full: str


def due_day(due: Due, clock: Clock) -> date:
    """The calendar date to show: a date stays itself, a moment is on the reader's day."""
    return due.on if isinstance(due, DueDate) else clock.local(due.at).date()


def is_late(due: Due, clock: Clock) -> bool:
    """Whether the due moment has passed; a date passes when its day has ended."""
    return due.on < clock.today if isinstance(due, DueDate) else due.at < clock.now


def due_words(due: Due, clock: Clock) -> DueWords:
    """ "2 days late", "today", "Tue 24 Nov" within a week, then "30 Nov" or "3 Feb 2027"."""
    day, full = due_day(due, clock), due_full(due, clock)
    if is_late(due, clock):
        return DueWords(text=_late(due, day, clock), tone="late", full=full)
    ahead = (day - clock.today).days
    tone = "soon" if ahead <= SOON_DAYS else ""
    return DueWords(text=_ahead(due, day, ahead, clock), tone=tone, full=full)


def due_full(due: Due, clock: Clock) -> str:
    """ "Tue 24 Nov 2026", of an instant "Tue 24 Nov 2026, 14:00"."""
    full = day_full(due_day(due, clock))
    return f"{full}, {clock.local(due.at):%H:%M}" if isinstance(due, DueInstant) else full


def _late(due: Due, day: date, clock: Clock) -> str:
    days = (clock.today - day).days
    if days == 0 and isinstance(due, DueInstant):
        return f"late since {clock.local(due.at):%H:%M}"
    return f"{days} day late" if days == 1 else f"{days} days late"


def _ahead(due: Due, day: date, ahead: int, clock: Clock) -> str:
    if ahead == 0 and isinstance(due, DueInstant):
        return f"today {clock.local(due.at):%H:%M}"
    if ahead <= 1:
        # A clock that goes back over midnight can be at tomorrow before today's last moments.
        return "tomorrow" if ahead == 1 else "today"
    return day_words(day, clock.today)


def due_nature(due: Due) -> str:
    """What sort of date it is: whether a time exists and whose clock rules it."""
    if isinstance(due, DueInstant):
        given = f", given in {due.zone}" if due.zone else ""
        return f"an exact time, shown in your zone{given}"
    return f"a calendar date, {due.zone} rules" if due.zone else "a calendar date, no time given"


def own_text(raw: str, due: Due) -> str | None:
    """The source's own text of a date, unless it is the plain ISO form of the same day."""
    day = due.on if isinstance(due, DueDate) else due.at.date()
    return None if raw.startswith(day.isoformat()) else raw


def day_words(day: date, today: date) -> str:
    """ "Tue 24 Nov" near, "30 Nov" later this year, "3 Feb 2027" in another year."""
    if day.year != today.year and abs((day - today).days) > 60:
        return f"{day.day} {day:%b %Y}"
    near = timedelta(0) <= day - today <= timedelta(days=10)
    return f"{day:%a} {day.day} {day:%b}" if near else f"{day.day} {day:%b}"


def day_short(day: date, today: date) -> str:
    """ "30 Nov", or "3 Feb 2027" in another year."""
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"


def two_days(first: date, second: date) -> str:
    """ "14 and 15 February 2027", "28 February and 1 March 2027"."""
    if first.year != second.year:
        return f"{first.day} {first:%B %Y} and {second.day} {second:%B %Y}"
    month = "" if first.month == second.month else f" {first:%B}"
    return f"{first.day}{month} and {second.day} {second:%B %Y}"


def days_short(first: date, last: date, today: date) -> str:
    """ "23–29 Nov", "30 Nov – 6 Dec", "22 Nov" of a single day."""
    if first == last:
        return day_short(last, today)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day_short(last, today)}"
    begin = f"{first.day} {first:%b}" if first.year == last.year else day_short(first, today)
    return f"{begin} – {day_short(last, today)}"


@lru_cache(maxsize=4096)
def day_full(day: date) -> str:
    """ "Tue 24 Nov 2026"."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def due_short(due: Due, clock: Clock) -> str:
    """ "30 Nov", "3 Feb 2027" in another year; of an instant "30 Nov 14:00"."""
    short = day_short(due_day(due, clock), clock.today)
    return f"{short} {clock.local(due.at):%H:%M}" if isinstance(due, DueInstant) else short


def when_words(at: datetime, clock: Clock) -> str:
    """When something happened: "today 06:10", "yesterday 16:22", "17 Nov", "3 Feb 2025"."""
    local = clock.local(at)
    days = (clock.today - local.date()).days
    if days == 0:
        return f"today {local:%H:%M}"
    if days == 1:
        return f"yesterday {local:%H:%M}"
    if 1 < days < 7:
        return f"{local:%A %H:%M}"
    return day_words(local.date(), clock.today)


def when_full(at: datetime, clock: Clock) -> str:
    """ "Sat 21 Nov 2026, 06:10 CET": for the tooltip beside ``when_words``."""
    local = clock.local(at)
    return f"{day_full(local.date())}, {local:%H:%M %Z}"


def kept_due(text: str) -> Due | None:
    """The date or instant that a value of the history is, to the minute; None for all else."""
    if not _KEPT.fullmatch(text):
        return None
    try:
        if text.endswith(" UTC"):
            at = datetime.fromisoformat(text.removesuffix(" UTC")).replace(tzinfo=UTC)
            return DueInstant(at=at)
        return DueDate(on=date.fromisoformat(text))
    except ValueError:
        return None


def kept_words(text: str, clock: Clock) -> str:
    """A value of the history: a date or an instant as people say it, all else as it is."""
    due = kept_due(text)
    return text if due is None else due_full(due, clock)


def told_words(text: str, clock: Clock) -> str:
    """A sentence of ours that was kept, its dates and instants as people say them."""
    return _KEPT.sub(lambda found: kept_words(found[0], clock), text)


def span_words(seconds: float) -> str:
    """A length of time, rounded to what matters: "40 seconds", "5 minutes", "3 days"."""
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return plural(int(seconds // size), name)
    return plural(int(seconds), "second")


def size_words(size: int) -> str:
    """ "812 bytes", "24 KB", "3.4 MB": of a file, as people's systems tell it."""
    if size < 1_000:
        return plural(size, "byte")
    if size < 1_000_000:
        return f"{size / 1_000:,.0f} KB"
    return f"{size / 1_000_000:,.1f} MB"


def short(text: str, most: int) -> str:
    """The text ``cut``. What is written from right to left is kept apart, so that it does not turn
    around what stands beside it, like the order of two values.
    """
    line = cut(text, most)
    return f"{_APART}{line}{_APART_ENDS}" if _FROM_RIGHT.search(line) else line


def cut(text: str, most: int) -> str:
    """The text in one line of at most so many characters, cut behind a word: what is seen as one
    sign, like a flag, is several characters. Only where that leaves less than half, within one.
    """
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    whole = line[:most].rpartition(" ")[0]
    return f"{whole if len(whole) * 2 >= most else line[: most - 1]}…"


def plural(count: int, one: str, many: str | None = None) -> str:
    """ "1 item", "2,000 items"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


@lru_cache(maxsize=4096)
def money_words(money: Money) -> str:
    """ "$42,300", with cents only where there are any; a bare number without a currency."""
    whole = money.amount == money.amount.to_integral_value()
    if not money.currency and not whole:
        return format_decimal(money.amount, format="#,##0.00", locale=LOCALE)
    if not money.currency or not is_currency(money.currency):  # points, seats
        return f"{format_decimal(money.amount, locale=LOCALE)} {money.currency or ''}".rstrip()
    decimals = 0 if whole else max(get_currency_precision(money.currency), 2)
    return _money(money, least=decimals, most=decimals)


def percent_words(part: float) -> str:
    """ "68 %" of a share where 1 is all; never 100 before it is all."""
    return f"{floor(part * 100 + 1e-9)} %"


@lru_cache(maxsize=1024)
def money_round(money: Money) -> str:
    """ "$986,489": a total in whole units, or "$0.49" where it is less than half of one. Beside
    others it says that it has no currency.
    """
    whole = money.amount.quantize(Decimal(1), ROUND_HALF_UP)
    shown = whole or money.amount
    said = money_words(Money(amount=shown, currency=money.currency))
    return said if money.currency else f"{said} without currency"


@lru_cache(maxsize=1024)
def money_exact(money: Money) -> str:
    """ "$42,300.00 USD", "CHF 42,300.00", or "42,300.00, currency not given"; never rounded."""
    if not money.currency:
        number = format_decimal(money.amount, format="#,##0.00##", locale=LOCALE)
        return f"{number}, currency not given"
    if not is_currency(money.currency):
        number = format_decimal(money.amount, format="#,##0.####", locale=LOCALE)
        return f"{number} {money.currency}"
    told = _money(money, least=get_currency_precision(money.currency), most=4)
    return told if money.currency in told else f"{told} {money.currency}"


def _money(money: Money, *, least: int, most: int) -> str:
    """With so many decimals; a symbol of letters stands off the number: "CHF 42,300"."""
    code = money.currency or ""
    gap = "\N{NO-BREAK SPACE}" if get_currency_symbol(code, LOCALE)[-1].isalpha() else ""
    decimals = "0" * least + "#" * (most - least)
    pattern = f"¤{gap}#,##0.{decimals}" if decimals else f"¤{gap}#,##0"
    return format_currency(money.amount, code, locale=LOCALE, format=pattern, currency_digits=False)


@lru_cache(maxsize=1024)
def number_words(number: Decimal) -> str:
    """ "1,250.5": grouped, without trailing zeros."""
    return format_decimal(number, locale=LOCALE)


def quantity_words(number: Decimal, unit: str | None) -> str:
    """ "$412,000" where the unit is a currency, else "70 points", "18 %", "4"."""
    if unit and is_currency(unit):
        return money_words(Money(amount=number, currency=unit))
    return f"{number_words(number)} {unit or ''}".rstrip()


def is_word(unit: str) -> bool:
    """Whether a unit names things that are counted ("people"), and is no currency and no sign."""
    return unit.replace(" ", "").isalpha() and not is_currency(unit)


def goal_words(actual: Decimal | None, target: Decimal | None, unit: str | None) -> str:
    """ "$412,000 of $600,000", "64 of 70 points", "64 points, no target told"."""
    if actual is None:
        return f"{quantity_words(target, unit)} to reach" if target is not None else "not told"
    if target is None:
        return f"{quantity_words(actual, unit)}, no target told"
    reached = quantity_words(actual, unit)
    return f"{reached.removesuffix(f' {unit}')} of {quantity_words(target, unit)}"
