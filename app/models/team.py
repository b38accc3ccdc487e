"""How the team works: who gets what, what weighs how much, which views it keeps."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Integer, Text
from sqlmodel import Field, SQLModel

from app.db import UtcDateTime


class AssignmentRule(SQLModel, table=True):
    """Who owns a new item, by what it is. What a rule leaves empty it does not ask for.

    The rule that asks for most decides: a program before a vendor, a vendor before a category.
    """

    __tablename__ = "assignment_rules"

    id: int | None = Field(default=None, primary_key=True)
    vendor: str | None = Field(default=None, sa_type=Text)
    program: str | None = Field(default=None, sa_type=Text)
    category: str | None = Field(default=None, sa_type=Text)
    owner_id: int = Field(foreign_key="users.id", ondelete="CASCADE")
    backup_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    created_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    created_at: datetime = Field(sa_type=UtcDateTime)


class Weight(SQLModel, table=True):
    """How much a vendor or one of its programs matters to this partner, as a step from -2 to 2.

    program   "" for the vendor itself; a program without a row weighs as its vendor
    vendor    "" for programs of which no source names the vendor
    """

    __tablename__ = "weights"

    vendor: str = Field(primary_key=True, sa_type=Text)
    program: str = Field(default="", primary_key=True, sa_type=Text)
    step: int


class SavedView(SQLModel, table=True):
    """A view of the inbox that somebody keeps: a name and its address.

    query    what stands behind the "?" of the inbox's address
    shared   whether the whole team sees it

    Its number is never another's: tools and channels follow it, also when it is gone.
    """

    __tablename__ = "saved_views"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = Field(index=True, foreign_key="users.id", ondelete="CASCADE")
    name: str = Field(sa_type=Text)
    query: str = Field(sa_type=Text)
    shared: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)


class PinnedView(SQLModel, table=True):
    """A saved view that one person has beside the navigation, with its count."""

    __tablename__ = "pinned_views"

    user_id: int = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE")
    view_id: int = Field(primary_key=True, foreign_key="saved_views.id", ondelete="CASCADE")
    place: int = 0


class AttachmentKind(StrEnum):
    """What somebody put to an item."""

    LINK = "link"
    FILE = "file"


class Attachment(SQLModel, table=True):
    """A link or a file that somebody put to an item. What is taken away stays as a row.

    url       of a link
    sha256    of a file's content, in hex: where it lies on disk; ``size`` in bytes
    is_proof  whether it proves that the item is done
    """

    __tablename__ = "attachments"

    id: int | None = Field(default=None, primary_key=True, sa_type=Integer)
    item_id: int = Field(index=True, foreign_key="items.id", ondelete="CASCADE")
    kind: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    url: str | None = Field(default=None, sa_type=Text)
    sha256: str | None = Field(default=None, sa_type=Text, index=True)
    size: int | None = None
    media_type: str | None = Field(default=None, sa_type=Text)
    is_proof: bool = False
    added_by_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    added_at: datetime = Field(sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Mention(SQLModel, table=True):
    """A comment that names somebody; ``seen_at`` is when that person opened the item after it.

    ``event_id`` is the comment. Of a comment that was taken back there is none.
    """

    __tablename__ = "mentions"
    __table_args__ = (Index("ix_mentions_user_id_seen_at", "user_id", "seen_at"),)

    event_id: int = Field(primary_key=True, foreign_key="events.id", ondelete="CASCADE")
    user_id: int = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE")
    item_id: int = Field(index=True, foreign_key="items.id", ondelete="CASCADE")
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
