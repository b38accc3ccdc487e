"""Who owns what: the alarm, the rules, and what hangs on one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.services.pages.listed import Choice
from app.services.pages.parts import Person, Row, Stake
from connectors.sdk.records import Due


@dataclass(frozen=True, kw_only=True, slots=True)
class Unowned:
    """What is overdue or due within so many ``days`` and belongs to nobody, with its money."""

    count: int
    overdue: int
    days: int
    stake: Stake = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleLine:
    """One rule of assignment; ``words`` say what it is for, ``problem`` why it does not work."""

    id: int
    words: str
    owner: str
    backup: str = ""
    problem: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RulesPage:
    """All rules, the one that is asked first on top; ``choices`` are what items have."""

    rules: tuple[RuleLine, ...]
    people: tuple[Person, ...]
    choices: Mapping[str, tuple[Choice, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreseen:
    """What an act on many items will do, before it is done.

    ``seen`` is the last line of history that it was seen with; ``rows`` are the first items.
    """

    count: int
    stake: Stake
    rows: tuple[Row, ...]
    seen: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleForeseen(Foreseen):
    """What a rule would give to its owner of what is open and nobody's.

    ``elsewhere`` are the rules that decide about what it fits, too: each with why, and how many.
    """

    rule: RuleLine
    elsewhere: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What somebody owns of one program."""

    vendor: str
    program: str
    count: int
    stake: Stake


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A certification that names somebody, as its platform writes them."""

    title: str
    vendor: str
    person: str
    expires: Due | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonPage:
    """What hangs on one person: what they own, stand in for, decide by rules and hold.

    ``read_at``: everything is at least as new as this.
    """

    id: int
    name: str
    email: str
    active: bool
    owns: Foreseen
    backups: int
    parts: tuple[Part, ...]
    rules: tuple[RuleLine, ...]
    held: tuple[Held, ...]
    people: tuple[Person, ...]
    read_at: datetime | None = None

    @property
    def hangs(self) -> bool:
        """Whether anything is to be handed over before they leave."""
        return bool(self.owns.count or self.backups or self.rules)
