"""The ledger of webhooks: whose turn it is, what is sent, and what came of it.

A call is claimed, made between two transactions and settled. Whoever dies in between leaves a
lease that ends: then it is made again, with the same id, by which the receiver knows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import sqlalchemy as sa
from sqlmodel import Session

from app.core.notices import rfc3339
from app.core.webhooks import message_id, wait
from app.errors import Conflict, NotFound
from app.models import Channel, ChannelKind, DeliveryState
from app.notify.webhook import Call, How, Outcome
from app.secrets import Vault
from app.services import deliveries, webhooks
from app.services.deliveries import Taken, channels, table

LEASE = timedelta(minutes=2)
"""Longer than any call takes."""
MOST_BYTES = 20_000
LONGEST = (5_000, 1_000, 200)
"""Characters of a value where a message would be longer, one after the other."""
PING = "test.ping"
LOST = (DeliveryState.FAILED, DeliveryState.DROPPED)
REPEATABLE = (DeliveryState.WAITING, DeliveryState.SENT, *LOST)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One call that this worker makes."""

    taken: Taken
    call: Call

    @property
    def is_test(self) -> bool:
        """Whether it only shows whether the tool can be called; then it is made once."""
        return self.taken.body.get("type") == PING


# Whose turn it is


def turns(session: Session, *, now: datetime) -> list[tuple[int, bool]]:
    """Webhooks for which something waits, and whether each is well: those first, and of them
    whichever has waited longest.
    """
    failing = channels.c.failing_since.is_not(None)
    statement = (
        sa.select(channels.c.id, failing)
        .join(table, table.c.channel_id == channels.c.id)
        .where(channels.c.kind == ChannelKind.WEBHOOK, channels.c.stopped_at.is_(None), _ready(now))
        .group_by(channels.c.id, failing)
        .order_by(failing, sa.func.min(table.c.next_attempt_at))
    )
    return [(id_, not is_failing) for id_, is_failing in session.execute(statement)]


def next_of(session: Session, channel_id: int, *, now: datetime) -> int | None:
    """Of one webhook the call that has waited longest."""
    statement = (
        sa.select(table.c.id)
        .where(table.c.channel_id == channel_id, _ready(now))
        .order_by(table.c.next_attempt_at, table.c.id)
    )
    return session.execute(statement.limit(1)).scalar_one_or_none()


def claim(
    session: Session, delivery_id: int, *, vault: Vault, owner: str, now: datetime
) -> Claim | None:
    """Take the call for this worker; None when it is not to be made, or somebody has it.

    Raises ``Locked`` where its address cannot be read; then the transaction must not stand.
    """
    mine: sa.CursorResult[Any] = session.connection().execute(
        sa.update(table)
        .where(table.c.id == delivery_id, _ready(now))
        .values(
            state=DeliveryState.SENDING,
            owner=owner,
            lease_until=now + LEASE,
            attempts=table.c.attempts + 1,
        )
    )
    if mine.rowcount != 1:
        return None
    taken = deliveries.taken(session, delivery_id, owner)
    target = webhooks.target(taken.channel, vault, now=now)
    name = message_id(taken.channel.id or 0, taken.key, taken.created_at)
    call = Call(url=target.url, secrets=target.secrets, message_id=name, body=wire(taken.body))
    return Claim(taken=taken, call=call)


def _ready(now: datetime) -> sa.ColumnElement[bool]:
    """What waits and is due, and what somebody was sending who is no more."""
    waits = sa.and_(table.c.state == DeliveryState.WAITING, table.c.next_attempt_at <= now)
    left = sa.and_(table.c.state == DeliveryState.SENDING, table.c.lease_until <= now)
    # Said twice, so that SQLite takes the index over both instead of all that was ever sent.
    both = table.c.state.in_((DeliveryState.WAITING, DeliveryState.SENDING))
    return sa.and_(both, sa.or_(waits, left))


def wire(body: Mapping[str, Any]) -> bytes:
    """The bytes that are signed and sent: the same whenever they are asked for, and never many."""
    sent = _bytes(body, body["data"])
    for longest in LONGEST:
        if len(sent) < MOST_BYTES:
            break
        sent = _bytes(body, {name: _cut(value, longest) for name, value in body["data"].items()})
    return sent


def _bytes(body: Mapping[str, Any], data: Mapping[str, Any]) -> bytes:
    inner = orjson.Fragment(orjson.dumps(data, option=orjson.OPT_SORT_KEYS))
    return orjson.dumps({"type": body["type"], "timestamp": body["timestamp"], "data": inner})


def _cut(value: Any, longest: int) -> Any:
    is_long = isinstance(value, str) and len(value) > longest
    return f"{value[: longest - 1]}…" if is_long else value


# What came of it


def settle(session: Session, claim: Claim, outcome: Outcome, *, now: datetime) -> None:
    """Write down what a call came to, unless somebody else has taken it over since."""
    taken = claim.taken
    status, answer = outcome.status, outcome.answer or None
    if outcome.how is How.SENT:
        deliveries.sent(session, taken, now=now, status=status, answer=answer)
        return
    channel = session.get(Channel, taken.channel.id)
    if channel is None:
        return  # it was removed meanwhile, and its log with it
    again = wait(taken.attempts, taken.id, asked=outcome.asked)
    if claim.is_test or outcome.how is How.GONE or channel.stopped_at is not None:
        again = None
    deliveries.failed(
        session,
        taken,
        outcome.error,
        now=now,
        again=again,
        counts=not claim.is_test,
        status=status,
        answer=answer,
    )
    if outcome.how is How.GONE:
        deliveries.give_up(session, channel, outcome.error, now=now)


# By hand


def ping(session: Session, channel_id: int, *, now: datetime) -> int:
    """A call that only says that it can be made; to be claimed at once."""
    channel = webhooks.get(session, channel_id)
    data = {"message": "Partner Inbox can call this address.", "webhook": channel.name}
    key = f"{PING}:{uuid4().hex}"
    body = {"type": PING, "timestamp": rfc3339(now), "data": data}
    deliveries.put(session, channel_id, {key: body}, now=now)
    found = sa.select(table.c.id).where(table.c.channel_id == channel_id, table.c.key == key)
    return int(session.execute(found).scalar_one())


def again(session: Session, channel_id: int, delivery_id: int, *, now: datetime) -> None:
    """Let one call be made once more, under its id. Raises ``NotFound``."""
    changed = _wait_anew(session, channel_id, table.c.id == delivery_id, now=now)
    if not changed:
        raise NotFound("This is not in the log any more, or is being sent just now.")


def all_again(session: Session, channel_id: int, *, since: datetime, now: datetime) -> int:
    """The same for all that failed since then: how many. Raises ``Conflict`` while stopped."""
    if webhooks.get(session, channel_id).stopped_at is not None:
        raise Conflict("The webhook is stopped.", remedy="Start it, then send them again.")
    return _wait_anew(session, channel_id, _lost(since), now=now)


def lost(session: Session, channel_id: int, *, since: datetime) -> int:
    """How many that would be."""
    statement = sa.select(sa.func.count()).select_from(table)
    found = session.execute(statement.where(table.c.channel_id == channel_id, _lost(since)))
    return int(found.scalar_one())


def _lost(since: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        table.c.state.in_(LOST),
        table.c.created_at >= since,
        table.c.key.not_like(f"{PING}:%"),
    )


def _wait_anew(
    session: Session, channel_id: int, which: sa.ColumnElement[bool], *, now: datetime
) -> int:
    """With all attempts before them; what waits for its next attempt need not wait for it."""
    changed: sa.CursorResult[Any] = session.connection().execute(
        sa.update(table)
        .where(
            table.c.channel_id == channel_id,
            which,
            table.c.state.in_(REPEATABLE),
        )
        .values(state=DeliveryState.WAITING, attempts=0, next_attempt_at=now, error=None)
    )
    return changed.rowcount
