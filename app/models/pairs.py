"""Items that seem to be about one matter, and what people said of it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.db import CalendarDate, UtcDateTime

UNDECIDED: dict[str, Any] = dict.fromkeys(
    ("sqlite_where", "postgresql_where"), text("state = 'open'")
)


KNOWN: dict[str, Any] = dict.fromkeys(("sqlite_where", "postgresql_where"), text("source = ''"))


class PairState(StrEnum):
    """What a person said of two items that seem to be one."""

    OPEN = "open"
    SAME = "same"
    DIFFERENT = "different"


class Pair(SQLModel, table=True):
    """Two items that seem to be one thing. Only a person joins them; what was said is remembered.

    first_id    the smaller of the two ids
    because     why they seem to be one, as a sentence
    reason      why they were said to be one or two, in the words of who said it
    """

    __tablename__ = "pairs"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        Index("ix_pairs_open", "id", **UNDECIDED),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Integer)
    first_id: int = Field(foreign_key="items.id", ondelete="CASCADE")
    second_id: int = Field(foreign_key="items.id", ondelete="CASCADE", index=True)
    because: str = Field(sa_type=Text)
    state: str = Field(default=PairState.OPEN, sa_type=Text)
    decided_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Clue(SQLModel, table=True):
    """What another item about the same matter would share; see ``core.matters``.

    source      who told it, so that nothing is compared with its own sender's mail; empty for a
                deadline that was confirmed from a notice
    told_on     when, so that only what was told near it is looked up
    """

    __tablename__ = "clues"
    __table_args__ = (
        Index("ix_clues_clue_told_on_item_id", "clue", "told_on", "item_id"),
        Index("ix_clues_known", "clue", **KNOWN),
    )

    item_id: int = Field(primary_key=True, foreign_key="items.id", ondelete="CASCADE")
    clue: str = Field(primary_key=True, sa_type=Text)
    source: str = Field(sa_type=Text)
    told_on: date = Field(sa_type=CalendarDate)
