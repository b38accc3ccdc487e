"""The ledger of what is told to channels: each message leaves once.

Of mail and chat one message gathers events (``gathering``); to a tool each event goes by itself,
at once. ``take`` leases a due message, ``sending`` says that it is about to leave: who dies between
the two has sent nothing, who dies behind has perhaps. A webhook is then sent again, its id lets
the receiver see that it has it; mail and chat are not.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.core.digests import retry_after
from app.core.notices import OUTPUT, STOPPED, Notice, from_kept
from app.db import let_count
from app.models import Channel, ChannelKind, Delivery, DeliveryState, Event

LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 10
"""Of messages to people; a digest tells it all the same."""
STOPPED_AFTER = timedelta(days=5)
"""A chat or a tool that took nothing for so long is told nothing more, until somebody starts it."""
FAILED_FOR_DAYS = "It took nothing for 5 days."
ANSWER = 1_000
EVENTS, IDS, TEST = "events", "ids", "test"

table = SQLModel.metadata.tables["deliveries"]
channels = SQLModel.metadata.tables["channels"]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A message that this process may send now, to this channel."""

    id: int
    key: str
    owner: str
    attempts: int
    created_at: datetime
    body: Mapping[str, Any]
    channel: Channel

    @property
    def notices(self) -> tuple[Notice, ...]:
        """The events of a message to people, the first of them where they were many."""
        return tuple(map(from_kept, self.body.get(EVENTS, ())))

    @property
    def more(self) -> int:
        """How many others it tells of by their number alone."""
        return len(self.body.get(IDS, ())) - len(self.body.get(EVENTS, ()))

    @property
    def is_test(self) -> bool:
        """Whether it only shows a person that messages arrive; it is tried once."""
        return bool(self.body.get(TEST))


# What is to leave


def put(
    session: Session,
    channel_id: int,
    bodies: Mapping[str, Mapping[str, Any]],
    *,
    now: datetime,
) -> int:
    """Messages of their own, by their keys, due at once; how many of them are new."""
    known = set(
        session.execute(
            sa.select(table.c.key).where(
                table.c.channel_id == channel_id, table.c.key.in_(list(bodies))
            )
        ).scalars()
    )
    rows = [
        {"channel_id": channel_id, "key": key, "body": dict(body)}
        for key, body in bodies.items()
        if key not in known
    ]
    shared = {"state": DeliveryState.WAITING, "attempts": 0, "created_at": now}
    if rows:
        session.execute(
            sa.insert(table), [{**row, **shared, "next_attempt_at": now} for row in rows]
        )
    return len(rows)


# Sending


def due(session: Session, kinds: Collection[str], *, now: datetime) -> bool:
    """Whether anything is to be sent or settled: asked first, a quiet tick writes nothing."""
    waits = sa.and_(table.c.state == DeliveryState.WAITING, table.c.next_attempt_at <= now)
    left = sa.and_(table.c.state == DeliveryState.SENDING, table.c.lease_until <= now)
    of_kind = sa.select(channels.c.id).where(channels.c.kind.in_(list(kinds)))
    found = sa.select(table.c.id).where(sa.or_(waits, left), table.c.channel_id.in_(of_kind))
    return session.execute(found.limit(1)).first() is not None


def take(
    session: Session,
    kinds: Collection[str],
    *,
    owner: str,
    now: datetime,
    but: Collection[int] = (),
) -> Taken | None:
    """The message that is due longest, leased to this process; None where none is.

    ``but``: channels that are left alone in this round, because they just failed.
    """
    wanted = (
        sa.select(table.c.id)
        .join(channels, channels.c.id == table.c.channel_id)
        .where(*_ready(now), channels.c.kind.in_(list(kinds)), channels.c.stopped_at.is_(None))
        .order_by(table.c.next_attempt_at, table.c.id)
        .limit(1)
    )
    if but:
        wanted = wanted.where(channels.c.id.not_in(list(but)))
    for _ in range(10):  # others may be faster, one message after the other
        id_ = session.execute(wanted).scalar_one_or_none()
        if id_ is None:
            return None
        mine = take_this(session, id_, owner=owner, now=now)
        if mine is not None:
            return mine
    return None


def take_this(session: Session, id_: int, *, owner: str, now: datetime) -> Taken | None:
    """That message, leased to this process; None where it is not due, or somebody has it."""
    mine: sa.CursorResult[Any] = session.connection().execute(
        sa.update(table)
        .where(table.c.id == id_, *_ready(now))
        .values(owner=owner, lease_until=now + LEASE)
    )
    return taken(session, id_, owner) if mine.rowcount == 1 else None


def _ready(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        table.c.state == DeliveryState.WAITING,
        table.c.next_attempt_at <= now,
        sa.or_(table.c.lease_until.is_(None), table.c.lease_until <= now),
    )


def taken(session: Session, id_: int, owner: str) -> Taken:
    """The message as it is now, for its owner."""
    row = session.get_one(Delivery, id_, populate_existing=True)
    return Taken(
        id=id_,
        key=row.key,
        owner=owner,
        attempts=row.attempts,
        created_at=row.created_at,
        body=row.body,
        channel=session.get_one(Channel, row.channel_id),
    )


def sending(session: Session, taken: Taken, *, now: datetime) -> bool:
    """It leaves now; False where somebody else has it by now, or its channel was stopped: to that
    only a test goes.
    """
    stopped = sa.select(channels.c.id).where(channels.c.stopped_at.is_not(None))
    told = () if taken.is_test else (table.c.channel_id.not_in(stopped),)
    return _move(
        session,
        taken,
        DeliveryState.WAITING,
        *told,
        state=DeliveryState.SENDING,
        attempts=table.c.attempts + 1,
        lease_until=now + LEASE,
    )


def sent(
    session: Session,
    taken: Taken,
    *,
    now: datetime,
    status: int | None = None,
    answer: str | None = None,
) -> None:
    """It has left."""
    told = {"status": status, "answer": _cut(answer), "error": None, "next_attempt_at": None}
    if _end(session, taken, DeliveryState.SENT, sent_at=now, **told):
        _well(session, taken.channel.id)


def unknown(session: Session, taken: Taken, error: str) -> None:
    """It may have left: it is shown so, and not sent again by itself."""
    _end(session, taken, DeliveryState.UNKNOWN, error=error, next_attempt_at=None)


def failed(
    session: Session,
    taken: Taken,
    error: str,
    *,
    now: datetime,
    again: timedelta | None,
    status: int | None = None,
    answer: str | None = None,
    counts: bool = True,
) -> None:
    """It has not left. ``again``: how long until it is tried anew; None: never.

    A chat or a tool that failed for days is stopped with it, where this ``counts``.
    """
    state = DeliveryState.FAILED if again is None else DeliveryState.WAITING
    then = None if again is None else now + again
    told = {"status": status, "answer": _cut(answer), "error": error, "next_attempt_at": then}
    if not _end(session, taken, state, **told) or not counts:
        return
    channel = session.get_one(Channel, taken.channel.id, populate_existing=True)
    channel.failing_since = channel.failing_since or now
    session.flush()
    if channel.kind != ChannelKind.MAIL and now - channel.failing_since >= STOPPED_AFTER:
        give_up(session, channel, FAILED_FOR_DAYS, now=now)


def let_go(session: Session, taken: Taken) -> None:
    """It was not sent after all, and whoever comes next may take it."""
    _move(session, taken, DeliveryState.WAITING, owner=None, lease_until=None)


def drop(session: Session, taken: Taken, why: str) -> None:
    """There is nothing to say any more, or nobody to say it to."""
    values = {"state": DeliveryState.DROPPED, "error": why, "next_attempt_at": None}
    _move(session, taken, DeliveryState.WAITING, owner=None, lease_until=None, **values)


def wait_for(attempts: int) -> timedelta | None:
    """How long after so many failed attempts a message to people is tried again; None: never."""
    return retry_after(attempts) if attempts < MOST_ATTEMPTS else None


def settle(session: Session, *, now: datetime) -> None:
    """What somebody was sending who died: unknown, but for webhooks, which are sent again."""
    left = (table.c.state == DeliveryState.SENDING, table.c.lease_until <= now)
    to_tools = sa.select(channels.c.id).where(channels.c.kind == ChannelKind.WEBHOOK)
    free: dict[str, Any] = {"owner": None, "lease_until": None}
    session.execute(
        sa.update(table)
        .where(*left, table.c.channel_id.in_(to_tools))
        .values(state=DeliveryState.WAITING, next_attempt_at=now, **free)
    )
    session.execute(
        sa.update(table)
        .where(*left)
        .values(state=DeliveryState.UNKNOWN, error=DIED, next_attempt_at=None, **free)
    )


DIED = "The process that was sending it ended: it may have left."


def _end(session: Session, taken: Taken, state: DeliveryState, **values: Any) -> bool:
    return _move(
        session,
        taken,
        DeliveryState.SENDING,
        state=state,
        owner=None,
        lease_until=None,
        **values,
    )


def _move(
    session: Session,
    taken: Taken,
    present: DeliveryState,
    *more: sa.ColumnElement[bool],
    **values: Any,
) -> bool:
    """One conditional change: only of what is still as it was taken, by whom it was."""
    as_taken = (table.c.id == taken.id, table.c.owner == taken.owner, table.c.state == present)
    done: sa.CursorResult[Any] = session.connection().execute(
        sa.update(table).where(*as_taken, *more).values(**values)
    )
    return done.rowcount == 1


def _well(session: Session, channel_id: int | None) -> None:
    session.execute(
        sa.update(channels)
        .where(channels.c.id == channel_id, channels.c.failing_since.is_not(None))
        .values(failing_since=None)
    )


def _cut(answer: str | None) -> str | None:
    return None if answer is None else answer[:ANSWER]


# Channels


def stop(session: Session, channel: Channel, why: str, *, now: datetime) -> None:
    """Nothing leaves to it any more, and nothing is gathered; what waits is dropped."""
    channel.stopped_at, channel.stopped_because = now, why
    session.add(channel)
    session.flush()
    hold(session, why, table.c.channel_id == channel.id)


def give_up(session: Session, channel: Channel, why: str, *, now: datetime) -> None:
    """As ``stop``, because nothing arrives there: that is history, from which whoever can start it
    again is told. Nothing happens where it is stopped already.
    """
    mine: sa.CursorResult[Any] = session.connection().execute(
        sa.update(channels)
        .where(channels.c.id == channel.id, channels.c.stopped_at.is_(None))
        .values(stopped_at=now, stopped_because=why)
    )
    if mine.rowcount != 1:
        return
    let_count(session)
    told: dict[str, Any] = {
        "subject": OUTPUT,
        "subject_id": channel.id,
        "field": channel.kind,
        "note": why,
    }
    session.add(Event(at=now, kind=STOPPED, **told))
    session.refresh(channel)
    hold(session, why, table.c.channel_id == channel.id)


def hold(session: Session, why: str, *which: sa.ColumnElement[bool], all_of: bool = False) -> None:
    """Nothing of these leaves any more. ``all_of``: nor what is being sent."""
    states = (DeliveryState.WAITING, DeliveryState.SENDING)[: 2 if all_of else 1]
    session.execute(
        sa.update(table)
        .where(table.c.state.in_(states), *which)
        .values(
            state=DeliveryState.DROPPED,
            error=why,
            owner=None,
            lease_until=None,
            next_attempt_at=None,
        )
    )


def newest(session: Session, channel_ids: Collection[int]) -> dict[int, Delivery]:
    """The last message to each of these channels that was tried."""
    last = (
        sa.select(table.c.id)
        .where(table.c.channel_id == channels.c.id, table.c.attempts > 0)
        .order_by(table.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    each = sa.select(last).where(channels.c.id.in_(list(channel_ids)))
    found = session.exec(select(Delivery).where(col(Delivery.id).in_(each)))
    return {delivery.channel_id: delivery for delivery in found}


def log(session: Session, channel_id: int, *, limit: int = 50) -> Sequence[Delivery]:
    """The newest messages to a channel, the newest first."""
    of_it = select(Delivery).where(Delivery.channel_id == channel_id)
    return session.exec(of_it.order_by(col(Delivery.id).desc()).limit(limit)).all()
