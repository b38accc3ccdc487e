"""When a person's digest is due, and how its subject reads. Pure; zones make local days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.core import changes
from app.core.words import Clock, day_words, plural

TOO_LATE = timedelta(hours=6)
"""A digest that could not leave for so long is left out; the next one tells it all."""
FIRST_RETRY = timedelta(minutes=2)
TOLD = (
    changes.DUE_MOVED,
    changes.CHANGED,
    changes.CLOSED,
    changes.REOPENED,
    changes.GONE,
    changes.RETURNED,
)
"""What a source changes of an item that the next digest tells."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a person asked for: the hour (0 to 23) and ISO weekdays ("12345"), in their zone."""

    hour: int
    days: str
    zone: ZoneInfo


def due_date(wish: Wish, *, now: datetime) -> date | None:
    """The local date whose digest may leave now; None at other times.

    The wall clock begins it: on a day that skips the hour right after the gap, on one that
    repeats it at the first of the two. It may leave for six hours, past midnight too.
    """
    today = now.astimezone(wish.zone).date()
    for day in (today, today - timedelta(days=1)):
        wanted = str(day.isoweekday()) in wish.days
        if wanted and starts_at(wish, day) <= now < gives_up_at(wish, day):
            return day
    return None


def starts_at(wish: Wish, day: date) -> datetime:
    """When that day's digest may leave first, in UTC."""
    return datetime.combine(day, time(wish.hour), tzinfo=wish.zone).astimezone(UTC)


def gives_up_at(wish: Wish, day: date) -> datetime:
    """When that day's digest is too old to leave, in UTC."""
    return starts_at(wish, day) + TOO_LATE


def retry_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: doubling from two minutes."""
    return FIRST_RETRY * (1 << min(max(attempts - 1, 0), 6))


def fitting(counts: Sequence[int], room: int) -> list[int]:
    """How many rows of each section a mail tells: each gets a fair part of the room, and what
    then is left goes to the first. So nothing that is due soon hides behind what is long overdue.
    """
    fair = room // len(counts)
    told = [min(count, fair) for count in counts]
    for place, count in enumerate(counts):
        told[place] += min(count - told[place], room - sum(told))
    return told


def subject(
    *, overdue: int, soon: int, changed: int, doubtful: int, clock: Clock, mentions: int = 0
) -> str:
    """The news itself: "2 overdue, 5 due in 7 days – Tue 24 Nov". Counted are up to 999.

    That nothing is due is said only while no source is ``doubtful``.
    """
    parts = []
    if overdue:
        parts.append(f"{_counted(overdue)} overdue")
    if soon:
        parts.append(f"{_counted(soon)} due in 7 days")
    if mentions:
        parts.append(f"{plural(mentions, 'mention')} of you")
    if not parts and changed:
        parts.append(plural(changed, "change"))
    if not parts and doubtful:
        parts.append(f"{plural(doubtful, 'source')} not fresh")
    told = ", ".join(parts) or "nothing due this week"
    return f"{told} – {day_words(clock.today, clock.today)}"


def _counted(count: int) -> str:
    return str(count) if count <= 999 else "999+"
