"""What stands around every page."""

from dataclasses import dataclass

from app.services.pages.parts import Act, SourceLine
from app.services.pages.saved import Pinned


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
    mentions: int = 0
    changes: int = 0
    mine: int = 0
    unowned: int = 0
    snoozed: int = 0
    starred: int = 0
    pinned: tuple[Pinned, ...] = ()
    sources: tuple[SourceLine, ...] = ()
    last: Act | None = None
