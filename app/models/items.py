"""Items: what the inbox shows. What a sync writes and what people do stand apart (P6)."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.core.columns import NO_DUE_DAY
from app.core.news import KINDS
from app.db import CalendarDate, Exact, UtcDateTime
from app.models.base import Json, SourceRow

OPEN: dict[str, Any] = {
    # Word for word what SQLAlchemy asks: SQLite does not see that ``is_open`` says the same.
    "sqlite_where": text("is_open = 1"),
    "postgresql_where": text("is_open"),
}
WIDE = (
    *("vendor", "sort_on", "id", "program", "kind", "category", "connection_id", "currency"),
    *("amount", "due_on", "due_at", "changed_at", "first_seen_at", "is_open"),
)
"""What lists of open items are narrowed, sorted, grouped and counted by, so that a list in any
order and the money of any group are read from this index alone, a tenth of the table."""
SUMMED = ("sort_on", "id", "due_on", "due_at", "category", "currency", "amount", "is_open")
"""What is due is counted and its money summed from this index alone, without a look at the rows."""
REMOVED: dict[str, Any] = dict.fromkeys(
    ("sqlite_where", "postgresql_where"), text("removed_at IS NOT NULL")
)
TRACKED: dict[str, Any] = dict.fromkeys(
    ("sqlite_where", "postgresql_where"), text("kind <> 'deadline'")
)
"""Most items are deadlines: what has a page of its own is a short index beside them."""
WITH_ANOTHER: dict[str, Any] = dict.fromkeys(
    ("sqlite_where", "postgresql_where"), text("joined_to_id IS NOT NULL")
)
STARRED: dict[str, Any] = dict.fromkeys(
    ("sqlite_where", "postgresql_where"), text("starred_at IS NOT NULL")
)
IN_AN_ACT: dict[str, Any] = dict.fromkeys(
    ("sqlite_where", "postgresql_where"), text("act_id IS NOT NULL")
)
CLOSED: dict[str, Any] = {"sqlite_where": text("closed = 1"), "postgresql_where": text("closed")}
TIMED: dict[str, Any] = dict.fromkeys(
    ("sqlite_where", "postgresql_where"), text("due_at IS NOT NULL")
)

BY_SOURCES = f"kind IN ({', '.join(f'{chr(39)}{kind}{chr(39)}' for kind in KINDS)})"
"""What a source changed; word for word as it is asked, or SQLite does not take the index."""
CHANGED: dict[str, Any] = dict.fromkeys(("sqlite_where", "postgresql_where"), text(BY_SOURCES))


class TeamState(StrEnum):
    """What the team decided about an item. No row means ``open``.

    ``waiting`` is open, too: it is the vendor's turn, and the date goes on.
    """

    OPEN = "open"
    WAITING = "waiting"
    DONE = "done"
    SNOOZED = "snoozed"
    NOT_APPLICABLE = "not applicable"
    JOINED = "joined"


class Item(SourceRow, table=True):
    """A deadline, a goal, a reporting requirement or a notice, as the source has it.

    due_on       the calendar date it is due; of an instant, its date in the company's zone
    due_at       the instant, when the source gave one; then it decides, not ``due_on``
    due_zone, due_raw  the source's own zone and text
    amount       the money at stake, with ISO 4217 ``currency`` (None: source names none)
    folded       the searched words that are not ASCII, without accents, where Postgres searches
    material_at  when its source last changed something that matters: who read it before has not
    sort_on      ``due_on``, a goal's end, or NO_DUE_DAY
    is_open      derived: live at the source, not closed there, and open for the team;
                 written by syncs and by people's acts alike, because an index stands on it
    """

    __tablename__ = "items"
    __table_args__ = (
        UniqueConstraint("connection_id", "stream", "external_id"),
        Index("ix_items_open_sort_on_id", *SUMMED, **OPEN),
        Index("ix_items_open_vendor_and_all", *WIDE, **OPEN),
        Index("ix_items_removed_sort_on_id", "sort_on", "id", **REMOVED),
        Index("ix_items_tracked_kind_sort_on_id", "kind", "sort_on", "id", **TRACKED),
        Index("ix_items_due_at", "due_at", **TIMED),
        Index("ix_items_closed_sort_on_id", "sort_on", "id", **CLOSED),
    )

    kind: str = Field(sa_type=Text)
    category: str | None = Field(default=None, sa_type=Text)
    account: str | None = Field(default=None, sa_type=Text)
    reference: str | None = Field(default=None, sa_type=Text)
    summary: str | None = Field(default=None, sa_type=Text)
    folded: str | None = Field(default=None, sa_type=Text)
    body: str | None = Field(default=None, sa_type=Text)
    closed: bool = False
    derived_from: str | None = Field(default=None, sa_type=Text)
    due_on: date | None = Field(default=None, sa_type=CalendarDate)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due_zone: str | None = Field(default=None, sa_type=Text)
    due_raw: str | None = Field(default=None, sa_type=Text)
    amount: Decimal | None = Field(default=None, sa_type=Exact)
    currency: str | None = Field(default=None, sa_type=Text)
    amount_label: str | None = Field(default=None, sa_type=Text)
    target: Decimal | None = Field(default=None, sa_type=Exact)
    actual: Decimal | None = Field(default=None, sa_type=Exact)
    unit: str | None = Field(default=None, sa_type=Text)
    period_start: date | None = Field(default=None, sa_type=CalendarDate)
    period_end: date | None = Field(default=None, sa_type=CalendarDate)
    recipient: str | None = Field(default=None, sa_type=Text)
    period: str | None = Field(default=None, sa_type=Text)
    cadence: str | None = Field(default=None, sa_type=Text)
    published_on: date | None = Field(default=None, sa_type=CalendarDate)
    material_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sort_on: date = Field(default=NO_DUE_DAY, sa_type=CalendarDate)
    is_open: bool = True


class Event(SQLModel, table=True):
    """One line of history. Append-only.

    subject     "item", "program", "fund", "certification", "contact", "source" or "output" (a
                channel); ``subject_id`` its id; "weights" (0) for those of all vendors and programs
    kind        by a sync: new, changed, due moved, closed, reopened at source, eligibility flipped,
                gone, returned · by people: done, snoozed, waiting, not applicable, assigned, noted,
                undone, confirmed, dismissed, joined, told apart · reopened by either · woken when
                its snooze ended · source changed: the text that a deadline was confirmed from no
                longer says it · of a source: failing, needs sign-in, broken, well again · of an
                output: stopped, by us (``note`` says why), started, by people
    actor_id    the user; None for a sync
    field, old, new   what changed, as text for people
    before      the team state before a person's act, so that it can be undone, and its version
                after it
    act_id      the act that wrote it, with all its other lines; None for a sync
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_subject_subject_id_id", "subject", "subject_id", "id"),
        Index("ix_events_act_id", "act_id", **IN_AN_ACT),
        Index("ix_events_changes", "kind", "id", "subject", "subject_id", **CHANGED),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Integer)
    subject: str = Field(sa_type=Text)
    subject_id: int
    at: datetime = Field(sa_type=UtcDateTime)
    kind: str = Field(sa_type=Text)
    run_id: int | None = None
    actor_id: int | None = None
    field: str | None = Field(default=None, sa_type=Text)
    old: str | None = Field(default=None, sa_type=Text)
    new: str | None = Field(default=None, sa_type=Text)
    note: str | None = Field(default=None, sa_type=Text)
    before: dict[str, Any] | None = Field(default=None, sa_type=Json)
    act_id: int | None = None


class RecordedAct(SQLModel, table=True):
    """One thing that a person did, to one item or to thousands: what "undo" takes back as one.

    said        what it did, as the person was told
    items       to how many items
    before      of personal marks, which have no history: each item's id and its mark until then
    undone_at   when it was taken back; then it cannot be again
    """

    __tablename__ = "acts"
    __table_args__ = (Index("ix_acts_actor_id_id", "actor_id", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Integer)
    actor_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    at: datetime = Field(sa_type=UtcDateTime)
    kind: str = Field(sa_type=Text)
    said: str = Field(sa_type=Text)
    items: int = 1
    before: list[Any] | None = Field(default=None, sa_type=Json)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ItemState(SQLModel, table=True):
    """What the team did with an item: state, owner, snooze. A sync never writes it,
    except that a material change reopens a settled or snoozed item (and says why, in events), and
    that a rule of assignment gives a new item its owner.

    until_change   snoozed until its source changes it, whenever that is
    waiting_since  since when it is the vendor's turn
    backup_id      who stands in for the owner
    reason         why it is not applicable

    ``version`` counts up with every act, for undo and for conflicts. ``joined_to_id`` is the item
    that stands for a joined one, which a person said to be the same thing: what is done with that
    one is done with this.
    """

    __tablename__ = "item_states"
    __table_args__ = (Index("ix_item_states_joined_to_id", "joined_to_id", **WITH_ANOTHER),)

    item_id: int = Field(primary_key=True, foreign_key="items.id", ondelete="CASCADE")
    state: str = Field(default=TeamState.OPEN, sa_type=Text, index=True)
    snoozed_until: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    until_change: bool = False
    waiting_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str | None = Field(default=None, sa_type=Text)
    owner_id: int | None = Field(
        default=None, index=True, foreign_key="users.id", ondelete="SET NULL"
    )
    backup_id: int | None = Field(
        default=None, index=True, foreign_key="users.id", ondelete="SET NULL"
    )
    joined_to_id: int | None = Field(default=None, foreign_key="items.id", ondelete="SET NULL")
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reopened_because: str | None = Field(default=None, sa_type=Text)
    version: int = 1
    changed_at: datetime = Field(sa_type=UtcDateTime, index=True)


class PersonalState(SQLModel, table=True):
    """What one person did with an item: read it as it was then, starred it. Others never see it."""

    __tablename__ = "personal_states"
    __table_args__ = (Index("ix_personal_states_starred", "user_id", "item_id", **STARRED),)

    user_id: int = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE")
    item_id: int = Field(primary_key=True, foreign_key="items.id", ondelete="CASCADE")
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    starred_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
