"""Reading along: what was added to the history since one looked last, with nothing missed.

On Postgres the ids of the history do not become visible in the order in which they were given out:
who asks for all after the last one seen misses what a slower write adds. So each write that adds to
the history leaves a mark with the revision that it made, and revisions are made one at a time.
"""

from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.models import TELL
from app.services.revisions import revision

MARKS_KEPT = 100_000
"""Whoever has not looked for so many writes begins anew."""

_marks = SQLModel.metadata.tables["write_marks"]
_events = SQLModel.metadata.tables["events"]


class Follow(NamedTuple):
    """What was added since a position.

    after_event   all of it has greater ids, and so may some that was seen before; None: nothing
    known         False: the position is too old, or of another life of this database (a backup was
                  put back, the sample was wiped). What was read until then is to be dropped.
    """

    after_event: int | None
    known: bool = True


def position(session: Session) -> int:
    """Where the history stands. Ask before anything else is read: later reads are only newer."""
    return revision(session)


def since(session: Session, position: int) -> Follow:
    """What writes added to the history after that position."""
    oldest, newest = session.execute(
        sa.select(sa.func.min(_marks.c.number), sa.func.max(_marks.c.number))
    ).one()
    if oldest is None or not oldest <= position <= max(newest, revision(session)):
        return Follow(None, known=False)
    first = sa.select(sa.func.min(_marks.c.after_event)).where(_marks.c.number > position)
    return Follow(session.execute(first).scalar_one())


def forget(session: Session) -> None:
    """From here on all positions of before are unknown: lines of the history went, or will be
    told otherwise than they were. The mark is the one that this write would leave, and from there
    on it is told to people and tools, too.
    """
    session.execute(sa.delete(_marks))
    newest = sa.select(sa.func.coalesce(sa.func.max(_events.c.id), 0)).scalar_subquery()
    revisions = SQLModel.metadata.tables["revision"]
    session.execute(
        sa.insert(_marks).from_select(
            ["number", "after_event"], sa.select(revisions.c.number + 1, newest)
        )
    )
    chores = SQLModel.metadata.tables["chores"]
    here = sa.select(revisions.c.number + 1).scalar_subquery()
    session.execute(sa.update(chores).where(chores.c.name == TELL).values(mark=here))
