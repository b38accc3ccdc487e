"""When a person's digest is due, and how its subject reads. Pure; zones make local days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.core.words import Clock, day_words, plural

TOO_LATE = timedelta(hours=6)
"""A digest that could not leave for so long is left out; the next one tells it all."""
FIRST_RETRY = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a person asked for: the hour (0 to 23) and ISO weekdays ("12345"), in their zone."""

    hour: int
    days: str
    zone: ZoneInfo


def due_date(wish: Wish, *, now: datetime) -> date | None:
    """The local date whose digest may leave now; None at other times.

    Only the wall clock counts: on a day whose clock skips the hour the digest leaves right
    after, on one that repeats it the ledger's key (person, local date) lets it leave once.
    """
    local = now.astimezone(wish.zone)
    if str(local.isoweekday()) not in wish.days or local.hour < wish.hour:
        return None
    since = timedelta(hours=local.hour - wish.hour, minutes=local.minute)
    return local.date() if since < TOO_LATE else None


def gives_up_at(wish: Wish, day: date) -> datetime:
    """When that day's digest is too old to leave; aware."""
    start = datetime(day.year, day.month, day.day, wish.hour, tzinfo=wish.zone)
    return start + TOO_LATE


def retry_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: doubling from two minutes."""
    return FIRST_RETRY * (1 << min(max(attempts - 1, 0), 6))


def subject(*, overdue: int, soon: int, changed: int, clock: Clock) -> str:
    """The news itself: "2 overdue, 5 due this week – Tue 24 Nov"."""
    parts = []
    if overdue:
        parts.append(f"{overdue} overdue")
    if soon:
        parts.append(f"{soon} due in 7 days")
    if not parts and changed:
        parts.append(plural(changed, "change"))
    told = ", ".join(parts) or "nothing due this week"
    return f"{told} – {day_words(clock.today, clock.today)}"
