"""What the pages show of decisions that wait for a person: plain frozen objects."""

from dataclasses import dataclass
from datetime import date, datetime

from connectors.sdk.records import Money


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One item as it stands beside another: who told it, when, and what it names."""

    id: int
    title: str
    source: str
    vendor: str | None
    told_on: date | None
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
    """Two items that seem to be one. ``keep`` would stand for both. ``because`` says why."""

    id: int
    keep: Side
    other: Side
    because: str


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
    more: int = 0

    @property
    def count(self) -> int:
        """How many lines are shown."""
        return len(self.changes) + len(self.dates) + len(self.pairs)
