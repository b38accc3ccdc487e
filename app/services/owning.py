"""Giving many items to somebody at once: one act, one undo, a line of history for each item.

Before it is done it is shown; what somebody else changed in between stays with whom it is, and
is told.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core.money import money_of, summed
from app.core.words import plural
from app.models import RecordedAct
from app.services import acts, states
from app.services.bulk import chunks
from app.services.listing import events, items
from app.services.pages import Stake

AT_ONCE = 5_000
SHOWN = 20
NAMED = 3
"""How many of the items that stayed are named."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """A line of history, and the columns that it tells of."""

    kind: str
    old: str | None
    new: str
    values: Mapping[str, Any]
    note: str | None = None


def give(
    session: Session,
    record: RecordedAct,
    ids: Iterable[int],
    given: Given,
    *,
    still: Callable[[states.Stored], bool],
) -> set[int]:
    """Write it to those of these items that are still so, now that nobody else changes them, as
    part of the act; a few thousand at a time. Which they are.
    """
    given_to: set[int] = set()
    for some in chunks(sorted(ids), AT_ONCE):
        states.hold(session, some)
        stored = states.read(session, some)
        rest = [id_ for id_ in some if still(stored.get(id_, states.NEVER_TOUCHED))]
        told: dict[str, Any] = {"old": given.old, "new": given.new, "note": given.note}
        states.act(session, record, rest, stored, given.values, kind=given.kind, **told)
        given_to.update(rest)
    return given_to


def instead(column: sa.Column[int], taken: int | None) -> sa.ColumnElement[int | None]:
    """The column as it is, without the person who now has the other part: nobody stands in for
    themselves.
    """
    return sa.case((column == taken, None), else_=column)


def changed_since(
    session: Session, seen: int, user_id: int, of: Callable[[Mapping[str, Any]], bool]
) -> set[int]:
    """The items of which somebody else changed the state after that line of history, and whose
    state before that was one of those.
    """
    # Not by subject, which has an index: SQLite would take that for all of history.
    since = sa.select(events.c.subject, events.c.subject_id, events.c.before).where(
        events.c.id > seen,
        events.c.kind.in_(acts.STATES),
        events.c.actor_id.is_distinct_from(user_id),
    )
    found = session.execute(since)
    return {id_ for what, id_, before in found if what == "item" and before and of(before)}


def stayed(session: Session, ids: Iterable[int]) -> str:
    """Which items stayed as somebody else left them, as a sentence; "" for none."""
    left = sorted(ids)
    if not left:
        return ""
    titles = sa.select(items.c.title).where(items.c.id.in_(left[:NAMED])).order_by(items.c.id)
    named = [f"“{title}”" for title in session.execute(titles).scalars()]
    if len(left) > NAMED:
        named.append(f"{len(left) - NAMED:,} more")
    number = plural(len(left), "item")
    return f" {number} stayed, because somebody changed {_them(len(left))}: {', '.join(named)}."


def _them(count: int) -> str:
    return "it meanwhile" if count == 1 else "them meanwhile"


def stake_of(found: Iterable[Any]) -> Stake:
    """The money of stored rows."""
    amounts = (money_of(row.amount, row.currency) for row in found)
    return summed(money for money in amounts if money is not None and money.amount > 0)
