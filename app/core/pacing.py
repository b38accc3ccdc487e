"""How fast mail may leave: so many in any minute, nothing while the server can take none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
FIRST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What left within the last minute, and since when the server takes nothing.

    left      when, the oldest first
    rest      nothing leaves before then; ``rests`` in a row were taken
    """

    left: tuple[datetime, ...] = ()
    rest: datetime | None = None
    rests: int = 0


def wait(pace: Pace, *, most: int, now: datetime) -> timedelta:
    """How long until the next message may leave, with at most so many in any minute; 0 of them
    means as many as can.
    """
    until = [pace.rest] if pace.rest is not None else []
    lately = _lately(pace.left, now)
    if most and len(lately) >= most:
        until.append(lately[-most] + MINUTE)
    return max((at - now for at in until), default=timedelta(0))


def left(pace: Pace, *, most: int, now: datetime) -> Pace:
    """One more has left; of them no more are kept than count."""
    lately = (*_lately(pace.left, now), now)
    return replace(pace, left=lately[-most:] if most else (), rest=None)


def taken(pace: Pace) -> Pace:
    """The server took one: it is well."""
    return replace(pace, rest=None, rests=0)


def rested(pace: Pace, *, now: datetime) -> Pace:
    """The server cannot take anything now: let it be for a minute, then twice as long each time."""
    rest = min(FIRST_REST * (1 << min(pace.rests, 8)), LONGEST_REST)
    return replace(pace, rest=now + rest, rests=pace.rests + 1)


def _lately(left: Sequence[datetime], now: datetime) -> list[datetime]:
    """Those within the last minute. What is in the future was written by a clock that was set back
    since, and counts for nothing.
    """
    return [at for at in left if now - MINUTE < at <= now]
