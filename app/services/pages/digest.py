"""What one digest says, before it is put into words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.services.pages.opened import GoalLine, HistoryLine
from app.services.pages.outputs import Silent
from app.services.pages.owning import Unowned
from app.services.pages.parts import Row, SourceLine, Stake
from app.services.pages.talk import MentionLine


@dataclass(frozen=True, kw_only=True)
class Changed:
    """One item and what its source changed since the last digest."""

    row: Row
    lines: tuple[HistoryLine, ...]


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How much there is of each section, shown or not."""

    overdue: int = 0
    soon: int = 0
    changed: int = 0
    new: int = 0
    claims: int = 0


@dataclass(frozen=True, kw_only=True)
class Digest:
    """Everything that one mail says, in its order; of each section at most ``MOST_ROWS`` rows.

    stake      the money of what is overdue or due in 7 days; ``net`` by how much each currency
               moved since the digest of ``net_since``; None where that one cannot be compared
    claims     fund claims that lapse after those 7 days and within 30
    unowned    the first rows of what ``alarm`` counts, which the sections above may tell, too
    silent     outputs that tell nothing and that this person can mend
    waiting    how many things wait for somebody's word
    read_at    everything is at least as new as this; None before the first read
    cut        so much changed that not all of it was looked at
    views      the names of the views that it tells of, none: of all; ``gone`` those that were
               chosen and are there no more
    said       the figures that the next digest compares with
    """

    name: str
    subject: str
    since: datetime
    read_at: datetime | None
    stake: Stake
    net: Stake = ()
    net_since: datetime | None = None
    mentions: tuple[MentionLine, ...] = ()
    mentions_before: int = 0
    overdue: tuple[Row, ...] = ()
    soon: tuple[Row, ...] = ()
    changed: tuple[Changed, ...] = ()
    new: tuple[Row, ...] = ()
    unowned: tuple[Row, ...] = ()
    alarm: Unowned | None = None
    behind: tuple[GoalLine, ...] = ()
    claims: tuple[Row, ...] = ()
    doubtful: tuple[SourceLine, ...] = ()
    silent: tuple[Silent, ...] = ()
    waiting: int = 0
    counts: Counts
    cut: bool = False
    views: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    company: str = ""
    said: dict[str, Any]

    @property
    def empty(self) -> bool:
        """Nothing that a person would want to be told."""
        told = (self.overdue, self.soon, self.changed, self.new, self.claims, self.mentions)
        return not any((*told, self.behind, self.doubtful, self.silent, self.alarm, self.gone))
