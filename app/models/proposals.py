"""What the text of a notice may mean, until a person says what it is."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Index, Integer, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db import CalendarDate, Exact, UtcDateTime
from app.models.pairs import UNDECIDED


class ProposalState(StrEnum):
    """What became of a proposal; withdrawn: the notice's text no longer says it."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


class Proposal(SQLModel, table=True):
    """A date found in the text of a notice, which may be a deadline. Only a person makes it one.

    item_id       the notice; ``fingerprint`` tells its proposals apart, whatever became of them
    sentence      the sentence quoted, ``raw`` the date in it as written
    due_on, or_on the date; with ``or_on`` it can be read both ways and a person chooses
    deadline_id   the item that it became, or whose date it became
    about_id      the known deadline of which it may be a new value, and ``because`` why
    lost_at       when the text no longer said it, of one that was confirmed
    """

    __tablename__ = "proposals"
    __table_args__ = (
        UniqueConstraint("item_id", "fingerprint"),
        Index("ix_proposals_open_due_on_id", "due_on", "id", **UNDECIDED),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Integer)
    item_id: int = Field(foreign_key="items.id", ondelete="CASCADE")
    fingerprint: str = Field(sa_type=Text)
    sentence: str = Field(sa_type=Text)
    raw: str = Field(sa_type=Text)
    due_on: date = Field(sa_type=CalendarDate)
    or_on: date | None = Field(default=None, sa_type=CalendarDate)
    amount: Decimal | None = Field(default=None, sa_type=Exact)
    currency: str | None = Field(default=None, sa_type=Text)
    note: str = Field(default="", sa_type=Text)
    state: str = Field(default=ProposalState.OPEN, sa_type=Text)
    deadline_id: int | None = Field(
        default=None, index=True, foreign_key="items.id", ondelete="SET NULL"
    )
    about_id: int | None = Field(
        default=None, index=True, foreign_key="items.id", ondelete="SET NULL"
    )
    because: str = Field(default="", sa_type=Text)
    lost_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
