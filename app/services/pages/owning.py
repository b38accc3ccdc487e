"""Who owns what: the alarm, the rules, and what hangs on one person."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.services.pages.listed import Choice
from app.services.pages.parts import Person, Stake


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
