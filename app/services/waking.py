"""What comes back by itself: a snooze that ended, an item whose head is gone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from app.models import Event, ItemState, TeamState
from app.services import states
from app.services.acts import REOPENED
from app.services.bulk import chunks

WOKEN = "woken"
LET_GO = "The item that it was joined with is gone"
AT_ONCE = 500


def overslept(session: Session, *, now: datetime) -> bool:
    """Whether anything was snoozed until now: asked first, so that a quiet tick writes nothing."""
    due = select(ItemState.item_id).where(*_asleep(now))
    return session.exec(due.limit(1)).first() is not None


def wake(session: Session, *, now: datetime) -> int:
    """Bring back what was snoozed until now; how many. Called by the clock's edge.

    What is snoozed until it changes has no such moment.
    """
    due = list(session.exec(select(ItemState.item_id).where(*_asleep(now)).order_by("item_id")))
    return sum(_wake(session, ids, now) for ids in chunks(due, AT_ONCE))


def _asleep(now: datetime) -> tuple[Any, ...]:
    return (ItemState.state == TeamState.SNOOZED, col(ItemState.snoozed_until) <= now)


def _wake(session: Session, ids: Sequence[int], now: datetime) -> int:
    states.hold(session, ids)
    due = select(ItemState).where(col(ItemState.item_id).in_(ids), *_asleep(now))
    still = list(session.exec(due))
    for state in still:
        line = Event(subject="item", subject_id=state.item_id, at=now, kind=WOKEN)
        bring_back(session, state, line)
    session.flush()
    states.refresh_open(session, [state.item_id for state in still])
    return len(still)


def let_go(session: Session, heads: Sequence[int], *, now: datetime) -> None:
    """What was joined with these items, which are gone, stands for itself again (P1)."""
    with_them = col(ItemState.joined_to_id).in_(heads)
    ids = session.exec(select(ItemState.item_id).where(with_them)).all()
    if not ids:
        return
    states.hold(session, ids)
    statement = select(ItemState).where(with_them).order_by(col(ItemState.item_id))
    freed = list(session.exec(statement.execution_options(populate_existing=True)))
    for state in freed:
        line = Event(subject="item", subject_id=state.item_id, at=now, kind=REOPENED, note=LET_GO)
        bring_back(session, state, line)
    session.flush()
    states.refresh_open(session, [state.item_id for state in freed])


def bring_back(session: Session, state: ItemState, line: Event) -> None:
    """Open for the team again; the line of history says when, and its note why."""
    before = states.as_kept({name: getattr(state, name) for name in states.KEPT})
    state.state = TeamState.OPEN
    for name, nothing in states.NO_OTHER.items():
        setattr(state, name, nothing)
    state.reopened_because = line.note or state.reopened_because
    state.version += 1
    state.changed_at = line.at
    line.before = before | {"version": state.version}
    session.add_all((state, line))
