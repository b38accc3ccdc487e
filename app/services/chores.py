"""Chores: one conditional UPDATE that must change one row, as for a sync (P4)."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.models import Chore

AGAIN = timedelta(hours=1)
"""When another may take up a chore that was begun and never done."""
DAILY = timedelta(days=1)


def due(session: Session, name: str, *, now: datetime) -> bool:
    """Whether it is time: asked first, so that a quiet tick writes nothing."""
    found = session.get(Chore, name)
    return found is not None and found.next_due_at <= now


def claim(session: Session, name: str, *, now: datetime) -> bool:
    """Take it up; False where somebody else was faster."""
    taken: sa.CursorResult[Any] = session.connection().execute(
        sa.update(Chore)
        .where(col(Chore.name) == name, col(Chore.next_due_at) <= now)
        .values(next_due_at=now + AGAIN)
    )
    return taken.rowcount == 1


def done(session: Session, name: str, *, now: datetime) -> None:
    """It is done for a day."""
    session.connection().execute(
        sa.update(Chore).where(col(Chore.name) == name).values(next_due_at=now + DAILY)
    )
