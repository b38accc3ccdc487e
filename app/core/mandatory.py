"""What cannot be declined, because losing it costs status or money. Pure: the list is given."""

from collections.abc import Iterable

from connectors.sdk.records import Category, Kind

CHOICES: tuple[str, ...] = (*Category, Kind.REPORTING, Kind.GOAL)
"""What a team can put on its list: categories of deadlines, reports and goals."""
USUAL: frozenset[str] = frozenset(
    {Category.COMPLIANCE, Category.CERTIFICATION, Category.FUND_CLAIM}
)
"""The list of a team that did not choose."""


def chosen(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that can be on a list, once each, in the order in which it is shown."""
    wanted = set(names)
    return tuple(name for name in CHOICES if name in wanted)
