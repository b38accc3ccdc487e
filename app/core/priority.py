"""What comes first, and why, in words. Pure and deterministic: ``now`` is in the clock.

Points = what it is worth x how soon it is due. Worth grows with the logarithm of the
money, so that an exchange rate, which we do not have, weighs little.
No money known is not zero: the category says what losing it usually costs.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.core.words import Clock, due_day, due_words, is_late, money_words, plural
from connectors.sdk.records import Category, Due, DueInstant, Kind, Money

BY_CATEGORY: Mapping[str, int] = {
    Category.COMPLIANCE: 42,
    Category.CERTIFICATION: 40,
    Category.AGREEMENT: 38,
    Category.RENEWAL: 36,
    Category.FUND_CLAIM: 36,
    Category.DEAL_REGISTRATION: 34,
    Category.INCENTIVE: 34,
    Category.INVITATION: 32,
    Category.ORDER: 32,
    Category.INVOICE: 30,
    Category.QUOTE: 28,
    Category.EVENT: 18,
    Category.OTHER: 24,
}
"""Worth of an item without an amount: about that of 1,000 to 15,000 in most currencies."""

BY_KIND: Mapping[str, int] = {Kind.REPORTING: 38, Kind.GOAL: 30, Kind.NOTICE: 10}
NO_DATE = 0.6
STEPS = ((0, 1.5), (1, 1.45), (3, 1.3), (7, 1.1), (14, 0.8), (30, 0.55), (90, 0.3))
FAR = 0.15
LATE = 1.6
LONG_LATE = 1.0
LONG_LATE_DAYS = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Stakes:
    """What ranking looks at."""

    kind: str
    category: str | None
    due: Due | None
    amount: Money | None
    amount_label: str | None
    due_was: Due | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rank:
    """Points, and the reasons, one sentence each, the weightiest first."""

    points: float
    reasons: tuple[str, ...]


def rank(stakes: Stakes, clock: Clock) -> Rank:
    """How far up an item belongs, and why."""
    worth, worth_words = _worth(stakes)
    urgency, urgency_words = _urgency(stakes.due, clock)
    reasons = [worth_words, urgency_words]
    if stakes.due is not None and stakes.due_was is not None:
        reasons.extend(_moved(stakes.due_was, stakes.due, clock))
    return Rank(points=round(worth * urgency, 3), reasons=tuple(reasons))


def as_money(points: float) -> Decimal:
    """The amount that is worth so many points."""
    return Decimal(10 ** (points / 10) - 1).quantize(Decimal("0.01"))


def _worth(stakes: Stakes) -> tuple[float, str]:
    if stakes.amount is not None and stakes.amount.amount > 0:
        label = f" {stakes.amount_label}" if stakes.amount_label else " at stake"
        return 10 * math.log10(1 + float(stakes.amount.amount)), (
            f"{money_words(stakes.amount)}{label}."
        )
    if stakes.amount is None:
        told = "The source names no amount"
    else:
        told = f"The source says {money_words(stakes.amount)}"
    usual, sort = _usual(stakes)
    return usual, f"{told}; ranked as {sort}."


def _usual(stakes: Stakes) -> tuple[float, str]:
    """What its sort is worth, and the sort in words."""
    if stakes.kind == Kind.DEADLINE and stakes.category:
        usual = BY_CATEGORY.get(stakes.category, BY_CATEGORY[Category.OTHER])
        return usual, "any deadline" if stakes.category == Category.OTHER else _a(stakes.category)
    usual = BY_KIND.get(stakes.kind, BY_CATEGORY[Category.OTHER])
    return usual, _a(_KIND_WORDS.get(stakes.kind, stakes.kind))


_KIND_WORDS: Mapping[str, str] = {
    Kind.DEADLINE: "deadline",
    Kind.REPORTING: "reporting requirement",
    Kind.GOAL: "goal",
    Kind.NOTICE: "notice",
}


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _urgency(due: Due | None, clock: Clock) -> tuple[float, str]:
    if due is None:
        return NO_DATE, "The source gives no date."
    days = (due_day(due, clock) - clock.today).days
    if is_late(due, clock):
        factor = LONG_LATE if days < -LONG_LATE_DAYS else LATE
        return factor, f"{due_words(due, clock).text.capitalize()}."
    factor = next((factor for most, factor in STEPS if days <= most), FAR)
    if days <= 1:
        return factor, f"Due {due_words(due, clock).text}."
    return factor, f"{plural(days, 'day')} left."


def _moved(was: Due, now: Due, clock: Clock) -> Iterator[str]:
    days = (due_day(now, clock) - due_day(was, clock)).days
    if days:
        yield f"The date moved {plural(abs(days), 'day')} {'later' if days > 0 else 'earlier'}."
    elif isinstance(was, DueInstant) and isinstance(now, DueInstant):
        yield f"The time moved {'later' if now.at > was.at else 'earlier'}."
