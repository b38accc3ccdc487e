"""What the sources changed between two looks, folded to one line a field, and how much it weighs.

Pure. Of several changes of one thing only the first old value and the last new one are news;
what was changed and changed back is told as that.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from app.core.changes import (
    CHANGED,
    CLOSED,
    DUE_MOVED,
    ELIGIBILITY,
    GONE,
    LOST,
    REOPENED,
    RETURNED,
    SAID_AGAIN,
)

WEIGHTY = (ELIGIBILITY, DUE_MOVED, GONE, RETURNED, LOST)
PLAIN = (CHANGED, CLOSED, REOPENED, SAID_AGAIN)
KINDS = (*WEIGHTY, *PLAIN)
"""Kinds of history that a source makes, but for ``new``. An index stands on exactly these."""

_OPPOSITE = {
    GONE: RETURNED, RETURNED: GONE,
    CLOSED: REOPENED, REOPENED: CLOSED,
    LOST: SAID_AGAIN, SAID_AGAIN: LOST,
}  # fmt: skip
_SLOTS = {
    **dict.fromkeys((GONE, RETURNED), "listed"),
    **dict.fromkeys((CLOSED, REOPENED), "closed"),
    **dict.fromkeys((LOST, SAID_AGAIN), "text"),
}
STANDINGS = frozenset({"Tier", "Status"})
"""Fields of a program that say how the vendor rates the partner."""
SMALL = frozenset(
    {"Title", "Link", "Summary", "Text", "What the amount is", "Published", "Reference"}
)
"""Fields whose change is wording. So is what the source says in labels of its own."""
VALUES = frozenset(
    {
        *("Amount", "Currency", "Status", "Account", "Category", "Vendor", "Program"),
        *("Target", "Actual", "Unit", "Period start", "Period end", "Period", "Cadence"),
        *("Recipient", "Tier", "Type", "Allocated", "Requested", "Claimed", "Paid", "Remaining"),
        *("Person", "Issued", "Role", "Mail", "Phone"),
    }
)
MONEY = frozenset({"Amount", "Allocated", "Requested", "Claimed", "Paid", "Remaining"})
"""Fields that are in the currency of their record."""


class Weight(IntEnum):
    """How soon somebody should hear of it; the least first."""

    STANDING = 0
    DATES = 1
    LISTING = 2
    PEOPLE = 3
    VALUES = 4
    WORDING = 5
    BACK = 6

    @property
    def matters(self) -> bool:
        """Whether it stands above all programs, apart."""
        return self <= Weight.PEOPLE


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One line of history as it is stored."""

    id: int
    at: datetime
    kind: str
    run_id: int | None = None
    field: str | None = None
    old: str | None = None
    new: str | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One field of one thing: what it was at the last look and what it is now.

    ``times`` is how often it changed. ``back``: it is again what it was.
    """

    kind: str
    weight: Weight
    at: datetime
    run_id: int | None
    field: str | None = None
    old: str | None = None
    new: str | None = None
    note: str | None = None
    times: int = 1

    @property
    def back(self) -> bool:
        """Whether it is again what it was."""
        return self.weight is Weight.BACK

    @property
    def is_money(self) -> bool:
        """Whether its values are amounts in the currency of their record, and not words."""
        told = [value for value in (self.old, self.new) if value is not None]
        return self.field in MONEY and all(value.lstrip("-")[:1].isdigit() for value in told)

    @property
    def days_later(self) -> int:
        """By how many days a date moved; less than nothing: it is sooner. 0 where neither."""
        if self.kind != DUE_MOVED or not self.old or not self.new:
            return 0
        try:
            return (date.fromisoformat(self.new[:10]) - date.fromisoformat(self.old[:10])).days
        except ValueError:
            return 0


def fold(subject: str, told: Iterable[Told]) -> tuple[Line, ...]:
    """One line for each field of this thing, the weightiest first."""
    slots: dict[tuple[str, str | None], list[Told]] = {}
    for one in sorted(told, key=lambda one: one.id):
        slots.setdefault((_SLOTS.get(one.kind, one.kind), one.field), []).append(one)
    lines = [_line(subject, found) for found in slots.values()]
    return tuple(sorted(lines, key=lambda line: line.weight))


def weight_of(lines: Sequence[Line]) -> Weight:
    """The weight of a thing is that of its weightiest line."""
    return min((line.weight for line in lines), default=Weight.BACK)


def _line(subject: str, found: Sequence[Told]) -> Line:
    first, last = found[0], found[-1]
    return Line(
        kind=last.kind,
        weight=Weight.BACK if _is_back(first, last) else _weight(subject, last),
        at=last.at,
        run_id=last.run_id,
        field=last.field,
        old=first.old,
        new=last.new,
        note=last.note,
        times=len(found),
    )


def _is_back(first: Told, last: Told) -> bool:
    if first.kind in _OPPOSITE:
        return last.kind == _OPPOSITE[first.kind]
    return first.old == last.new


def _weight(subject: str, last: Told) -> Weight:
    if subject == "contact":
        return Weight.PEOPLE
    if last.kind == ELIGIBILITY or (subject == "program" and last.field in STANDINGS):
        return Weight.STANDING
    if last.kind in (DUE_MOVED, LOST):
        return Weight.DATES
    if last.kind in (GONE, RETURNED):
        return Weight.LISTING
    if last.kind != CHANGED or last.field in VALUES:
        return Weight.VALUES
    return Weight.WORDING
