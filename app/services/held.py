"""Records that left a list too many at once: a person says whether they are gone."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core import removal
from app.core.columns import TABLES
from app.services import absence, merging


def confirm_removals(
    session: Session, connection_id: int, stream: str, *, now: datetime, actor_id: int | None
) -> int:
    """A person says that the held records are really gone; how many were removed."""
    removed = 0
    for name, ids in _held(session, connection_id, stream):
        absence.remove(session, name, ids, now=now, actor_id=actor_id)
        removed += len(ids)
    _release(session, connection_id, stream)
    return removed


def keep_held(session: Session, connection_id: int, stream: str) -> None:
    """A person says that the held records are not gone: counting begins again."""
    for name, ids in _held(session, connection_id, stream):
        table = SQLModel.metadata.tables[name]
        session.execute(sa.update(table).where(table.c.id.in_(ids)).values(missing_reads=0))
    _release(session, connection_id, stream)


def _held(session: Session, connection_id: int, stream: str) -> list[tuple[str, list[int]]]:
    found = []
    for name in TABLES:
        table = SQLModel.metadata.tables[name]
        held = sa.select(table.c.id).where(
            table.c.connection_id == connection_id,
            table.c.stream == stream,
            table.c.removed_at.is_(None),
            table.c.missing_reads >= removal.READS,
        )
        found.append((name, list(session.execute(held).scalars())))
    return [(name, ids) for name, ids in found if ids]


def _release(session: Session, connection_id: int, stream: str) -> None:
    state = merging.stream_state(session, connection_id, stream)
    state.held, state.held_since = 0, None
