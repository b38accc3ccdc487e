"""Shapes of the charts, in parts of their frame: x and y from 0 to 1, y upwards. Pure.

The templates draw them as SVG that stretches with the page; all text stands in HTML beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

Point = tuple[float, float]


def shares(values: Sequence[Decimal]) -> tuple[float, ...]:
    """Each value as a part of the largest; what is not above zero is 0."""
    most = max(values, default=Decimal(0))
    return tuple(float(max(value, Decimal(0)) / most) if most > 0 else 0.0 for value in values)


def pieces(values: Sequence[Decimal]) -> tuple[tuple[float, float], ...]:
    """Where each value begins and how long it is, laid end to end along a bar of them all."""
    whole = sum((max(value, Decimal(0)) for value in values), Decimal(0))
    at, found = Decimal(0), []
    for value in values:
        length = max(value, Decimal(0))
        found.append((float(at / whole), float(length / whole)) if whole else (0.0, 0.0))
        at += length
    return tuple(found)


@dataclass(frozen=True, kw_only=True, slots=True)
class GoalChart:
    """What was reached over a goal's period, beside its pace and its target.

    path    what was reached: one level after the other, as far as it was told
    pace    from the beginning to the end of the period
    target  the height of the target
    now     how much of the period is over
    """

    path: tuple[Point, ...]
    pace: tuple[Point, Point]
    target: float
    now: float


Told = tuple[datetime, Decimal]
"""From when on a value was told."""


def goal_chart(
    target: Decimal,
    actual: Decimal,
    period: tuple[date, date],
    told: Iterable[Told],
    *,
    now: datetime,
) -> GoalChart | None:
    """The chart of a goal within its period; None where there is nothing to draw.

    ``told`` are the values before ``actual`` with when each was told, the oldest first. Days are
    those of the zone of ``now``.
    """
    start, end = period
    days = (end - start).days + 1
    if target <= 0 or days <= 1 or now.date() < start:
        return None

    def at(moment: datetime) -> float:
        day = moment.astimezone(now.tzinfo).date()
        return min(max((day - start).days / days, 0.0), 1.0)

    levels = [(at(when), value) for when, value in told]
    top = max([target, actual, *(value for _, value in levels)])
    steps = [(x, float(max(value, Decimal(0)) / top)) for x, value in levels]
    last = (at(now), float(max(actual, Decimal(0)) / top))
    return GoalChart(
        path=tuple(_stairs([*steps, last])),
        pace=((0.0, 0.0), (1.0, float(target / top))),
        target=float(target / top),
        now=at(now),
    )


def _stairs(points: Sequence[Point]) -> Iterable[Point]:
    """A level holds until the next one was told."""
    before: float | None = None
    for x, y in points:
        if before is not None:
            yield x, before
        yield x, y
        before = y
