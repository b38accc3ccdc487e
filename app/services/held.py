"""Records that left a list too many at once: a person says whether they are gone."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core import removal
from app.core.columns import TABLES
from app.services import absence, sources


def confirm_removals(
    session: Session, connection_id: int, stream: str, *, now: datetime, actor_id: int | None
) -> int:
    """A person says that the held records are really gone; how many were removed.

    Raises ``NotFound`` for an unknown connection.
    """
    removed = 0
    for name, ids in _held(session, connection_id, stream):
        absence.remove(session, name, ids, now=now, actor_id=actor_id)
        removed += len(ids)
    _release(session, connection_id, stream)
    return removed


def keep_held(session: Session, connection_id: int, stream: str) -> None:
    """A person says that the held records are not gone: counting begins again.

    Raises ``NotFound`` for an unknown connection.
    """
    for name, ids in _held(session, connection_id, stream):
        table = SQLModel.metadata.tables[name]
        session.execute(sa.update(table).where(table.c.id.in_(ids)).values(missing_reads=0))
    _release(session, connection_id, stream)


def _held(session: Session, connection_id: int, stream: str) -> list[tuple[str, list[int]]]:
    sources.get(session, connection_id)
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
    states = SQLModel.metadata.tables["stream_states"]
    session.execute(
        sa.update(states)
        .where(states.c.connection_id == connection_id, states.c.stream == stream)
        .values(held=0, held_since=None)
    )
