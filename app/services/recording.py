"""An act as one thing: what a person did, to one item or to thousands, and can take back."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import Session, col, select

from app.core.whole import whole
from app.core.words import Clock
from app.errors import NotFound
from app.models import Event, RecordedAct
from app.services.pages import Act

UNDONE = "undone"
UNDO_FOR = timedelta(days=1)
"""How long the newest act of a person can be taken back without naming it."""


def begin(session: Session, kind: str, *, user_id: int, clock: Clock) -> RecordedAct:
    """A new act, whose id the lines of history that it writes carry."""
    record = RecordedAct(actor_id=user_id, at=clock.now, kind=kind, said="", items=0)
    session.add(record)
    session.flush()
    return record


def told(session: Session, record: RecordedAct, said: str, ids: Sequence[int]) -> Act:
    """What was done, as the person is told, and as it stays recorded."""
    record.said, record.items = said, len(ids)
    session.flush()
    return Act(said=said, items=tuple(ids), undo=str(record.id))


def taken_back(record: RecordedAct, items: Sequence[int] = (), *, source: int | None = None) -> Act:
    """That it was undone, as the person is told."""
    return Act(said=f"Undone: {record.said}", items=tuple(items), source=source)


def last(session: Session, *, user_id: int, clock: Clock) -> Act | None:
    """The same as the pages show it."""
    record = newest(session, user_id=user_id, clock=clock)
    return Act(said=record.said, items=(), undo=str(record.id)) if record else None


def own(session: Session, key: str, *, user_id: int, clock: Clock) -> RecordedAct:
    """The act of this person that a key names; "" names the last one. Raises ``NotFound``."""
    number = whole(key) if key else None
    if not key:
        found = newest(session, user_id=user_id, clock=clock)
        number = found.id if found else None
    record = session.get(RecordedAct, number or 0)
    if record is None or record.actor_id != user_id:
        raise NotFound("There is nothing to undo.")
    return record


def newest(session: Session, *, user_id: int, clock: Clock) -> RecordedAct | None:
    """The last act of this person that was not taken back, if it is not too long ago."""
    own = select(RecordedAct).where(
        RecordedAct.actor_id == user_id, col(RecordedAct.undone_at).is_(None)
    )
    last = session.exec(own.order_by(col(RecordedAct.id).desc()).limit(1)).first()
    return last if last is not None and last.at > clock.now - UNDO_FOR else None


def undone(item_id: int, kind: str, user_id: int, clock: Clock) -> Event:
    """The line of an item's history that an act of that kind was taken back."""
    return Event(
        subject="item", subject_id=item_id, at=clock.now, kind=UNDONE, actor_id=user_id, old=kind
    )
