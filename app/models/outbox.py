"""The digest's ledger, and what this database remembers of itself."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db import CalendarDate, UtcDateTime
from app.models.base import Json


class DigestState(StrEnum):
    """claimed → sending → sent | failed | unknown | skipped (nothing to say).

    ``unknown``: the process died while the mail server had it; never sent again by itself.
    """

    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class DigestEntry(SQLModel, table=True):
    """One person's digest of one local day; the unique key makes two impossible (P4).

    ``state`` is a ``DigestState``; ``said`` are the figures that it told, for the next one.
    """

    __tablename__ = "digest_ledger"
    __table_args__ = (UniqueConstraint("user_id", "local_date", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", ondelete="CASCADE")
    local_date: date = Field(sa_type=CalendarDate)
    kind: str = Field(default="daily", sa_type=Text)
    state: str = Field(sa_type=Text)
    message_id: str = Field(default="", sa_type=Text)
    said: dict[str, Any] = Field(default={}, sa_type=Json)
    subject: str = Field(default="", sa_type=Text)
    attempts: int = 0
    owner: str | None = Field(default=None, sa_type=Text)
    claimed_at: datetime = Field(sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_attempt_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str | None = Field(default=None, sa_type=Text)


class Revision(SQLModel, table=True):
    """One row that counts write transactions: the ETag of everything.

    number  all of them
    told    those that wrote more than what people do with items: syncs, settings, members
    opened  those and the ones in which people opened or closed items
    """

    __tablename__ = "revision"

    id: int = Field(default=1, primary_key=True)
    number: int = 0
    told: int = 0
    opened: int = 0


class Flip(SQLModel, table=True):
    """An item that people opened or closed, in the write that made ``opened`` this number.

    Written under the lock of the one row of ``revision``: whoever sees a number sees all that
    came before it. Kept for a while, so that a sum need not be made anew after each act.
    """

    __tablename__ = "flips"

    id: int | None = Field(default=None, primary_key=True)
    opened: int = Field(index=True)
    item_id: int
    is_open: bool


class AppSetting(SQLModel, table=True):
    """What this database has to remember of itself: name and JSON value."""

    __tablename__ = "settings"

    name: str = Field(primary_key=True, sa_type=Text)
    value: Any = Field(default=None, sa_type=Json)
