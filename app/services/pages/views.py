"""Which items a list shows, in which order: the whole of it stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass

NONE = "(none)"
"""As a vendor or a program: items that name none."""
ME, BACKUP, NOBODY = "me", "backup", "nobody"
"""Owners beside a person's number: whoever reads, what they back up, and nobody."""
BY_DUE, LISTED = "due", "listed"
"""How rows are grouped where neither vendor nor program is asked for: by due date; not at all."""
SHAPE = ("tab", "sort", "group")
"""What names a list without narrowing it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """Which items to show, and how.

    tab     a key of ``TABS``; everything else narrows it
    q       a search
    vendor, program  one by name, or ``NONE``
    kind    a kind or a category
    source  the id of a connection
    owner   the id of a person, ``ME``, ``BACKUP`` or ``NOBODY``
    state   a key of ``STATES``
    currency, amount_from, amount_to  of its amount; without a currency, each amount in its own
    due_from, due_to  ISO dates, by the reader's days, both included
    outcome what came of items in a quarter ("saved-2026-Q4"), whatever the tab; see ``outcomes``
    sort    a key of ``SORTS``; "" is by due date
    group   a key of ``GROUPINGS``; "" is by due date where it is sorted so
    """

    tab: str = "all"
    q: str = ""
    vendor: str = ""
    program: str = ""
    kind: str = ""
    source: str = ""
    owner: str = ""
    state: str = ""
    currency: str = ""
    amount_from: str = ""
    amount_to: str = ""
    due_from: str = ""
    due_to: str = ""
    outcome: str = ""
    sort: str = ""
    group: str = ""

    def query(self) -> dict[str, str]:
        """Everything that is set, as it stands in the address."""
        said = {name: value for name in self.__slots__ if (value := getattr(self, name))}
        if self.tab == "all":
            said.pop("tab")
        return said

    def filters(self) -> dict[str, str]:
        """All filters but the search, set or not."""
        return {name: getattr(self, name) for name in self.__slots__ if name not in (*SHAPE, "q")}

    @property
    def narrowed(self) -> bool:
        """Whether a filter or a search hides part of the tab."""
        return bool(self.query().keys() - set(SHAPE))

    @property
    def grouping(self) -> str:
        """What the rows stand together by: vendor, program, ``BY_DUE`` or nothing (``LISTED``)."""
        if self.group:
            return self.group
        return LISTED if self.sort or self.outcome or self.tab in UNGROUPED else BY_DUE


TABS: Mapping[str, str] = {
    "all": "Everything",
    "overdue": "Overdue",
    "week": "This week",
    "month": "This month",
    "new": "New",
    "mine": "Mine",
    "unowned": "Unowned",
    "waiting": "Waiting on vendor",
    "starred": "Starred",
    "snoozed": "Snoozed",
    "done": "Done",
    "not-applicable": "Not applicable",
    "removed": "Removed at source",
}
BACKWARDS = ("done", "not-applicable", "removed")
"""Tabs whose newest date stands first."""
UNGROUPED = ("starred", *BACKWARDS)
"""Tabs of what is, or can be, settled: nothing in them is overdue any more."""
SORTS: Mapping[str, str] = {
    "": "Due date",
    "money": "Money, most first",
    "newest": "Newest first",
    "changed": "Last changed at its source",
    "vendor": "Vendor",
    "title": "Title",
}
GROUPINGS: Mapping[str, str] = {"": "Due date", "vendor": "Vendor", "program": "Program"}
STATES: Mapping[str, str] = {
    "open": "Open",
    "waiting": "Waiting on vendor",
    "snoozed": "Snoozed",
    "done": "Done",
    "not applicable": "Not applicable",
    "closed": "Closed at source",
}
GROUPS: Mapping[str, str] = {
    "overdue": "Overdue",
    "ended": "Ended",
    "week": "This week",
    "month": "Later this month",
    "later": "Later",
    "undated": "No date",
}
COUNTED = 999
"""Counts are exact up to here; one more stands for any larger number."""
