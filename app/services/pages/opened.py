"""Everything that is known of one item."""

from dataclasses import dataclass, field
from datetime import datetime

from app.services.decision_lines import Related
from app.services.pages.parts import Person, Row, SourceLine
from app.services.pages.talk import AttachmentLine, CommentLine
from connectors.sdk.records import Fact, SafeHtml


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryLine:
    """One thing that happened to an item.

    ``who`` is "sync" or a person's name. ``old`` and ``new`` are words, ready to read,
    where a value changed at the source; ``what`` names the field or tells the act.
    ``material`` marks what brought the item back or moved its date or money. ``undo`` is the
    key of an act of the reader's own that nobody has gone on from.
    """

    at: datetime
    who: str
    what: str
    old: str | None = None
    new: str | None = None
    text: str | None = None
    material: bool = False
    undo: str | None = None


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
    here, and can edit it. ``mandatory``: it cannot be declined, and is only done with a proof;
    ``proven``: it has one. ``counted``: of a goal whose actual people enter here, that as a
    field takes it. ``mentioned``: a comment names the reader, who has not seen it.
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
    comments: tuple[CommentLine, ...] = ()
    attachments: tuple[AttachmentLine, ...] = ()
    mentioned: bool = False
    related: Related = field(default_factory=Related)
    people: tuple[Person, ...] = ()
    own: Own | None = None
    mandatory: bool = False
    proven: bool = False
    counted: str | None = None
