"""What several pages show: a source, a person, a line of a list, an act to be told."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import msgspec

from app.core.tiles import Tile
from connectors.sdk.records import Due, Money

Stake = tuple[Money, ...]


class Health(StrEnum):
    """How far a source can be trusted now; the value is the word people read."""

    FRESH = "fresh"
    WAITING = "first sync pending"
    PAUSED = "paused"
    STALE = "stale"
    FAILING = "failing"
    NEEDS_SIGN_IN = "needs sign-in"
    BROKEN = "broken"
    SAMPLE = "sample"

    @property
    def trusted(self) -> bool:
        """Whether "all clear" may be said while a source is in this state. A sample is no
        platform's news: nothing of it grows old, and the page says on top what it is.
        """
        return self in (Health.FRESH, Health.SAMPLE)


class State(StrEnum):
    """The team's state of an item, or the source's where that settles it, as people read it."""

    OPEN = "open"
    WAITING = "waiting on vendor"
    SNOOZED = "snoozed"
    DONE = "done"
    NOT_APPLICABLE = "not applicable"
    CLOSED = "closed at source"
    JOINED = "joined with another"
    REMOVED = "removed at source"

    @property
    def asks(self) -> bool:
        """Whether it asks for something: when it is the vendor's turn its date goes on."""
        return self in (State.OPEN, State.WAITING)

    @property
    def unsettled(self) -> bool:
        """Whether it asks for something, or will when its snooze ends."""
        return self.asks or self is State.SNOOZED

    @property
    def settled(self) -> bool:
        """Whether the team is through with it, and can take it up again."""
        return self in (State.DONE, State.NOT_APPLICABLE)


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceLine:
    """One connection: ``read_at`` is its last good read, ``since`` when the trouble began.

    ``copied_at`` is when the file was uploaded that was read, where it is one; ``renew_by`` when
    that counts as stale. ``as_of`` is how old what it tells is, and ``how`` the word for it.
    """

    id: int
    name: str
    health: Health
    read_at: datetime | None = None
    since: datetime | None = None
    problem: str | None = None
    copied_at: datetime | None = None
    renew_by: datetime | None = None

    @property
    def as_of(self) -> datetime | None:
        """How old what it tells is: a copy is as old as it is, however often it is read."""
        return self.copied_at or self.read_at

    @property
    def how(self) -> str:
        """What happened at ``as_of``."""
        return "uploaded" if self.copied_at else "read"


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who can own an item."""

    id: int
    name: str

    @property
    def initials(self) -> str:
        """Two letters for the round badge: "Rin Sato" is RS, "admin" is AD."""
        words = self.name.split() or ["?"]
        both = words[0][:2] if len(words) == 1 else words[0][0] + words[-1][0]
        return both.upper()


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the inbox: one decision.

    ``line`` are the small words under the title; ``due_was`` the date before the source
    last moved it; ``ends`` the end of the period of a goal, which has no due date. ``read`` and
    ``starred`` are personal, ``state`` the team's. ``backup`` stands in for the owner.
    ``also``: sources of what it stands for.
    ``clash`` says that a source of one that was said to be the same gives another value.
    ``new``: first seen lately, and nobody did anything with it. ``until_change``: snoozed
    until its source changes it; ``reason``: why it is not applicable. ``version`` counts what
    was done with it: an act on a line that shows an older one is a conflict.
    """

    id: int
    title: str
    tile: Tile
    kind: str
    line: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    clash: str = ""
    due: Due | None = None
    due_was: Due | None = None
    ends: date | None = None
    amount: Money | None = None
    amount_label: str | None = None
    owner: Person | None = None
    backup: Person | None = None
    state: State = State.OPEN
    snoozed_until: datetime | None = None
    until_change: bool = False
    waiting_since: datetime | None = None
    reason: str | None = None
    new: bool = False
    read: bool = False
    starred: bool = False
    stale: bool = False
    version: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """What a person has just done to one or more items, so that it can be told and undone.

    ``said`` is the past tense for the toast ("Done", "Snoozed until Mon 23 Nov").
    ``undo`` is the key that ``undoing.undo`` takes; None where there is nothing to undo.
    ``source`` is the connection that is to be read for it to be seen.
    """

    said: str
    items: tuple[int, ...]
    undo: str | None = None
    source: int | None = None
