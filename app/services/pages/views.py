"""Which items a list shows: the whole of it stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """Which items to show: the whole of it stands in the address.

    ``tab`` is a key of ``TABS``; the other filters narrow it; ``q`` is a search.
    """

    tab: str = "all"
    q: str = ""
    vendor: str = ""
    program: str = ""
    kind: str = ""
    source: str = ""

    def query(self) -> dict[str, str]:
        """The filters that are set, as they stand in the address."""
        said = {"tab": "" if self.tab == "all" else self.tab, "q": self.q, **self.filters()}
        return {name: value for name, value in said.items() if value}

    def filters(self) -> dict[str, str]:
        """All filters but the search, set or not."""
        return {
            "vendor": self.vendor,
            "program": self.program,
            "kind": self.kind,
            "source": self.source,
        }

    @property
    def narrowed(self) -> bool:
        """Whether a filter or a search hides part of the tab."""
        return bool(self.query().keys() - {"tab"})


TABS: Mapping[str, str] = {
    "all": "Everything",
    "overdue": "Overdue",
    "week": "This week",
    "month": "This month",
    "new": "New",
    "mine": "Mine",
    "unowned": "Unowned",
    "snoozed": "Snoozed",
    "done": "Done",
    "removed": "Removed at source",
}
GROUPS: Mapping[str, str] = {
    "overdue": "Overdue",
    "ended": "Ended",
    "week": "This week",
    "month": "Later this month",
    "later": "Later",
    "undated": "No date",
}
LISTED = "listed"
"""The one group of a tab of settled items, which are not grouped by due date."""
COUNTED = 999
"""Counts are exact up to here; one more stands for any larger number."""
