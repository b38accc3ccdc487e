"""Since when somebody has not looked: spans of the history, the mark, and how much is new to them.

A span is two ids of events: the history is only ever appended, so that its order is its time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.core.news import KINDS
from app.core.words import Clock
from app.db import is_sqlite
from app.errors import Conflict
from app.models import Connection, Event, RecordedAct, SyncRun, User
from app.models.items import BY_SOURCES
from app.services import accounts, recording
from app.services.listing import events
from app.services.pages import COUNTED, Act
from app.services.revisions import Until, remembered
from app.services.syncing import AHEAD

LOOK = "look"
FIRST = timedelta(days=7)
"""So far back goes the first look of somebody who has never said that they have seen it."""
SINCE: Mapping[str, str] = MappingProxyType(
    {LOOK: "my last look", "yesterday": "yesterday", "7": "7 days", "30": "30 days"}
)
"""What "since" can be in the address, in the words of its choice."""
SEEN = "changes seen"
_LOOKED_AT = 3_000
"""Lines of each kind that are counted: one thing can have several."""
_SKEW = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """What came after the event ``low``, up to the event ``high``.

    ``at`` is when it begins; None where nothing older is stored. ``first``: the person has never
    marked anything as seen.
    """

    low: int
    high: int
    at: datetime | None
    first: bool = False


def span_of(session: Session, user: User, since: str, *, clock: Clock) -> Span:
    """The span of a choice of ``SINCE``; an unknown one is the last look."""
    high = newest(session, clock)
    if since == "yesterday":
        at = clock.begins(clock.today - timedelta(days=1))
    elif since in SINCE and since != LOOK:
        at = clock.begins(clock.today - timedelta(days=int(since)))
    elif user.changes_seen_id:
        seen = session.get(Event, user.changes_seen_id)
        return Span(low=user.changes_seen_id, high=high, at=seen.at if seen else None)
    else:
        at = clock.begins(clock.today - FIRST)
    first = since not in SINCE or since == LOOK
    return Span(low=_before(session, at), high=high, at=at, first=first)


def newest(session: Session, clock: Clock) -> int:
    """The last event that nothing older can come behind any more.

    On SQLite that is the last one: one writes at a time. On Postgres a sync that still runs may
    have taken numbers that nobody sees yet: what came since it began waits until it is done.
    """
    last: int | None = session.execute(sa.select(sa.func.max(events.c.id))).scalar_one()
    if last is None or is_sqlite(session):
        return last or 0
    running = select(sa.func.min(SyncRun.started_at)).where(
        col(SyncRun.outcome).is_(None),
        col(SyncRun.started_at) > clock.now - AHEAD - timedelta(hours=1),
        col(SyncRun.connection_id).in_(
            select(Connection.id).where(col(Connection.lease_until) > clock.now)
        ),
    )
    began = session.exec(running).one()
    return last if began is None else _before(session, began - _SKEW)


def _before(session: Session, at: datetime) -> int:
    """The last event that is older than this: halved, for ids and times grow together."""

    def make() -> int:
        low, high = 0, session.execute(sa.select(sa.func.max(events.c.id))).scalar_one() or 0
        while low < high:
            middle = (low + high) // 2 + 1
            found = session.execute(_NEXT, {"low": low, "middle": middle}).first()
            if found is None or found.at < at:
                low = middle
            else:
                high = found.id - 1
        return int(low)

    return remembered(session, ("before", at), make, until=Until.TOLD)


_NEXT = (
    sa.select(events.c.id, events.c.at)
    .where(
        events.c.id > sa.bindparam("low", type_=sa.Integer),
        events.c.id <= sa.bindparam("middle", type_=sa.Integer),
    )
    .order_by(events.c.id.desc())
    .limit(1)
)


def count(session: Session, user_id: int, *, clock: Clock) -> int:
    """How many things changed since the person looked; above ``COUNTED`` is "more than that"."""
    user = accounts.known(session, user_id)
    return 0 if user is None else changed(session, span_of(session, user, LOOK, clock=clock))


def changed(session: Session, span: Span) -> int:
    """How many things changed in the span; above ``COUNTED`` is "more than that"."""

    def make() -> int:
        each = [
            sa.select(events.c.subject, events.c.subject_id)
            .where(
                sa.text(BY_SOURCES),
                events.c.kind == sa.literal_column(f"'{kind}'"),
                events.c.id > span.low,
                events.c.id <= span.high,
            )
            .limit(_LOOKED_AT)
            for kind in KINDS
        ]
        both = sa.union(*(sa.select(one.subquery()) for one in each)).subquery()
        first = sa.select(both.c.subject).limit(COUNTED + 1).subquery()
        return int(session.execute(sa.select(sa.func.count()).select_from(first)).scalar_one())

    return remembered(session, ("changed", span.low), make, until=Until.TOLD)


def mark(session: Session, up_to: int, *, user_id: int, clock: Clock) -> Act:
    """The person has seen everything up to that event, and nothing that came after it."""
    user = _held(session, user_id)
    former, now = user.changes_seen_id, min(up_to, newest(session, clock))
    if now <= former:
        return Act(said="You have seen these already", items=())
    user.changes_seen_id = now
    act = RecordedAct(
        actor_id=user_id,
        at=clock.now,
        kind=SEEN,
        said="Changes marked as seen",
        items=0,
        before=[former, now],
    )
    session.add_all((user, act))
    session.flush()
    return Act(said=act.said, items=(), undo=str(act.id))


def take_back(session: Session, act: RecordedAct) -> Act:
    """The former mark again. Raises ``Conflict`` where it was moved on since."""
    former, now = act.before or (0, 0)
    user = _held(session, act.actor_id or 0)
    if user.changes_seen_id != now:
        raise Conflict(
            "This was not undone: you have marked more as seen since.",
            remedy="Choose below since when changes are shown.",
        )
    user.changes_seen_id = former
    session.add(user)
    session.flush()
    return recording.taken_back(act)


def _held(session: Session, user_id: int) -> User:
    """Two tabs of one person mark one after the other."""
    held: dict[str, Any] = {"with_for_update": {"key_share": True}, "populate_existing": True}
    return session.get_one(User, user_id, **held)
