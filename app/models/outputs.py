"""What leaves besides the digest: who is told of events where, what was sent, who reads."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.db import UtcDateTime
from app.models.base import Json


class ChannelKind(StrEnum):
    """By which way a channel tells."""

    MAIL = "mail"
    CHAT = "chat"
    WEBHOOK = "webhook"


OF_MAIL: dict[str, Any] = dict.fromkeys(("sqlite_where", "postgresql_where"), text("kind = 'mail'"))
"""A person has one mailbox."""


class Channel(SQLModel, table=True):
    """Where somebody or something is told of events: a person's mail, a chat, a tool's address.

    kind        a ``ChannelKind``
    user_id     whose it is: it tells what that person may see and goes with them; None: the team's
    query       only items of this view: what stands behind the "?" of the inbox's address
    view_id, view_name   or of this saved view, as it is when something is told; its name as it
                was chosen, for when it is gone
    wants       kinds of events (``core.notices``); empty: all that this kind of channel tells
    address     sealed: the chat's or the tool's address; of mail the person's own decides
    secret      sealed: what webhooks are signed with, and the one before it until ``old_until``
    failing_since, stopped_at, stopped_because   a channel that fails for days is stopped
    """

    __tablename__ = "channels"
    __table_args__ = (
        Index("ix_channels_user_id_kind", "user_id", "kind"),
        Index("uq_channels_mail", "user_id", unique=True, **OF_MAIL),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    user_id: int | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE")
    query: str = Field(default="", sa_type=Text)
    view_id: int | None = None
    view_name: str | None = Field(default=None, sa_type=Text)
    wants: list[Any] = Field(default=[], sa_type=Json)
    address: str = Field(default="", sa_type=Text, repr=False)
    secret: str = Field(default="", sa_type=Text, repr=False)
    old_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    created_at: datetime = Field(sa_type=UtcDateTime)
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    stopped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    stopped_because: str | None = Field(default=None, sa_type=Text)


class DeliveryState(StrEnum):
    """waiting → sending → sent | waiting again | failed | unknown | dropped.

    ``unknown``: it may have arrived, and is not sent again by itself. A webhook is never unknown:
    its id lets the receiver see that it has it. ``dropped``: its channel was stopped, or a backup
    was put back after it may have left.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"


class Delivery(SQLModel, table=True):
    """One message to one channel: the ledger that lets it leave once.

    key         unique for the channel: the same fact is told once
    body        what is told, as data; of mail and chat the events that were gathered so far
    state       a ``DeliveryState``
    status      the HTTP status of the last answer, ``answer`` its beginning
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("channel_id", "key"),
        Index("ix_deliveries_state_next_attempt_at", "state", "next_attempt_at"),
        Index("ix_deliveries_channel_id_id", "channel_id", "id"),
        Index("ix_deliveries_channel_id_state", "channel_id", "state", "next_attempt_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    channel_id: int = Field(foreign_key="channels.id", ondelete="CASCADE")
    key: str = Field(sa_type=Text)
    body: dict[str, Any] = Field(default={}, sa_type=Json)
    state: str = Field(default=DeliveryState.WAITING, sa_type=Text)
    attempts: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    next_attempt_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    owner: str | None = Field(default=None, sa_type=Text)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    status: int | None = None
    answer: str | None = Field(default=None, sa_type=Text)
    error: str | None = Field(default=None, sa_type=Text)


class CalendarFeed(SQLModel, table=True):
    """An address that a calendar program reads. Who knows it reads it; only its hash is stored.

    query       the view it shows; ``user_id`` whose it is, and with whom it ends
    component   "vevent" or "vtodo"; ``busy`` hides what it is about; ``alarms`` in days before
    agent, host what read it last, and from where
    """

    __tablename__ = "calendar_feeds"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(index=True, foreign_key="users.id", ondelete="CASCADE")
    name: str = Field(sa_type=Text)
    query: str = Field(default="", sa_type=Text)
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    hint: str = Field(sa_type=Text)
    component: str = Field(default="vevent", sa_type=Text)
    busy: bool = False
    alarms: list[Any] = Field(default=[], sa_type=Json)
    created_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    agent: str = Field(default="", sa_type=Text)
    host: str = Field(default="", sa_type=Text)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class KeptAnswer(SQLModel, table=True):
    """What a request with an ``Idempotency-Key`` was answered, for whoever sends it again.

    fingerprint   of method, address and body: the same key with another request is refused
    """

    __tablename__ = "kept_answers"

    token_id: int = Field(primary_key=True, foreign_key="api_tokens.id", ondelete="CASCADE")
    key: str = Field(primary_key=True, sa_type=Text)
    fingerprint: bytes = Field(sa_type=LargeBinary)
    status: int
    headers: dict[str, Any] = Field(default={}, sa_type=Json)
    body: str = Field(default="", sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)


class WriteMark(SQLModel, table=True):
    """A write that added to the history: by these who reads along finds what it has not seen.

    Written under the lock of the one row of ``revision``: whoever sees a number sees all that came
    before it. Ids of the history are given out before that, and do not become visible in order.

    number        the revision that it made
    after_event   all lines of history that it added have a greater id
    """

    __tablename__ = "write_marks"

    number: int = Field(primary_key=True)
    after_event: int
