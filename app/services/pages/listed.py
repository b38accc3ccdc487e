"""The inbox: one page of a view, its splits, its groups and what its filters offer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.services.pages.parts import Person, Row, SourceLine, Stake
from app.services.pages.views import View
from connectors.sdk.records import Due


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupHead:
    """What stands above rows that belong together, told of the whole group, not the page.

    ``key`` is one of ``GROUPS``, ``LISTED``, or made from the vendor's or program's name; then
    ``narrows`` is the query of the view that shows this group alone. ``count`` above ``COUNTED``
    means "more than that".
    """

    key: str
    title: str
    count: int
    stake: Stake = ()
    narrows: Mapping[str, str] = field(default_factory=dict)


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
class Named:
    """Something by its id and its name."""

    id: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxPage:
    """One page of the inbox.

    ``stake`` is the open money due in the next ``stake_days`` days. ``total`` counts the
    tab without filters, ``shown`` with them. ``after`` is the cursor of the next page.
    ``cut``: only so many of the newest that the search found are looked at; 0: all.
    ``heads`` are the heads of all groups of the view, also of those on later pages.
    ``doubtful`` are the sources that are not fresh: while there is one, nothing is "all clear".
    ``unread``: how many are new and not read; ``newest``: the id of the item that came last.
    ``own_views`` are the reader's saved views; ``gone`` names what the view asks for and no item
    has. ``names`` are the sources' names by their ids, as an address has them.
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
    names: Mapping[str, str] = field(default_factory=dict)
    own_views: tuple[Named, ...] = ()
    gone: tuple[str, ...] = ()
    unread: int = 0
    newest: int = 0
