"""What the filters of a list offer: every vendor, program, kind and currency that items have."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.services.listing import items
from app.services.pages import Choice
from app.services.revisions import Until, remembered

MOST = 200
"""Choices of one filter: the names that most items have."""
COLUMNS = ("vendor", "program", "kind", "category", "currency")
Offered = Mapping[str, tuple[Choice, ...]]


class Choices(Mapping[str, tuple[Choice, ...]]):
    """Looked up only where a page shows them: a list that changes in place does not."""

    def __init__(self, make: Callable[[], Offered]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Offered:
        return self._make()

    def __getitem__(self, name: str) -> tuple[Choice, ...]:
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


def choices(session: Session) -> Choices:
    """What can be chosen, counted among all items that their sources still have, since only a
    sync changes that; whatever people did with them.
    """
    return Choices(
        lambda: remembered(session, ("choices",), lambda: _offered(session), until=Until.TOLD)
    )


def _offered(session: Session) -> Offered:
    columns = [items.c[name] for name in COLUMNS]
    there = items.c.removed_at.is_(None)
    statement = sa.select(*columns, sa.func.count()).where(there).group_by(*columns)
    counted: dict[str, Counter[str | None]] = {name: Counter() for name in COLUMNS}
    for *values, count in session.execute(statement):
        for name, value in zip(COLUMNS, values, strict=True):
            counted[name][value] += count
    of = {name: tuple(_choices(name, counts)) for name, counts in counted.items()}
    return {
        "vendor": of["vendor"],
        "program": of["program"],
        "kind": (*of["kind"], *of["category"]),
        "currency": of["currency"],
    }


def _choices(name: str, counts: Counter[str | None]) -> Iterator[Choice]:
    named: list[tuple[Any, int]] = [
        (value, count) for value, count in counts.most_common(MOST) if value is not None
    ]
    for value, count in sorted(named, key=lambda one: one[0].casefold()):
        label = value[:1].upper() + value[1:] if name in ("kind", "category") else value
        yield Choice(value=value, label=label, count=count)
