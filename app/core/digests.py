"""When a person's digest is due, how far it looks back, and how its subject reads.

Pure; zones make local days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.core import changes, days_off
from app.core.words import Clock, day_words, plural
from connectors.sdk.records import Money

TOO_LATE = timedelta(hours=6)
"""A digest that could not leave for so long is left out; the next one tells it all."""
FIRST_RETRY = timedelta(minutes=2)
LONGEST_LOOK = timedelta(days=31)
"""A digest looks back no further, however long none came."""
REFUSALS = 3
"""After so many digests in a row that the mail server refused for an address none is made."""
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
    """What a person asked for: the hour (0 to 23) and ISO weekdays ("12345"), in their zone.

    One weekday is a weekly digest. ``off`` is the calendar on whose holidays none comes.
    """

    hour: int
    days: str
    zone: ZoneInfo
    off: str = ""

    @property
    def weekly(self) -> bool:
        """Whether it comes once a week."""
        return len(self.days) == 1

    def wants(self, day: date) -> bool:
        """Whether that day has a digest."""
        return str(day.isoweekday()) in self.days and not days_off.is_day_off(self.off, day)


def due_date(wish: Wish, *, now: datetime) -> date | None:
    """The local date whose digest may leave now; None at other times.

    The wall clock begins it: on a day that skips the hour right after the gap, on one that
    repeats it at the first of the two. It may leave for six hours, past midnight too.
    """
    today = now.astimezone(wish.zone).date()
    for day in (today, today - timedelta(days=1)):
        if wish.wants(day) and starts_at(wish, day) <= now < gives_up_at(wish, day):
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


def next_at(wish: Wish, *, now: datetime) -> datetime | None:
    """When the next digest may leave first; None where none comes within half a year."""
    today = now.astimezone(wish.zone).date()
    for ahead in range(183):
        day = today + timedelta(days=ahead)
        if wish.wants(day) and (at := starts_at(wish, day)) > now:
            return at
    return None


def looks_back_to(wish: Wish, last: datetime | None, *, now: datetime) -> datetime:
    """Since when it tells what is new and changed: since the last one, without one a day or a
    week; a month at most.
    """
    first = timedelta(days=7 if wish.weekly else 1)
    return max(last or now - first, now - LONGEST_LOOK)


def figures(stake: Sequence[Money]) -> dict[str, str]:
    """Sums of money as the ledger keeps them: by currency, "" for those of none."""
    return {money.currency or "": str(money.amount) for money in stake}


def net_change(stake: Sequence[Money], before: Mapping[str, str]) -> tuple[Money, ...]:
    """By how much each currency's sum is more or less than the ``figures`` that were told before;
    the largest first, without what stayed.
    """
    now = {money.currency or "": money.amount for money in stake}
    moved = {
        code: now.get(code, Decimal(0)) - Decimal(before.get(code, "0"))
        for code in now.keys() | before.keys()
    }
    found = (Money(amount=by, currency=code or None) for code, by in moved.items() if by)
    return tuple(sorted(found, key=lambda money: (-abs(money.amount), money.currency or "")))


def fitting(counts: Sequence[int], room: int) -> list[int]:
    """How many rows of each section a mail tells: each that has some gets a fair part of the room,
    and what then is left goes to the first. So nothing that is due soon hides behind what is long
    overdue.
    """
    fair = room // max(sum(map(bool, counts)), 1)
    told = [min(count, fair) for count in counts]
    for place, count in enumerate(counts):
        told[place] += min(count - told[place], room - sum(told))
    return told


@dataclass(frozen=True, kw_only=True)
class News:
    """How much there is of everything that a subject can tell."""

    overdue: int = 0
    soon: int = 0
    mentions: int = 0
    gone: int = 0
    changed: int = 0
    new: int = 0
    unowned: int = 0
    behind: int = 0
    claims: int = 0
    doubtful: int = 0
    silent: int = 0


def subject(news: News, clock: Clock) -> str:
    """The news itself: "2 overdue, 5 due in 7 days – Tue 24 Nov". Counted are up to 999.

    What asks for something comes first; without it the first other news. That nothing is due is
    said only while no source is ``doubtful``, and no view that it tells of is ``gone``.
    """
    parts = []
    if news.overdue:
        parts.append(f"{_counted(news.overdue)} overdue")
    if news.soon:
        parts.append(f"{_counted(news.soon)} due in 7 days")
    if news.mentions:
        parts.append(f"{plural(news.mentions, 'mention')} of you")
    if news.gone:
        parts.append(f"{plural(news.gone, 'view')} gone")
    if not parts:
        parts = _other(news)[:1]
    told = ", ".join(parts) or "nothing due in 7 days"
    return f"{told} – {day_words(clock.today, clock.today)}"


def _other(news: News) -> list[str]:
    said = (
        (news.changed, plural(news.changed, "change")),
        (news.new, f"{_counted(news.new)} new"),
        (news.unowned, f"{_counted(news.unowned)} without an owner"),
        (news.behind, plural(news.behind, "goal") + " behind"),
        (news.claims, plural(news.claims, "claim that lapses", "claims that lapse")),
        (news.doubtful, plural(news.doubtful, "source") + " not fresh"),
        (news.silent, plural(news.silent, "output tells", "outputs tell") + " nothing"),
    )
    return [words for count, words in said if count]


def _counted(count: int) -> str:
    return str(count) if count <= 999 else "999+"
