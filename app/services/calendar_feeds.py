"""Calendar feeds: addresses that calendar programs read, each one person's, of one view.

The address is a secret, because calendar programs can send nothing else. Its hash alone is stored;
it is shown once. What it shows is asked anew at each read, with that person's rights.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.core.ics import Kind
from app.core.storable import clean
from app.core.whole import whole
from app.core.zones import zone_of
from app.errors import Invalid, NotFound
from app.models import AppSetting, CalendarFeed, SavedView
from app.secrets import digest
from app.services import saved
from app.services.addressed import SAVED, query_of, view_from
from app.services.pages import View
from app.services.pages.views import BACKWARDS

LONGEST_NAME = 60
MOST = 50
"""Calendars of one person."""
BYTES = 24
"""Of the secret: 192 bits."""
SHOWN = 6
"""Characters of the address that its list shows, to tell it from others."""
BUILT_IN = {
    "tab=mine": "Mine",
    "owner=backup": "What I back up",
    "": "Everything open",
    "tab=unowned": "Unowned",
}
"""Views that everybody has, by their queries."""
ALARMS = {0: "On the day", 1: "1 day before", 7: "7 days before", 30: "30 days before"}
NOTED_EVERY = timedelta(minutes=5)
LONGEST_AGENT = 200
INSTALLATION = "calendars"
"""The setting that tells the deadlines of this inbox from those of every other."""

feeds = SQLModel.metadata.tables[str(CalendarFeed.__tablename__)]
users = SQLModel.metadata.tables["users"]


class Opened(NamedTuple):
    """A calendar that somebody reads: what it shows, to whom, and how."""

    id: int
    user_id: int
    name: str
    view: View
    kind: Kind
    busy: bool
    alarms: tuple[int, ...]
    zone: ZoneInfo
    used_at: datetime | None
    agent: str
    host: str

    def is_noted(self, agent: str, host: str, now: datetime) -> bool:
        """Whether it is known already that this reader reads it."""
        return (
            self.used_at is not None
            and (self.agent, self.host) == (told(agent), told(host))
            and now < self.noted_until
        )

    @property
    def noted_until(self) -> datetime:
        """When its use is to be noted again; a use must have been noted."""
        assert self.used_at is not None
        return self.used_at + NOTED_EVERY


def add(
    session: Session,
    *,
    user_id: int,
    name: str,
    query: str,
    now: datetime,
    kind: str = Kind.EVENT,
    busy: bool = False,
    alarms: Iterable[str] = (),
) -> tuple[CalendarFeed, str]:
    """A new calendar and the secret of its address, given back this once. ``alarms`` are days of
    ``ALARMS``. Raises ``Invalid``.
    """
    if kind not in list(Kind):
        raise Invalid("There is no such kind.", fields={"kind": "Events or to-dos."})
    rings = {whole(one) for one in alarms}
    if not rings <= ALARMS.keys():
        words = "Choose of the list."
        raise Invalid("There is no such alarm.", fields={"alarms": words}, remedy=words)
    shown = " ".join(clean(name).split())
    if len(shown) > LONGEST_NAME:
        words = f"At most {LONGEST_NAME} characters."
        raise Invalid("The name is too long.", fields={"name": words}, remedy=words)
    of_them = select(sa.func.count()).select_from(feeds).where(feeds.c.user_id == user_id)
    if session.exec(of_them.where(feeds.c.revoked_at.is_(None))).one() >= MOST:
        raise Invalid(f"You have {MOST} calendars already.", remedy="Revoke one first.")
    view_name = _name_of(session, query, user_id)
    secret = secrets.token_urlsafe(BYTES)
    feed = CalendarFeed(
        user_id=user_id,
        name=shown or view_name,
        query=query,
        token_hash=digest(secret),
        hint=secret[:SHOWN],
        component=kind,
        busy=busy,
        alarms=sorted(days for days in ALARMS if days in rings),
        created_at=now,
    )
    installation(session)
    session.add(feed)
    session.flush()
    return feed, secret


def _name_of(session: Session, query: str, user_id: int) -> str:
    """What the view is called; raises ``Invalid`` for one that cannot be a calendar."""
    if query in BUILT_IN:
        return BUILT_IN[query]
    try:
        found = saved.seen(session, whole(query.removeprefix(SAVED)) or 0, user_id)
    except NotFound:
        words = "Choose one of the list."
        raise Invalid("There is no such view.", fields={"query": words}, remedy=words) from None
    if not may_show(view_from(found.query)):
        words = "Choose a view of what is open."
        raise Invalid(
            "This view shows what is settled: no calendar has a use for it.",
            fields={"query": words},
            remedy=words,
        )
    return found.name


def may_show(view: View) -> bool:
    """Whether a calendar of it would hold anything: not of what is settled."""
    return view.tab not in BACKWARDS and not view.outcome


def choices(session: Session, user_id: int) -> list[tuple[str, str]]:
    """The views of which this person can have a calendar, with their names."""
    visible = sa.or_(col(SavedView.owner_id) == user_id, col(SavedView.shared))
    found = session.exec(
        select(SavedView).where(visible).order_by(sa.func.lower(SavedView.name), col(SavedView.id))
    )
    own = [(f"{SAVED}{one.id}", one.name) for one in found if may_show(view_from(one.query))]
    return [*BUILT_IN.items(), *own]


def of_user(session: Session, user_id: int) -> Sequence[CalendarFeed]:
    """One's calendars that were not revoked, the oldest first."""
    mine = select(CalendarFeed).where(
        CalendarFeed.user_id == user_id, col(CalendarFeed.revoked_at).is_(None)
    )
    return session.exec(mine.order_by(col(CalendarFeed.id))).all()


def of_number(session: Session, feed_id: int, user_id: int) -> Opened:
    """One of one's own; raises ``NotFound``."""
    found = _opened(session, sa.and_(feeds.c.id == feed_id, feeds.c.user_id == user_id))
    if found is None:
        raise NotFound("There is no such calendar of yours.", remedy="The list has all of them.")
    return found


def of_secret(session: Session, secret: str) -> Opened | None:
    """The calendar with this secret in its address.

    None for every other, for one that was revoked, whose person may not come in any more, or whose
    view that person does not see any more: all of these cost the same.
    """
    return _opened(session, feeds.c.token_hash == digest(secret))


def _opened(session: Session, which: sa.ColumnElement[bool]) -> Opened | None:
    statement = (
        sa.select(feeds, users.c.time_zone)
        .join(users, users.c.id == feeds.c.user_id)
        .where(which, feeds.c.revoked_at.is_(None), users.c.is_active)
    )
    found = session.execute(statement).first()
    view = _view(session, found) if found is not None else None
    if found is None or view is None:
        return None
    return Opened(
        id=found.id,
        user_id=found.user_id,
        name=found.name,
        view=view,
        kind=Kind(found.component),
        busy=found.busy,
        alarms=tuple(found.alarms),
        zone=zone_of(found.time_zone),
        used_at=found.used_at,
        agent=found.agent,
        host=found.host,
    )


def _view(session: Session, feed: Any) -> View | None:
    """What it shows now; None where that person does not see the saved view any more."""
    if not feed.query.startswith(SAVED):
        return view_from(feed.query)
    try:
        view = saved.seen(session, whole(feed.query.removeprefix(SAVED)) or 0, feed.user_id)
    except NotFound:
        return None
    return view_from(view.query)


def inbox_query(session: Session, feed: CalendarFeed) -> str | None:
    """The query of the inbox with the same items; None where its view is gone."""
    view = _view(session, feed)
    return None if view is None else query_of(view)


def told(text: str) -> str:
    """What a reader says of itself, as it is kept."""
    return clean("".join(sign for sign in text if sign.isprintable()))[:LONGEST_AGENT]


def note_use(session: Session, feed_id: int, *, agent: str, host: str, now: datetime) -> None:
    """Write down what read it last, and from where."""
    session.execute(
        sa.update(feeds)
        .where(feeds.c.id == feed_id)
        .values(used_at=now, agent=told(agent), host=told(host))
    )


def revoke(session: Session, feed_id: int, *, user_id: int, now: datetime) -> CalendarFeed:
    """From now on its address opens nothing. Raises ``NotFound``."""
    feed = session.get(CalendarFeed, feed_id)
    if feed is None or feed.user_id != user_id or feed.revoked_at is not None:
        raise NotFound("There is no such calendar of yours.", remedy="The list has all of them.")
    feed.revoked_at = now
    return feed


def installation(session: Session) -> UUID:
    """What tells this inbox from every other; in a write it is made where there is none."""
    found = session.get(AppSetting, INSTALLATION)
    if found is None:
        found = AppSetting(name=INSTALLATION, value=str(uuid4()))
        session.add(found)
    return UUID(str(found.value))
