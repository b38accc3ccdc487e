"""What one person marks for themselves: read and starred. Nobody else sees it, and the team's
history never tells it; undo knows it from the act alone.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from app.core.words import Clock, plural
from app.db import is_sqlite
from app.errors import NotFound
from app.models import RecordedAct
from app.services import recording, states
from app.services.pages import Act

STARRED, UNSTARRED, READ, UNREAD = "starred", "unstarred", "read", "unread"
MARKS = {STARRED: "starred_at", UNSTARRED: "starred_at", READ: "read_at", UNREAD: "read_at"}
"""Of each kind of act the column that it writes."""
SAID = {STARRED: "Starred", UNSTARRED: "Star taken away", READ: "Marked as read"}
SAID[UNREAD] = "Marked as unread"

items = SQLModel.metadata.tables["items"]
marks = SQLModel.metadata.tables["personal_states"]


def star(session: Session, ids: Sequence[int], *, on: bool, user_id: int, clock: Clock) -> Act:
    """Put one's own star to these items, or take it away. Raises ``Invalid``, ``NotFound``."""
    kind = STARRED if on else UNSTARRED
    return _mark(session, ids, kind, clock.now if on else None, user_id=user_id, clock=clock)


def read(session: Session, ids: Sequence[int], *, on: bool, user_id: int, clock: Clock) -> Act:
    """Have seen these items as they are now, or not yet. Raises ``Invalid``, ``NotFound``."""
    kind = READ if on else UNREAD
    return _mark(session, ids, kind, clock.now if on else None, user_id=user_id, clock=clock)


def mark_seen(session: Session, item_id: int, *, user_id: int, clock: Clock) -> None:
    """This person has opened the item and seen it as it is now: no act, for nobody undoes it."""
    _write(session, user_id, "read_at", [(item_id, clock.now)])


def take_back(session: Session, act: RecordedAct) -> Act:
    """Put the marks back as they were before the act."""
    before = [(int(id_), _instant(at)) for id_, at in act.before or ()]
    _write(session, act.actor_id or 0, MARKS[act.kind], before)
    return recording.taken_back(act, [id_ for id_, _at in before])


def _mark(
    session: Session,
    ids: Sequence[int],
    kind: str,
    at: datetime | None,
    *,
    user_id: int,
    clock: Clock,
) -> Act:
    states.bear(ids)
    column = MARKS[kind]
    before = _before(session, ids, column, user_id)
    if not before:
        raise NotFound(states.NO_SUCH, remedy=states.LOOK_AGAIN)
    _write(session, user_id, column, [(id_, at) for id_, _was in before])
    many = f": {plural(len(before), 'item')}" if len(before) > 1 else ""
    act = RecordedAct(
        actor_id=user_id,
        at=clock.now,
        kind=kind,
        said=f"{SAID[kind]}{many}",
        items=len(before),
        before=[[id_, was.isoformat() if was else None] for id_, was in before],
    )
    session.add(act)
    session.flush()
    return Act(said=act.said, items=tuple(id_ for id_, _was in before), undo=str(act.id))


def _before(
    session: Session, ids: Sequence[int], column: str, user_id: int
) -> list[tuple[int, datetime | None]]:
    """Those of the items that exist, each with this person's mark as it is."""
    own = sa.and_(marks.c.item_id == items.c.id, marks.c.user_id == user_id)
    found = (
        sa.select(items.c.id, marks.c[column])
        .select_from(items.outerjoin(marks, own))
        .where(states.among(session, items.c.id, ids))
        .order_by(items.c.id)
    )
    return [(id_, at) for id_, at in session.execute(found)]


def _write(
    session: Session, user_id: int, column: str, told: Sequence[tuple[int, datetime | None]]
) -> None:
    if not told:
        return
    insert = (sqlite if is_sqlite(session) else postgresql).insert(marks)
    upsert: Any = insert.on_conflict_do_update(
        index_elements=["user_id", "item_id"], set_={column: insert.excluded[column]}
    )
    rows = [{"user_id": user_id, "item_id": id_, column: at} for id_, at in told]
    session.connection().execute(upsert, rows)


def _instant(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None
