"""Taking an act of one's own back, whatever kind of act it was."""

from sqlmodel import Session, col, select

from app.core.whole import whole
from app.core.words import Clock
from app.errors import NotFound
from app.models import Event
from app.services import acts, confirming, pairs
from app.services.pages import Act

UNDOABLE = (*acts.UNDOABLE, *confirming.UNDOABLE, *pairs.UNDOABLE)


def undo(session: Session, key: str, *, user_id: int, clock: Clock) -> Act:
    """Take back what the key of an ``Act`` names. Raises ``Conflict`` when somebody acted since."""
    events = _events(session, key, user_id)
    states = [event for event in events if event.kind in acts.UNDOABLE]
    if states:
        acts.take_back(session, states, user_id=user_id, clock=clock)
    pairs.take_back(session, events, user_id=user_id, clock=clock)
    confirming.take_back(session, events, user_id=user_id, clock=clock)
    return Act(said="Undone", items=tuple(dict.fromkeys(event.subject_id for event in events)))


def _events(session: Session, key: str, user_id: int) -> list[Event]:
    """The lines of history that the key names, all of them this person's own acts."""
    parts = [whole(part) for part in key.split(".")]
    ids = [id_ for id_ in parts if id_ is not None]
    if len(ids) != len(parts) or len(ids) > acts.MOST_AT_ONCE:
        ids = []
    own = select(Event).where(
        col(Event.id).in_(ids), Event.actor_id == user_id, col(Event.kind).in_(UNDOABLE)
    )
    found = list(session.exec(own.order_by(col(Event.id))))
    if not found or len(found) != len(ids):
        raise NotFound("There is nothing to undo.")
    return found
