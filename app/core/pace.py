"""How a goal stands: what is reached against how much of its time is over."""

from datetime import date
from decimal import Decimal

LAGGING = 0.02
"""Less behind than this share of the target is noise, not "behind"."""


def pace(start: date | None, end: date | None, today: date) -> float | None:
    """The share of a period that has passed, 0 to 1; None without both ends."""
    if start is None or end is None or end <= start:
        return None
    return min(max((today - start).days / (end - start).days, 0.0), 1.0)


def share(target: Decimal | None, actual: Decimal | None) -> float | None:
    """How much of a target is reached, from 0 up; None when either is unknown or target is 0."""
    if target is None or actual is None or target <= 0:
        return None
    return max(float(actual / target), 0.0)


def is_behind(reached: float | None, expected: float | None) -> bool:
    """Whether less is reached than the time that passed would ask for."""
    return reached is not None and expected is not None and reached < expected - LAGGING


def missing(
    target: Decimal | None, actual: Decimal | None, expected: float | None
) -> Decimal | None:
    """How much more should be reached by now; None when that cannot be said or is nothing."""
    if target is None or actual is None or expected is None:
        return None
    short = (target * Decimal(str(expected)) - actual).quantize(Decimal("0.1"))
    return short if short > 0 else None
