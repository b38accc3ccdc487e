"""How a goal stands: what is reached against how much of its time is over."""

from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

LAGGING = 0.02
"""Less behind than this share of the target is noise, not "behind"."""


class Standing(StrEnum):
    """How a goal stands today; the value is the word people read."""

    BEHIND = "behind"
    ON_PACE = "on pace"
    UNTOLD = "untold"
    REACHED = "reached"
    OVER = "over"


def standing(
    target: Decimal | None,
    actual: Decimal | None,
    start: date | None,
    end: date | None,
    today: date,
) -> Standing:
    """How it stands. A period that ended is over, however little of its target was reached."""
    reached = share(target, actual)
    if reached is not None and reached >= 1:
        return Standing.REACHED
    if end is not None and end < today:
        return Standing.OVER
    expected = pace(start, end, today)
    if reached is None or expected is None:
        return Standing.UNTOLD
    return Standing.BEHIND if reached < expected - LAGGING else Standing.ON_PACE


def pace(start: date | None, end: date | None, today: date) -> float | None:
    """The share of a period's days that are over, 0 to 1; None without both ends.

    Both ends belong to the period: on its last day it is not all over.
    """
    if start is None or end is None or end < start:
        return None
    return min(max((today - start).days / ((end - start).days + 1), 0.0), 1.0)


def share(target: Decimal | None, actual: Decimal | None) -> float | None:
    """How much of a target is reached, from 0 up; None when either is unknown or target is 0."""
    if target is None or actual is None or target <= 0:
        return None
    return max(float(actual / target), 0.0)


def missing(
    target: Decimal | None, actual: Decimal | None, expected: float | None
) -> Decimal | None:
    """How much more should be reached by now; None when that cannot be said or is nothing.

    A goal that is counted in whole things lacks whole things: nobody certifies 0.4 people.
    """
    if target is None or actual is None or expected is None:
        return None
    short = (target * Decimal(str(expected)) - actual).quantize(Decimal("0.0001"))
    whole = target == target.to_integral_value() and actual == actual.to_integral_value()
    short = short.to_integral_value(ROUND_CEILING) if whole else short.quantize(Decimal("0.1"))
    return short if short > 0 else None
