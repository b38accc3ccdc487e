"""What may be remembered until a source tells something else, whatever people do meanwhile.

What people do comes all day long; what the sources hold changes with a sync. An answer that
depends on the sources alone would be made anew after every act, though nothing in it changed.
"""

from collections.abc import Callable, Hashable
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.services import acts, attachments, comments, recording, waking
from app.services.revisions import kept

T = TypeVar("T")
KEY = "last told"
ON_ITEMS = (*acts.STATES, waking.WOKEN, *attachments.UNDOABLE, *comments.UNDOABLE)
"""Lines of history that say nothing of what a source holds."""

events = SQLModel.metadata.tables["events"]


def remembered(session: Session, key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
    """``make()``, or what it gave before for this key while no source told anything since."""
    return kept(session, (KEY, *_last_told(session), *key), make)


def _last_told(session: Session) -> tuple[int, datetime | None]:
    """The last line of history that is more than an act on items, and its instant.

    With its instant, because ids begin anew where everything was wiped.
    """
    if KEY not in session.info:
        by_people = events.c.kind.in_(ON_ITEMS)
        taken_back = sa.and_(events.c.kind == recording.UNDONE, events.c.old.in_(ON_ITEMS))
        last = (
            sa.select(events.c.id, events.c.at)
            .where(sa.not_(by_people), sa.not_(sa.func.coalesce(taken_back, sa.false())))
            .order_by(events.c.id.desc())
            .limit(1)
        )
        found = session.execute(last).first()
        session.info[KEY] = (0, None) if found is None else (found.id, found.at)
    told: tuple[int, datetime | None] = session.info[KEY]
    return told
