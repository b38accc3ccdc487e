"""One person's own keys, as they set them, and the ones before."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from app.core.words import Clock
from app.errors import Conflict
from app.models import RecordedAct, User
from app.services import accounts, recording
from app.services.pages import Act

KIND = "keys"


def keep(
    session: Session,
    keys: Mapping[str, list[str]],
    *,
    shortcuts: bool,
    said: str,
    user_id: int,
    clock: Clock,
) -> Act:
    """Whether single keys do something for this person, and which they set otherwise."""
    user = accounts.user(session, user_id)
    was = _kept(user)
    user.shortcuts, user.keys = shortcuts, dict(keys)
    record = recording.begin(session, KIND, user_id=user_id, clock=clock)
    record.before = [was, _kept(user)]
    return recording.told(session, record, said, ())


def take_back(session: Session, record: RecordedAct) -> Act:
    """The keys before. Raises ``Conflict`` where the person has set others since."""
    user = accounts.user(session, record.actor_id or 0)
    was, left = record.before or (_kept(user), None)
    if _kept(user) != left:
        raise Conflict(
            "This was not undone: you have set other keys since.",
            remedy="Open Settings, Keyboard to see them.",
        )
    user.shortcuts, user.keys = was["shortcuts"], was["keys"]
    session.flush()
    return recording.taken_back(record)


def _kept(user: User) -> dict[str, Any]:
    return {"shortcuts": user.shortcuts, "keys": dict(user.keys)}
