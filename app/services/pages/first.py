"""Today: the few things to do first."""

from dataclasses import dataclass
from datetime import datetime

from app.core.next_act import NextAct
from app.services.pages.owning import Unowned
from app.services.pages.parts import Person, Row, SourceLine, Stake
from connectors.sdk.records import Due

CARDS = 10
"""Most that Today shows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TodayCard:
    """One thing to do first, why in whole sentences, and the one next act."""

    row: Row
    why: tuple[str, ...]
    act: NextAct = NextAct.DONE
    url: str | None = None
    source_name: str = ""
    version: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class TodayPage:
    """At most ten cards. ``stake`` is the open money due within ``days`` days, ``unowned`` what
    soon is due and belongs to nobody.
    """

    cards: tuple[TodayCard, ...]
    stake: Stake = ()
    days: int = 7
    doubtful: tuple[SourceLine, ...] = ()
    sources: int = 0
    read_at: datetime | None = None
    next_due: Due | None = None
    people: tuple[Person, ...] = ()
    unowned: Unowned | None = None
