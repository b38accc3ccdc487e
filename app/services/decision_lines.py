"""What the pages show of decisions that wait for a person: plain frozen objects."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from app.core.doubles import differences
from app.core.words import two_days
from connectors.sdk.records import Due, Kind, Money

if TYPE_CHECKING:
    from app.services.pages.parts import SourceLine  # which shows these lines in its turn


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One item as it stands beside another: who told it, when, and what it names.

    ``fresh`` is the source with its health; None of one that was removed.
    """

    id: int
    title: str
    source: str
    vendor: str | None
    told_on: date | None
    kind: str = "notice"
    due: Due | None = None
    fresh: "SourceLine | None" = None
    account: str | None = None
    program: str | None = None
    reference: str | None = None
    category: str | None = None
    url: str | None = None
    days: tuple[date, ...] = ()
    amount: Money | None = None
    says: str | None = None
    state: str = "open"


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposalLine:
    """A date that the text of a notice names, with its sentence.

    ``days`` are its readings, two where day and month can be in either order. ``note`` says what
    was concluded. ``deadline_id`` is what it became when it was confirmed, ``by`` and ``at`` tell
    who did. ``about`` is the known deadline of which it may be a new value, ``because`` why;
    ``differs`` False: it names the value that is known.
    """

    id: int
    notice: Side
    sentence: str
    days: tuple[date, ...]
    amount: Money | None
    note: str
    deadline_id: int | None
    is_open: bool
    about: Side | None = None
    because: str = ""
    differs: bool = True
    ours: bool = False
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """The sentence that a deadline was confirmed from, by whom, and what became of it since.

    ``lost_at`` is when the text no longer said it, ``gone_at`` when the notice was removed.
    """

    notice_id: int
    title: str
    sentence: str
    by: str
    at: datetime
    lost_at: datetime | None
    gone_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PairLine:
    """Two items that seem to be one. ``keep`` would stand for both. ``because`` says why.

    ``said_at`` and ``said_by``: somebody has said so once (``reason``), and it is asked again.
    A ``reason`` without is that by which they were told apart, before they agreed on something
    else.
    """

    id: int
    keep: Side
    other: Side
    because: str
    said_at: datetime | None = None
    said_by: str | None = None
    reason: str | None = None

    @property
    def of_deadlines(self) -> bool:
        """Whether both are something to do by a date, and not told in a text."""
        return Kind.NOTICE not in (self.keep.kind, self.other.kind)

    @property
    def differs(self) -> frozenset[str]:
        """Which of "date" and "amount" the two give otherwise."""
        if not self.of_deadlines:
            return frozenset()
        first, second = ((side.days[:1] or (None,), side.amount) for side in self.both)
        return differences((first[0][0], first[1]), (second[0][0], second[1]))

    @property
    def both(self) -> tuple[Side, Side]:
        """The one that would stand first."""
        return (self.keep, self.other)

    @property
    def dates(self) -> str:
        """The two dates in words; empty where they are one."""
        if "date" not in self.differs:
            return ""
        return two_days(*sorted((self.keep.days[0], self.other.days[0])))


@dataclass(frozen=True, kw_only=True, slots=True)
class Related:
    """What is shown of other items on the page of one.

    doubts   dates elsewhere that may be new values of this deadline
    origins  where this deadline was confirmed from, the newest first
    joined   what this one stands for, ``stands`` what stands for this one
    """

    proposals: tuple[ProposalLine, ...] = ()
    doubts: tuple[ProposalLine, ...] = ()
    origins: tuple[Origin, ...] = ()
    pairs: tuple[PairLine, ...] = ()
    joined: tuple[Side, ...] = ()
    stands: Side | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionsPage:
    """Everything that waits for a word. ``more`` is how many lines are not shown."""

    changes: tuple[ProposalLine, ...]
    dates: tuple[ProposalLine, ...]
    pairs: tuple[PairLine, ...]
    conflicts: tuple[PairLine, ...] = ()
    more: int = 0

    @property
    def count(self) -> int:
        """How many lines are shown."""
        return sum(map(len, (self.changes, self.dates, self.pairs, self.conflicts)))
