"""Messages to people, by mail and chat: one gathers events for ten minutes before it leaves."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core.notices import Notice, as_kept, from_kept
from app.db import is_sqlite
from app.models import ChannelKind, Delivery, DeliveryState
from app.services import search
from app.services.deliveries import EVENTS, IDS, TEST, channels, table

GATHERED_FOR = timedelta(minutes=10)
"""How long a message to people waits for more, from its first event on."""
KEPT = 30
"""So many events of one message are kept whole; of the rest only that there were more."""
GATHERED = "gathered:"
"""So begin the keys of such messages."""
REMEMBERED = timedelta(hours=6)
"""So long an event that is read a second time is known by the message that told it."""


def gather(session: Session, told: Mapping[int, Sequence[Notice]], *, now: datetime) -> None:
    """Events for the message to people that waits, or for a new one, of each of these channels. In
    three statements, however many they are.

    An event that one of the last messages told is not told again.
    """
    recent = (
        sa.select(table.c.id, table.c.channel_id, table.c.body, _gathers().label("open"))
        .where(
            search.among(
                table.c.channel_id,
                "channels",
                search.given(session, list(told)),
                sqlite=is_sqlite(session),
            ),
            table.c.created_at > now - REMEMBERED,
        )
        .order_by(table.c.id)
        .with_for_update()
    )
    found: dict[int, list[Any]] = {}
    for row in session.execute(recent):
        found.setdefault(row.channel_id, []).append(row)
    begun, grown = [], []
    for channel_id, notices in told.items():
        rows = found.get(channel_id, [])
        known = {id_ for row in rows for id_ in row.body.get(IDS, ())}
        fresh = [notice for notice in notices if notice.event_id not in known]
        waits = next((row for row in rows if row.open), None)
        if fresh and waits is not None:
            grown.append({"of": waits.id, "grown": _with(waits.body, fresh)})
        elif fresh:
            begun.append(_begun(channel_id, fresh, now))
    if grown:
        wider = sa.update(table).where(table.c.id == sa.bindparam("of"))
        session.connection().execute(wider.values(body=sa.bindparam("grown")), grown)
    if begun:
        session.connection().execute(sa.insert(table), begun)


def _gathers() -> sa.ColumnElement[bool]:
    """Waits for its first attempt, and nobody has it."""
    return sa.and_(
        table.c.state == DeliveryState.WAITING,
        table.c.attempts == 0,
        table.c.owner.is_(None),
        table.c.key.startswith(GATHERED),
    )


def _begun(channel_id: int, notices: Sequence[Notice], now: datetime) -> dict[str, Any]:
    first = min(now, *(notice.at for notice in notices))
    return {
        "channel_id": channel_id,
        "key": f"{GATHERED}{notices[0].event_id}:{now:%Y%m%dT%H%M%S}",
        "body": _with({}, notices),
        "state": DeliveryState.WAITING,
        "attempts": 0,
        "created_at": now,
        "next_attempt_at": max(now, first + GATHERED_FOR),
    }


def _with(body: Mapping[str, Any], notices: Iterable[Notice]) -> dict[str, Any]:
    """With these events, too: what cannot wait is kept first where they are many."""
    every = [*map(from_kept, body.get(EVENTS, ())), *notices]
    kept = sorted(every, key=lambda one: (not one.cannot_wait, one.event_id))[:KEPT]
    ids = [*body.get(IDS, ()), *(one.event_id for one in notices)]
    return {EVENTS: [as_kept(one) for one in kept], IDS: ids}


def close(session: Session, *, now: datetime) -> None:
    """What was gathered so far is due now: somebody wants it to leave."""
    session.execute(
        sa.update(table)
        .where(_gathers(), table.c.next_attempt_at > now, table.c.channel_id.in_(_to_people()))
        .values(next_attempt_at=now)
    )


def _to_people() -> sa.Select[Any]:
    return sa.select(channels.c.id).where(channels.c.kind != ChannelKind.WEBHOOK)


def put_test(session: Session, channel_id: int, *, now: datetime) -> int:
    """A message that only shows that messages arrive; to be taken at once."""
    made = Delivery(
        channel_id=channel_id,
        key=f"test:{now:%Y%m%dT%H%M%S%f}",
        body={TEST: True},
        created_at=now,
        next_attempt_at=now,
    )
    session.add(made)
    session.flush()
    assert made.id is not None
    return made.id
