"""When a record that a complete read did not list counts as removed (P2)."""

from dataclasses import dataclass

READS = 2
"""Complete reads in a row that must miss a record."""
MOST = 25
"""More records than this at once wait for a person."""
SHARE = 0.20
"""A larger share of the list than this waits for a person; one single record never does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Removal:
    """How many are removed now, and how many wait for a person."""

    removed: int
    held: int


def decide(*, live: int, missing: int) -> Removal:
    """``live`` records of a list, of which ``missing`` were not in the last two complete reads."""
    too_many = missing > MOST or (missing > 1 and missing > live * SHARE)
    return Removal(removed=0, held=missing) if too_many else Removal(removed=missing, held=0)
