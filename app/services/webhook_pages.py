"""What the pages of webhooks show: each with its last result, and the log of one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson
import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.core.retention import DELIVERIES
from app.core.webhooks import message_id
from app.models import Channel, Delivery, DeliveryState
from app.secrets import Vault
from app.services import calling, channel_health, channel_views, deliveries, webhooks
from app.services.channel_views import Tells
from app.services.deliveries import table
from app.services.pages.outputs import Going

LINES = 25
"""Calls that one page of a log shows."""


class Shows(StrEnum):
    """Which calls a log shows."""

    ALL = ""
    WAITING = "waiting"
    FAILED = "failed"


STATES = {
    Shows.WAITING: (DeliveryState.WAITING, DeliveryState.SENDING),
    Shows.FAILED: calling.LOST,
}


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One call. ``status``, ``answer`` and ``error`` are those of its last attempt."""

    id: int
    kind: str
    message_id: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    attempts: int
    next_attempt_at: datetime | None
    status: int | None
    answer: str
    error: str
    body: str
    can_repeat: bool

    @property
    def in_vain(self) -> bool:
        """Whether it was not taken, so far or for good."""
        return self.state in calling.LOST or (
            self.state == DeliveryState.WAITING and self.attempts > 0
        )

    @property
    def said(self) -> str:
        """How it is, in words."""
        again = self.in_vain and self.state == DeliveryState.WAITING
        words = NOT_YET if again else SAID[self.state]
        return f"{words}, answered {self.status}" if self.status else words

    @property
    def at(self) -> datetime:
        """When it was taken, or else when it happened."""
        return self.sent_at or self.created_at


SAID: Mapping[str, str] = {
    DeliveryState.WAITING: "waits",
    DeliveryState.SENDING: "is being sent",
    DeliveryState.SENT: "taken",
    DeliveryState.FAILED: "failed",
    DeliveryState.UNKNOWN: "may have arrived",
    DeliveryState.DROPPED: "dropped",
}
NOT_YET = "not taken yet"


@dataclass(frozen=True, kw_only=True)
class HookLine:
    """One webhook. ``waiting`` calls are to be made; ``last`` is the newest that was tried;
    ``query`` what its form has of ``channel_views``, ``lost`` why it tells of no item.
    """

    id: int
    name: str
    host: str
    going: Going
    failing_since: datetime | None
    stopped_at: datetime | None
    wrong: str
    query: str
    lost: str
    waiting: int
    last: LogLine | None

    @property
    def gives_up_at(self) -> datetime | None:
        """When it is stopped if nothing is taken until then."""
        return self.failing_since + deliveries.STOPPED_AFTER if self.failing_since else None


@dataclass(frozen=True, kw_only=True)
class HookPage:
    """One webhook with its log. ``older``: the calls before this one are on the next page."""

    line: HookLine
    wants: Sequence[str]
    signs_along_until: datetime | None
    log: Sequence[LogLine]
    older: int | None
    shows: Shows
    lost: int


def lines(session: Session, vault: Vault) -> list[HookLine]:
    """All webhooks by name."""
    return _lines(session, vault, webhooks.every(session))


def page(
    session: Session,
    vault: Vault,
    channel_id: int,
    *,
    now: datetime,
    before: int = 0,
    shows: Shows = Shows.ALL,
) -> HookPage:
    """One webhook and a page of its log, the newest first. Raises ``NotFound``."""
    channel = webhooks.get(session, channel_id)
    log, older = _log(session, channel_id, before, shows)
    (line,) = _lines(session, vault, [channel])
    until = channel.old_until if channel.old_until and channel.old_until > now else None
    return HookPage(
        line=line,
        wants=tuple(map(str, channel.wants)),
        signs_along_until=until,
        log=log,
        older=older,
        shows=shows,
        lost=calling.lost(session, channel_id, since=now - DELIVERIES),
    )


def _lines(session: Session, vault: Vault, hooks: Sequence[Channel]) -> list[HookLine]:
    ids = [one.id for one in hooks if one.id is not None]
    newest, tells = deliveries.newest(session, ids), channel_views.of(session, ids)
    waiting = _waiting(session, ids)
    return [
        _line(one, vault, newest.get(one.id or 0), waiting.get(one.id or 0, 0), tells[one.id or 0])
        for one in hooks
    ]


def _line(
    channel: Channel, vault: Vault, newest: Delivery | None, waiting: int, tells: Tells
) -> HookLine:
    assert channel.id is not None
    last = _log_line(newest) if newest else None
    return HookLine(
        id=channel.id,
        name=channel.name,
        host=webhooks.host(channel, vault) or "its address cannot be read",
        going=channel_health.going(channel, tells.lost),
        failing_since=channel.failing_since,
        stopped_at=channel.stopped_at,
        wrong=channel_health.wrong(channel, last.error if last else "", tells.lost),
        query=tells.value,
        lost=tells.lost,
        waiting=waiting,
        last=last,
    )


def _waiting(session: Session, ids: Collection[int]) -> dict[int, int]:
    statement = (
        sa.select(table.c.channel_id, sa.func.count())
        .where(table.c.channel_id.in_(list(ids)), table.c.state == DeliveryState.WAITING)
        .group_by(table.c.channel_id)
    )
    return {int(channel_id): int(count) for channel_id, count in session.execute(statement)}


def _log(
    session: Session, channel_id: int, before: int, shows: Shows
) -> tuple[list[LogLine], int | None]:
    statement = select(Delivery).where(Delivery.channel_id == channel_id)
    if before:
        statement = statement.where(col(Delivery.id) < before)
    if shows in STATES:
        statement = statement.where(col(Delivery.state).in_(STATES[shows]))
    found = session.exec(statement.order_by(col(Delivery.id).desc()).limit(LINES + 1)).all()
    shown = [_log_line(one) for one in found[:LINES]]
    return shown, shown[-1].id if len(found) > LINES else None


def _log_line(one: Delivery) -> LogLine:
    assert one.id is not None
    return LogLine(
        id=one.id,
        kind=str(one.body.get("type", "")),
        message_id=message_id(one.channel_id, one.key, one.created_at),
        state=one.state,
        created_at=one.created_at,
        sent_at=one.sent_at,
        attempts=one.attempts,
        next_attempt_at=one.next_attempt_at,
        status=one.status,
        answer=one.answer or "",
        error=one.error or "",
        body=_pretty(one.body),
        can_repeat=one.state != DeliveryState.SENDING,
    )


def _pretty(body: dict[str, Any]) -> str:
    """What is sent, a line for each of its parts."""
    sent = orjson.loads(calling.wire(body))
    return orjson.dumps(sent, option=orjson.OPT_INDENT_2).decode()
