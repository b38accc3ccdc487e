"""What the pages show: plain frozen objects that services fill and templates read.

No money is ever summed across currencies, so a total is a tuple with one ``Money`` per
currency, largest first. Instants are aware; the template asks the reader's clock for words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import msgspec

from app.core.tiles import Tile
from app.services.decision_lines import Related
from connectors.sdk.records import Due, Fact, Money, SafeHtml

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

    @property
    def trusted(self) -> bool:
        """Whether "all clear" may be said while a source is in this state."""
        return self is Health.FRESH


class State(StrEnum):
    """The team's state of an item, or the source's where that settles it, as people read it."""

    OPEN = "open"
    SNOOZED = "snoozed"
    DONE = "done"
    CLOSED = "closed at source"
    JOINED = "joined with another"
    REMOVED = "removed at source"


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
class Nav:
    """The counts beside the navigation and the sources below it.

    ``today`` is how many cards that page shows, ``pressing`` whether anything is overdue or due
    within the week; ``reports_due`` is what is overdue or due within the month.
    """

    today: int = 0
    pressing: bool = False
    inbox: int = 0
    goals_behind: int = 0
    reports_due: int = 0
    programs: int = 0
    decisions: int = 0
    mine: int = 0
    unowned: int = 0
    snoozed: int = 0
    sources: tuple[SourceLine, ...] = ()


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
    last moved it; ``ends`` the end of the period of a goal, which has no due date. ``read``
    is personal, ``state`` the team's. ``also`` names the sources of what it stands for.
    """

    id: int
    title: str
    tile: Tile
    kind: str
    line: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    due: Due | None = None
    due_was: Due | None = None
    ends: date | None = None
    amount: Money | None = None
    amount_label: str | None = None
    owner: Person | None = None
    state: State = State.OPEN
    snoozed_until: datetime | None = None
    read: bool = False
    stale: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupHead:
    """What stands above rows that fall due together, told of the whole group, not the page.

    ``key`` is one of ``GROUPS``. ``count`` above ``COUNTED`` means "more than that".
    """

    key: str
    title: str
    count: int
    stake: Stake = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """The rows of one group on this page; ``continued`` when the page before began it."""

    head: GroupHead
    rows: tuple[Row, ...]
    continued: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Tab:
    """A split of the inbox and how many items it holds now; above ``COUNTED`` is "more"."""

    key: str
    title: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One option of a filter."""

    value: str
    label: str
    count: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """Which items to show: the whole of it stands in the address.

    ``tab`` is a key of ``TABS``; the other filters narrow it; ``q`` is a search.
    """

    tab: str = "all"
    q: str = ""
    vendor: str = ""
    program: str = ""
    kind: str = ""
    source: str = ""

    def query(self) -> dict[str, str]:
        """The filters that are set, as they stand in the address."""
        said = {"tab": "" if self.tab == "all" else self.tab, "q": self.q, **self.filters()}
        return {name: value for name, value in said.items() if value}

    def filters(self) -> dict[str, str]:
        """All filters but the search, set or not."""
        return {
            "vendor": self.vendor,
            "program": self.program,
            "kind": self.kind,
            "source": self.source,
        }

    @property
    def narrowed(self) -> bool:
        """Whether a filter or a search hides part of the tab."""
        return bool(self.query().keys() - {"tab"})


TABS: Mapping[str, str] = {
    "all": "Everything",
    "overdue": "Overdue",
    "week": "This week",
    "month": "This month",
    "new": "New",
    "mine": "Mine",
    "unowned": "Unowned",
    "snoozed": "Snoozed",
    "done": "Done",
    "removed": "Removed at source",
}
GROUPS: Mapping[str, str] = {
    "overdue": "Overdue",
    "ended": "Ended",
    "week": "This week",
    "month": "Later this month",
    "later": "Later",
    "undated": "No date",
}
LISTED = "listed"
"""The one group of a tab of settled items, which are not grouped by due date."""
CARDS = 10
"""Most that Today shows."""
COUNTED = 999
"""Counts are exact up to here; one more stands for any larger number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryLine:
    """One thing that happened to an item.

    ``who`` is "sync" or a person's name. ``old`` and ``new`` are words, ready to read,
    where a value changed at the source; ``what`` names the field or tells the act.
    ``material`` marks what brought the item back or moved its date or money.
    """

    at: datetime
    who: str
    what: str
    old: str | None = None
    new: str | None = None
    text: str | None = None
    material: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteLine:
    """Something a person wrote down about an item."""

    at: datetime
    who: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GoalLine:
    """How a goal stands, on its page and in the digest; shares are between 0 and 1."""

    id: int
    title: str
    words: str
    share: float
    pace: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Own:
    """An item that somebody entered here; ``rhythm`` in words where it is one time of several."""

    rhythm: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemPage:
    """Everything that is known of one item.

    ``crumbs`` lead to it ("Ingram Micro Xvantage", "Cisco Meraki", "Renewal").
    ``why`` are the reasons of its rank, one sentence each. ``seen_at`` is when its source
    last confirmed it, ``proof`` how ("whole list"). ``version`` guards
    against acting on something that has changed since it was read. ``own``: somebody entered it
    here, and can edit it. ``counted``: of a goal whose actual people enter here, that as a
    field takes it.
    """

    row: Row
    version: int
    crumbs: tuple[str, ...]
    source: SourceLine
    url: str | None = None
    why: tuple[str, ...] = ()
    account: str | None = None
    reference: str | None = None
    vendor: str | None = None
    program: str | None = None
    category: str | None = None
    status: str | None = None
    derived_from: str | None = None
    due_raw: str | None = None
    summary: str | None = None
    body: SafeHtml | None = None
    facts: tuple[Fact, ...] = ()
    seen_at: datetime | None = None
    proof: str | None = None
    goal: GoalLine | None = None
    history: tuple[HistoryLine, ...] = ()
    notes: tuple[NoteLine, ...] = ()
    related: Related = field(default_factory=Related)
    people: tuple[Person, ...] = ()
    own: Own | None = None
    counted: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxPage:
    """One page of the inbox.

    ``stake`` is the open money due in the next ``stake_days`` days. ``total`` counts the
    tab without filters, ``shown`` with them. ``after`` is the cursor of the next page.
    ``cut``: only so many of the newest that the search found are looked at; 0: all.
    ``heads`` are the heads of all groups of the view, also of those on later pages.
    ``doubtful`` are the sources that are not fresh: while there is one, nothing is "all clear".
    """

    view: View
    tabs: tuple[Tab, ...]
    groups: tuple[Group, ...]
    heads: tuple[GroupHead, ...]
    total: int
    shown: int
    cut: int = 0
    stake: Stake = ()
    stake_days: int = 30
    after: str | None = None
    doubtful: tuple[SourceLine, ...] = ()
    sources: int = 0
    read_at: datetime | None = None
    next_due: Due | None = None
    people: tuple[Person, ...] = ()
    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class TodayCard:
    """One thing to do first, and why in whole sentences."""

    row: Row
    why: tuple[str, ...]
    url: str | None = None
    source_name: str = ""
    version: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class TodayPage:
    """At most ten cards. ``stake`` is the open money due within ``days`` days."""

    cards: tuple[TodayCard, ...]
    stake: Stake = ()
    days: int = 7
    doubtful: tuple[SourceLine, ...] = ()
    sources: int = 0
    read_at: datetime | None = None
    next_due: Due | None = None
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """What a person has just done to one or more items, so that it can be told and undone.

    ``said`` is the past tense for the toast ("Done", "Snoozed until Mon 23 Nov").
    ``undo`` is the key that ``undoing.undo`` takes; None where there is nothing to undo.
    """

    said: str
    items: tuple[int, ...]
    undo: str | None = None
