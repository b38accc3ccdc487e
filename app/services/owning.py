"""Giving many items to somebody at once: one act, one undo, a line of history for each item.

Before it is done it is shown; what somebody else changed in between stays with whom it is, and
is told.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core.money import money_of, summed
from app.core.words import Clock, plural
from app.db import is_sqlite
from app.models import RecordedAct
from app.services import acts, lines, listing, search, states
from app.services.bulk import chunks
from app.services.lines import Sources
from app.services.listing import events, items
from app.services.pages import Row, Stake

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


def give(session: Session, record: RecordedAct, ids: Sequence[int], given: Given) -> None:
    """Write it to these items as part of the act, a few thousand at a time."""
    for some in chunks(ids, AT_ONCE):
        states.hold(session, some)
        stored = states.read(session, some)
        states.change(session, some, stored, given.values, now=record.at)
        told = (given.kind, record.actor_id, record.id, given.old, given.new, given.note)
        before = {id_: stored.get(id_, states.NEVER_TOUCHED) for id_ in some}
        rows = (
            (record.at, "item", id_, *told, {**states.as_kept(was), "version": was["version"] + 1})
            for id_, was in before.items()
        )
        states.tell(session, rows)


def instead(column: sa.Column[int], taken: int | None) -> sa.ColumnElement[int | None]:
    """The column as it is, without the person who now has the other part: nobody stands in for
    themselves.
    """
    return sa.case((column == taken, None), else_=column)


def newest(session: Session) -> int:
    """The last line of history: what was seen is as it was then."""
    return int(session.execute(sa.select(sa.func.max(events.c.id))).scalar() or 0)


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
    return summed(money for money in amounts if money is not None and money.amount)


def first_rows(
    session: Session, ids: Sequence[int], *, user_id: int, clock: Clock
) -> tuple[Row, ...]:
    """The first few of these items as lines, the most urgent first."""
    given = search.given(session, list(ids))
    among = search.among(items.c.id, "ids", given, sqlite=is_sqlite(session))
    statement = listing.select_lines(user_id).where(among)
    found = session.execute(statement.order_by(items.c.sort_on, items.c.id).limit(SHOWN)).all()
    return lines.rows_of(session, found, Sources(session, now=clock.now), clock)
