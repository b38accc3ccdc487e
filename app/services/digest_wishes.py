"""What a person wants of their digest, and what became of the last ones, for their page of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.core import days_off, digests
from app.core.words import Clock, when_words
from app.core.zones import zones
from app.errors import Invalid
from app.models import DigestEntry, DigestState, User
from app.services import accounts, digest_ledger, digest_views
from app.services.digest_views import Option

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAILY, WEEKLY = "daily", "weekly"
WEEK = "1234567"
NOT_SAVED = "The settings were not saved."


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the page's form says. ``days`` count where it is daily, ``weekday`` where it is weekly;
    ``views`` are values of ``digest_views.options``, none of them means everything.
    """

    on: bool
    zone: str
    hour: int
    rhythm: str
    days: str
    weekday: str
    off: str
    views: Sequence[str] = ()
    always: bool = False

    @property
    def which(self) -> str:
        """The weekdays that have one."""
        return self.weekday if self.rhythm == WEEKLY else "".join(sorted(set(self.days)))


def choose(session: Session, user_id: int, wishes: Wishes) -> None:
    """Keep what a person wants. Raises ``Invalid`` with a sentence for each field."""
    problems = _problems(wishes)
    kept = digest_views.kept(session, user_id, wishes.views)
    if problems:
        raise Invalid(NOT_SAVED, fields=problems)
    user = accounts.user(session, user_id)
    user.time_zone = wishes.zone
    user.digest_on, user.digest_hour, user.digest_days = wishes.on, wishes.hour, wishes.which
    user.digest_holidays, user.digest_views = wishes.off, kept
    user.digest_always, user.mail_refused = wishes.always, 0


def choose_hour(session: Session, user_id: int, *, on: bool, hour: int) -> None:
    """The hour alone, and whether one comes at all. Raises ``Invalid``."""
    if not 0 <= hour <= 23:
        raise Invalid(NOT_SAVED, fields={"digest_hour": "Choose an hour from 0 to 23."})
    user = accounts.user(session, user_id)
    user.digest_on, user.digest_hour = on, hour


def _problems(wishes: Wishes) -> dict[str, str]:
    said = {
        "zone": (wishes.zone in zones(), "Choose a time zone from the list."),
        "hour": (0 <= wishes.hour <= 23, "Choose an hour from 0 to 23."),
        "days": (_are_days(wishes.days), "Choose days from Monday to Sunday."),
        "weekday": (wishes.weekday in [*WEEK], "Choose a day from Monday to Sunday."),
        "off": (not wishes.off or days_off.is_known(wishes.off), "Choose one from the list."),
    }
    problems = {name: words for name, (right, words) in said.items() if not right}
    if wishes.on and wishes.rhythm != WEEKLY and not wishes.days:
        problems["days"] = "Choose at least one day."
    return problems


def _are_days(days: str) -> bool:
    return not set(days) - set(WEEK)


def of(user: User) -> Wishes:
    """What a person wants now."""
    weekly = len(user.digest_days) == 1
    return Wishes(
        on=user.digest_on,
        zone=user.time_zone,
        hour=user.digest_hour,
        rhythm=WEEKLY if weekly else DAILY,
        days="12345" if weekly else user.digest_days,
        weekday=user.digest_days if weekly else "1",
        off=user.digest_holidays,
        views=sorted(digest_views.values_of(user.digest_views)),
        always=user.digest_always,
    )


def rhythm_words(user: User) -> str:
    """When it comes, in words: "Monday to Friday at 07:00"."""
    at = f"at {user.digest_hour:02}:00"
    days = user.digest_days
    if len(days) == 1:
        return f"every {DAYS[int(days) - 1]} {at}"
    spans = {WEEK: "every day", "12345": "Monday to Friday"}
    named = ", ".join(DAYS[int(day) - 1][:3] for day in days)
    return f"{spans.get(days, named)} {at}" if days else "on no day"


# The page


@dataclass(frozen=True, kw_only=True)
class Past:
    """One line of the ledger. ``doubtful``: it may not have arrived, and can be sent again."""

    id: int
    at: datetime
    subject: str
    words: str
    error: str
    doubtful: bool
    late: bool
    asked: bool


@dataclass(frozen=True, kw_only=True)
class DigestPage:
    """What the page of one's digest shows. ``next_at``: when the next may come first.

    ``refused``: the mail server takes nothing for the person's address, so that none is made.
    """

    options: Sequence[Option]
    gone: Sequence[str]
    next_at: datetime | None
    past: Sequence[Past]
    refused: bool
    countries: Mapping[str, str]
    regions: Mapping[str, str]


def page(session: Session, user_id: int, *, off: str, clock: Clock) -> DigestPage:
    """The page; ``off`` is the calendar of holidays that its form shows."""
    user = accounts.user(session, user_id)
    country = off.partition("-")[0]
    return DigestPage(
        options=digest_views.options(session, user_id),
        gone=digest_views.chosen(session, [user])[user_id].gone,
        next_at=digests.next_at(digest_ledger.wish_of(user), now=clock.now)
        if user.digest_on
        else None,
        past=[_past(entry, clock) for entry in digest_ledger.newest(session, user_id)],
        refused=user.mail_refused >= digests.REFUSALS,
        countries=days_off.countries(),
        regions=days_off.regions(country) if country in days_off.countries() else {},
    )


def last(entries: Collection[DigestEntry], clock: Clock) -> Past | None:
    """The newest of the ledger, in words."""
    return next((_past(entry, clock) for entry in entries), None)


def _past(entry: DigestEntry, clock: Clock) -> Past:
    assert entry.id is not None
    return Past(
        id=entry.id,
        at=entry.sent_at or entry.claimed_at,
        subject=entry.subject,
        words=_words(entry, clock),
        error=entry.error or "",
        doubtful=entry.state == DigestState.UNKNOWN,
        late=entry.state in (DigestState.FAILED, DigestState.UNKNOWN),
        asked=entry.kind != digest_ledger.DAILY,
    )


def _words(entry: DigestEntry, clock: Clock) -> str:
    if entry.state == DigestState.FAILED and entry.next_attempt_at is not None:
        return f"not sent yet, tried again {when_words(entry.next_attempt_at, clock)}"
    return {
        DigestState.CLAIMED: "being made",
        DigestState.SENDING: "being sent",
        DigestState.SENT: "sent",
        DigestState.FAILED: "not sent",
        DigestState.UNKNOWN: "may have arrived, or not",
        DigestState.SKIPPED: "nothing to tell, so none was sent",
    }[DigestState(entry.state)]
