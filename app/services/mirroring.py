"""Reading everything and then along, so that whoever mirrors the inbox misses nothing.

A walk over everything goes by id and holds the position of before its first read. A walk over what
was touched since goes by the history, from where writes after a position begin up to where the
history stood when the walk began; it holds the position of that moment. Each ends with a position
to go on from: what is written during a walk belongs to the next one, whatever it showed of it.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.services import following
from app.services.listing import items

FURTHER_BACK = timedelta(hours=2)
"""A line of history may be written so long after the moment that it bears: a sync that runs long,
clocks that differ. Whoever asks by a moment is given what came since so much before it."""

events = SQLModel.metadata.tables["events"]
later = events.alias("later")
_of_items = events.c.subject.concat("") == "item"
"""Said so that SQLite goes by the ids: by the index of subjects it would read them all."""


class Gone(Exception):
    """That position is too old, or of another life of this database: begin anew."""


class Walk(NamedTuple):
    """Where a walk is.

    position   where the history stood when it began
    after      the last id that was given: of an item in a walk over everything, else of a line
    upto       the last line of history that it goes to; 0 for a walk over everything
    """

    position: int
    after: int
    upto: int = 0


def everything(session: Session) -> Walk:
    """The beginning of a walk over everything."""
    return Walk(position=following.position(session), after=0)


def since(session: Session, position: int) -> Walk:
    """The beginning of a walk over what was touched after that position. Raises ``Gone``."""
    now = following.position(session)
    follow = following.since(session, position)
    if not follow.known:
        raise Gone
    upto = _newest(session)
    return Walk(now, upto if follow.after_event is None else follow.after_event, upto)


def since_moment(session: Session, at: datetime) -> Walk:
    """The same after that moment; over everything where the history begins later."""
    now = following.position(session)
    upto = _newest(session)
    first = _first_since(session, at - FURTHER_BACK, upto)
    return Walk(now, first - 1, upto) if first else Walk(now, 0)


def history(session: Session) -> Walk:
    """The beginning of a walk over the whole history."""
    return Walk(following.position(session), 0, _newest(session))


def go_on(session: Session, walk: Walk) -> Walk:
    """The walk, as long as it can be gone on with. Raises ``Gone``."""
    if not following.since(session, walk.position).known:
        raise Gone
    return walk


def touched(session: Session, walk: Walk, limit: int) -> list[tuple[int, int]]:
    """The next items that were touched, each once, with the last line that did so."""
    again = sa.select(later.c.id).where(
        later.c.subject == "item",
        later.c.subject_id == events.c.subject_id,
        later.c.id > events.c.id,
        later.c.id <= walk.upto,
    )
    found = (
        sa.select(events.c.id, events.c.subject_id)
        .where(*lines_of(walk), _of_items, ~again.exists())
        .order_by(events.c.id)
        .limit(limit)
    )
    return [(row.id, row.subject_id) for row in session.connection().execute(found)]


def lines_of(walk: Walk) -> tuple[sa.ColumnElement[bool], ...]:
    """The lines of history that the walk has before it."""
    return events.c.id > walk.after, events.c.id <= walk.upto


def behind(walk: Walk) -> sa.ColumnElement[bool]:
    """The items that a walk over everything has before it."""
    return items.c.id > walk.after


def _newest(session: Session) -> int:
    return int(session.execute(sa.select(sa.func.max(events.c.id))).scalar() or 0)


def _first_since(session: Session, at: datetime, upto: int) -> int:
    """Before that line all are older than that moment; 0 where none is.

    The history is nearly in the order of its moments, so that it is found by halving.
    """
    low, high = 0, upto + 1  # all up to ``low`` are older, the one from ``high`` on is not
    while high - low > 1:
        middle = (low + high) // 2
        found: Any = session.execute(
            sa.select(events.c.id, events.c.at)
            .where(events.c.id >= middle)
            .order_by(events.c.id)
            .limit(1)
        ).first()
        if found is not None and found.at < at:
            low = found.id
        else:
            high = middle
    return low + 1 if low else 0
