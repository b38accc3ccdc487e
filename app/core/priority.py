"""What comes first, and why, in words. Pure and deterministic: ``now`` is in the clock.

Points = what it is worth x how soon it is due x how much its program or vendor matters here.
Ten times the money is ten points more, so that an exchange rate, which we do not have, weighs
little: of another currency only the power of ten counts.
No money known is not zero: its sort says what losing it usually costs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from app.core import currencies
from app.core.words import (
    Clock,
    due_day,
    due_words,
    is_late,
    money_words,
    number_words,
    plural,
)
from connectors.sdk.records import Category, Due, DueInstant, Kind, Money

BY_CATEGORY: Mapping[str, int] = {
    Category.COMPLIANCE: 16_000,
    Category.CERTIFICATION: 10_000,
    Category.AGREEMENT: 6_500,
    Category.RENEWAL: 4_000,
    Category.FUND_CLAIM: 4_000,
    Category.DEAL_REGISTRATION: 2_500,
    Category.INCENTIVE: 2_500,
    Category.INVITATION: 1_600,
    Category.ORDER: 1_600,
    Category.INVOICE: 1_000,
    Category.QUOTE: 650,
    Category.EVENT: 65,
    Category.OTHER: 250,
}
"""What an item without an amount is ranked as, in about euros or dollars."""

BY_KIND: Mapping[str, int] = {Kind.REPORTING: 6_500, Kind.GOAL: 1_000, Kind.NOTICE: 10}
NO_DATE = 0.6
STEPS = ((0, 1.5), (1, 1.45), (3, 1.3), (7, 1.1), (14, 0.8), (30, 0.55), (90, 0.3))
FAR = 0.15
LATE = 1.6
LONG_LATE = 1.0
LONG_LATE_DAYS = 30
WEIGHTS: Mapping[int, float] = {-2: 1 / 2, -1: 2 / 3, 0: 1.0, 1: 3 / 2, 2: 2.0}
"""What a step multiplies by, each as much as the one before. The ends are chosen so that they
move an item about as far as two or three weeks more or less do (``STEPS``), and no further: what
is due in a month never passes the same money that is late, whatever it weighs.
"""
WEIGHS: Mapping[int, str] = {
    -2: "weighs half",
    -1: "weighs a third less",
    0: "weighs as usual",
    1: "weighs half as much again",
    2: "weighs double",
}
TENTHOUSANDTHS = 10_000.0
DECADES = tuple((power, 10.0**power) for power in range(1, 14))
"""Powers of ten from ten on: more than fourteen digits no amount has."""
WAITING = 0.5
PRESSES = 3
"""So many days before its date something counts in full again, though it waits for the vendor."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighed:
    """How much an item's program or else its vendor matters: whose weight it is, and the step."""

    name: str = ""
    step: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Stakes:
    """What ranking looks at. ``waiting``: it is the vendor's turn."""

    kind: str
    category: str | None
    due: Due | None
    amount: Money | None
    amount_label: str | None
    due_was: Due | None = None
    weighed: Weighed = Weighed()
    waiting: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rank:
    """Points, what decides between equal points, and the reasons, one sentence each.

    ``counted`` is the money that it is ranked as, in ten-thousandths of about a euro or dollar.
    """

    points: float
    counted: float
    reasons: tuple[str, ...]

    def before(self, id_: int) -> tuple[float, float, int]:
        """The key by which items are sorted: no two are equal."""
        return -self.points, -self.counted, id_


def rank(stakes: Stakes, clock: Clock) -> Rank:
    """How far up an item belongs, and why."""
    factors = [_worth_words(stakes), _urgency_words(stakes.due, clock)]
    if stakes.weighed.step:
        factors.append(f"{stakes.weighed.name} {WEIGHS[stakes.weighed.step]}")
    if stakes.waiting and not presses(stakes.due, clock):
        factors.append("waiting on the vendor weighs half")
    reasons = [_sentence(" × ".join(factors))]
    if stakes.waiting and presses(stakes.due, clock):
        reasons.append("It waits on the vendor, but the date presses.")
    if stakes.due is not None and stakes.due_was is not None:
        reasons.extend(_moved(stakes.due_was, stakes.due, clock))
    return Rank(points=points(stakes, clock), counted=_counted(stakes), reasons=tuple(reasons))


def points(stakes: Stakes, clock: Clock) -> float:
    """The points of ``rank`` alone."""
    money, when = worth(_counted(stakes)), soon(stakes.due, clock)
    return multiplied(money, when, stakes.weighed.step, waiting=stakes.waiting)


class Soon(NamedTuple):
    """What a date is to the points: what it multiplies them by, and whether it presses."""

    urgency: float
    presses: bool


def soon(due: Due | None, clock: Clock) -> Soon:
    """The same of one date: machines are told of thousands of items, and many share theirs."""
    return Soon(urgency(due, clock), presses(due, clock))


def multiplied(money: float, when: Soon, step: int, *, waiting: bool) -> float:
    """The points of what ``worth`` gives, of how soon it is due, and of its vendor's step."""
    found = money * when.urgency * WEIGHTS[step]
    return found * WAITING if waiting and not when.presses else found


def worth(money_counted: float) -> float:
    """Points for money, of which ten times as much is ten points more; between the powers of ten
    it is a straight line. Only what every computer does alike is used, so that a statement in SQL
    gets the same float.
    """
    money = money_counted / TENTHOUSANDTHS
    if money < 10:
        return money
    number, unit = next((one for one in DECADES if money < 10 * one[1]), DECADES[-1])
    return 10.0 * number + 10.0 * (money - unit) / (9.0 * unit)


def presses(due: Due | None, clock: Clock) -> bool:
    """Whether the date is so near, or over, that waiting for the vendor is no reason to wait."""
    return due is not None and (
        is_late(due, clock) or (due_day(due, clock) - clock.today).days <= PRESSES
    )


def usual(kind: str, category: str | None) -> int:
    """What an item of that sort is ranked as where no amount is known."""
    if kind == Kind.DEADLINE and category:
        return BY_CATEGORY.get(category, BY_CATEGORY[Category.OTHER])
    return BY_KIND.get(kind, BY_CATEGORY[Category.OTHER])


def counted(kind: str, category: str | None, amount: Money | None) -> float:
    """The money that an item is ranked as, its own or what is usual for its sort."""
    known = currencies.counted(amount) if amount is not None else None
    return usual(kind, category) * TENTHOUSANDTHS if known is None else known


def _counted(stakes: Stakes) -> float:
    return counted(stakes.kind, stakes.category, stakes.amount)


def _worth_words(stakes: Stakes) -> str:
    money = stakes.amount
    known = currencies.counted(money) if money is not None else None
    if money is None or known is None:
        return f"{_untold(money)}, ranked as {_sort(stakes)}"
    told = f"{money_words(money)} {stakes.amount_label or 'at stake'}"
    if currencies.digits(money.currency):
        about = number_words(Decimal(f"{known / TENTHOUSANDTHS:.2g}"))
        told = f"{told}, ranked as about {about} dollars or euros"
    return told


def _untold(money: Money | None) -> str:
    """Why the amount does not count."""
    if money is None:
        return "no amount named"
    if money.amount <= 0:
        return f"{money_words(money)} named"
    return f"{money_words(money)}, of which we do not know what it is worth"


def _sort(stakes: Stakes) -> str:
    """What it is ranked as, in words."""
    if stakes.kind == Kind.DEADLINE and stakes.category:
        return "any deadline" if stakes.category == Category.OTHER else _a(stakes.category)
    return _a(_KIND_WORDS.get(stakes.kind, stakes.kind))


_KIND_WORDS: Mapping[str, str] = {
    Kind.DEADLINE: "deadline",
    Kind.REPORTING: "reporting requirement",
    Kind.GOAL: "goal",
    Kind.NOTICE: "notice",
}


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def urgency(due: Due | None, clock: Clock) -> float:
    """What an item's worth is multiplied by for how soon it is due."""
    if due is None:
        return NO_DATE
    days = (due_day(due, clock) - clock.today).days
    if is_late(due, clock):
        return LONG_LATE if days < -LONG_LATE_DAYS else LATE
    return next((factor for most, factor in STEPS if days <= most), FAR)


def _urgency_words(due: Due | None, clock: Clock) -> str:
    if due is None:
        return "no date given"
    if is_late(due, clock):
        return due_words(due, clock).text
    days = (due_day(due, clock) - clock.today).days
    return f"due {due_words(due, clock).text}" if days <= 1 else f"{plural(days, 'day')} left"


def _moved(was: Due, now: Due, clock: Clock) -> Iterator[str]:
    days = (due_day(now, clock) - due_day(was, clock)).days
    if days:
        yield f"The date moved {plural(abs(days), 'day')} {'later' if days > 0 else 'earlier'}."
    elif isinstance(was, DueInstant) and isinstance(now, DueInstant):
        yield f"The time moved {'later' if now.at > was.at else 'earlier'}."
