"""Which rule of assignment decides about an item, and why that one. Pure.

Texts are compared without accents, capitals and needless spaces, as search compares them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from app.core.folding import fold

ORDER = ("program", "vendor", "category")
"""What a rule can ask for, the most particular first."""
EVERYTHING = "everything else"

Traits = tuple[str | None, str | None, str | None, str]
"""What rules look at: an item's program, vendor, category and kind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Who gets what. None asks for nothing.

    ``category`` is also met by an item of that kind: a report has no category.
    """

    id: int
    owner_id: int
    created_at: datetime
    program: str | None = None
    vendor: str | None = None
    category: str | None = None
    backup_id: int | None = None

    @property
    def words(self) -> str:
        """ "program Titanium and vendor Dell"; of one that asks for nothing "everything else"."""
        said = [f"{name} {getattr(self, name)}" for name in ORDER if name in _named(self)]
        return " and ".join(said) or EVERYTHING

    @property
    def asked(self) -> tuple[str | None, ...]:
        """What it asks for, in ``ORDER``, as it is compared."""
        return tuple(_same(getattr(self, name)) for name in ORDER)

    @property
    def rank(self) -> tuple[object, ...]:
        """Its place among rules: the least comes first, and the first that fits decides.

        A program comes before a vendor, a vendor before a category, more conditions before
        fewer of the same, an older rule before a newer one.
        """
        return (*(asked is None for asked in self.asked), self.created_at, self.id)

    def fits(self, traits: Traits) -> bool:
        """Whether it is for an item with these traits."""
        return _fits(self.asked, _compared(traits))


def in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules as they are asked: the first that fits decides."""
    return tuple(sorted(rules, key=lambda rule: rule.rank))


def decider(rules: Iterable[Rule]) -> Callable[[Traits], Rule | None]:
    """Says which of the rules decides, if any; of each combination of traits it asks them once."""
    asked = [(rule.asked, rule) for rule in in_order(rules)]
    known: dict[Traits, Rule | None] = {}

    def decide(traits: Traits) -> Rule | None:
        if traits not in known:
            compared = _compared(traits)
            fitting = (rule for conditions, rule in asked if _fits(conditions, compared))
            known[traits] = next(fitting, None)
        return known[traits]

    return decide


def why(rule: Rule, other: Rule) -> str:
    """Why the one decides where both fit, as half a sentence."""
    mine, its = _named(rule), _named(other)
    more = [name for name in ORDER if name in mine and name not in its]
    if not more:
        return "it is the older of the two"
    if its < mine:
        return f"it names the {more[0]}, too" if its else f"it names the {more[0]}"
    less = next(name for name in ORDER if name in its and name not in mine)
    return f"a {more[0]} comes before a {less}"


def _named(rule: Rule) -> set[str]:
    return {name for name, asked in zip(ORDER, rule.asked, strict=True) if asked}


def _compared(traits: Traits) -> tuple[str | None, ...]:
    return tuple(map(_same, traits))


def _fits(asked: tuple[str | None, ...], traits: tuple[str | None, ...]) -> bool:
    program, vendor, category = asked
    return (
        (program is None or program == traits[0])
        and (vendor is None or vendor == traits[1])
        and (category is None or category in traits[2:])
    )


def _same(text: str | None) -> str | None:
    return (fold(" ".join(text.split())) or None) if text else None
