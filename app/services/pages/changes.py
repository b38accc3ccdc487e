"""What the page of changes shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.core.news import Line, Weight, weight_of
from app.core.tiles import Tile
from app.services.pages.listed import Choice
from app.services.pages.parts import SourceLine, Stake


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangesView:
    """Which changes to show: the whole of it stands in the address.

    ``since`` is a key of ``looks.SINCE``. ``only``: what matters, and nothing else.
    """

    since: str = "look"
    vendor: str = ""
    program: str = ""
    only: bool = False

    def query(self) -> dict[str, str]:
        """What is set, as it stands in the address."""
        said = {
            "since": "" if self.since == "look" else self.since,
            "vendor": self.vendor,
            "program": self.program,
            "only": "1" if self.only else "",
        }
        return {name: value for name, value in said.items() if value}

    @property
    def narrowed(self) -> bool:
        """Whether a filter hides some of them."""
        return bool(self.vendor or self.program or self.only)


@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """One item or reference record, and what changed of it, the weightiest first.

    ``subject`` is what it is, as the history names it. ``stake`` is what it is worth: the item's
    amount, what is left in the fund, or the program's open items, of which there are
    ``open_items``. ``source`` None: the connection was removed. ``currency`` is that of its
    amounts.
    """

    subject: str
    id: int
    title: str
    tile: Tile
    vendor: str | None
    program: str | None
    connection_id: int
    source_name: str
    source: SourceLine | None
    lines: tuple[Line, ...]
    stake: Stake = ()
    open_items: int | None = None
    currency: str | None = None
    derived_from: str | None = None

    @property
    def weight(self) -> Weight:
        """That of its weightiest line."""
        return weight_of(self.lines)

    @property
    def last(self) -> Line:
        """The newest of its changes, which says when and by which sync."""
        return max(self.lines, key=lambda line: line.at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """Things whose change matters, of one sort. ``stake`` is their money together."""

    key: str
    title: str
    things: tuple[Thing, ...]
    stake: Stake = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class NewThing:
    """One that the source listed for the first time."""

    subject: str
    id: int
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NewOnes:
    """What is new in one program: how many, the first few, and the view of the inbox that has
    the items among them (empty where there are none).
    """

    count: int
    shown: tuple[NewThing, ...]
    view: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgramChanges:
    """What changed in one program; of what has none, in a vendor's or a source's things."""

    title: str
    things: tuple[Thing, ...] = ()
    small: tuple[Thing, ...] = ()
    new: NewOnes | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstRead:
    """A source that was read for the first time: one line, however much it brought."""

    source: SourceLine
    tile: Tile
    count: int
    run_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangesPage:
    """Everything that the sources changed in a span.

    since      when it begins; None: with the first that is stored
    first      the person has never said that they have seen it
    up_to      the event up to which it is shown, and would be marked as seen
    changed    how many things changed, up to ``COUNTED``; ``new`` how many are new
    cut        more is new than was looked at
    more_matters  there are weightier changes than are shown
    after      where the next page of the other changes begins
    """

    view: ChangesView
    since: datetime | None
    first: bool
    up_to: int
    seen: bool
    changed: int
    new: int
    cut: bool
    sections: tuple[Section, ...]
    programs: tuple[ProgramChanges, ...]
    first_reads: tuple[FirstRead, ...]
    more_matters: str | None
    after: str | None
    continued: bool
    doubtful: tuple[SourceLine, ...]
    sources: int
    read_at: datetime | None
    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Nothing is shown."""
        return not (self.sections or self.programs or self.first_reads)
