"""Taking an act of one's own back, whatever kind of act it was."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.core.words import Clock
from app.errors import Conflict
from app.models import Event, RecordedAct
from app.services import (
    acts,
    attachments,
    beginning,
    comments,
    confirming,
    handing,
    keeping,
    looks,
    mandatory,
    own_keys,
    owning,
    pairs,
    personal,
    recording,
    revisions,
    ruling,
    saved,
    states,
    weights,
)
from app.services.pages import Act

OTHERS = (
    *attachments.UNDOABLE,
    *comments.UNDOABLE,
    *confirming.UNDOABLE,
    *pairs.UNDOABLE,
)
ALONE: Mapping[str, Callable[[Session, RecordedAct], Act]] = {
    **dict.fromkeys(personal.MARKS, personal.take_back),
    looks.SEEN: looks.take_back,
    weights.WEIGHED: weights.take_back,
    saved.KIND: saved.take_back,
    keeping.KIND: keeping.take_back,
    ruling.KIND: ruling.take_back,
    mandatory.KIND: mandatory.take_back,
    own_keys.KIND: own_keys.take_back,
    beginning.KIND: beginning.take_back,
}
"""Acts that change no item's state: each is taken back by the service that did it."""
ON_ITEMS = (
    *(acts.DONE, acts.REOPENED, acts.SNOOZED, acts.WAITING, acts.DECLINED),
    *(acts.ASSIGNED, acts.BACKED, *personal.MARKS, *attachments.UNDOABLE, *comments.UNDOABLE),
)
"""Kinds of acts that write nothing but what people do with items."""
ANYWAY, REST = "anyway", "rest"
events = SQLModel.metadata.tables["events"]


def undo(session: Session, key: str, *, user_id: int, clock: Clock, then: str = "") -> Act:
    """Take back what the key of an ``Act`` names; "" is the last one of this person.

    Raises ``NotFound`` for what is nobody's own, ``Conflict`` for what was undone already, and
    ``Overtaken`` when somebody changed its items since; ``then`` says what is done about that:
    ``ANYWAY``, that is lost, too; ``REST``, those stay as they are now.
    """
    record = _own(session, key, user_id, clock)
    if record.kind in ON_ITEMS:
        revisions.only_on_items(session)
    if record.kind in ALONE:
        return ALONE[record.kind](session, record)
    lines, stayed = _take_back(session, record, clock, then=then)
    handing.take_back_rules(session, record)
    others = _others(session, record)
    comments.take_back(session, others, user_id=user_id, clock=clock)
    attachments.take_back(session, others, user_id=user_id, clock=clock)
    pairs.take_back(session, others, user_id=user_id, clock=clock)
    confirming.take_back(session, others, user_id=user_id, clock=clock)
    told = [line.subject_id for line in lines] + [event.subject_id for event in others]
    return Act(said=f"Undone: {record.said}{stayed}", items=tuple(dict.fromkeys(told)))


def _own(session: Session, key: str, user_id: int, clock: Clock) -> RecordedAct:
    """The act, taken back from now on; nobody else takes it back at the same moment."""
    record = recording.own(session, key, user_id=user_id, clock=clock)
    mine: sa.CursorResult[Any] = session.connection().execute(
        sa.update(RecordedAct)
        .where(col(RecordedAct.id) == record.id, col(RecordedAct.undone_at).is_(None))
        .values(undone_at=clock.now)
    )
    if mine.rowcount != 1:
        raise Conflict("This was undone already.", remedy="Nothing more was changed.")
    session.refresh(record)
    return record


def _lines(session: Session, record: RecordedAct) -> list[Any]:
    """What the act did with the states of items, in the order that it did it."""
    of_it = sa.select(events.c.subject_id, events.c.kind, events.c.before).where(
        events.c.act_id == record.id,
        events.c.subject == "item",
        events.c.kind.in_(acts.STATES),
    )
    return list(session.execute(of_it.order_by(events.c.id)))


def _others(session: Session, record: RecordedAct) -> list[Event]:
    """What it decided beside."""
    of_it = select(Event).where(
        Event.act_id == record.id,
        col(Event.before).is_not(None),
        col(Event.kind).in_((*OTHERS, acts.JOINED)),
    )
    return list(session.exec(of_it.order_by(col(Event.id))))


def _take_back(
    session: Session, record: RecordedAct, clock: Clock, *, then: str
) -> tuple[list[Any], str]:
    """The lines of what was taken back; what stayed because somebody changed it since, in words.

    Of what was given to somebody in one go that stays without a question, if anything is left.
    """
    lines = _lines(session, record)
    ids = states.hold(session, {line.subject_id for line in lines}) if lines else set()
    lines = [line for line in lines if line.subject_id in ids]  # the sample can be wiped
    if not lines:
        return [], ""
    stored = states.read(session, ids)
    left = {line.subject_id: line.before["version"] for line in lines}
    since = {id_: was for id_, was in left.items() if stored[id_]["version"] != was}
    if then == ANYWAY or not since:
        _put_back(session, record, lines, stored, clock)
        return lines, ""
    spares = then == REST or record.kind in (acts.HANDED, acts.RULED)
    if not spares or len(since) == len(left):
        raise states.Overtaken(
            "This was not undone: the item was changed in the meantime."
            if len(left) == 1
            else "This was not undone: some of its items were changed in the meantime.",
            since,
        )
    lines = [line for line in lines if line.subject_id not in since]
    _put_back(session, record, lines, stored, clock)
    return lines, owning.stayed(session, since)


def _put_back(
    session: Session,
    record: RecordedAct,
    lines: list[Any],
    stored: dict[int, states.Stored],
    clock: Clock,
) -> None:
    """Make the states what they were before these lines, with a line of history for each."""
    before: dict[int, states.Stored] = {}
    for line in lines:
        before.setdefault(line.subject_id, line.before)
    states.put_back(session, before, now=clock.now)
    told = (recording.UNDONE, record.actor_id, None)
    rows = [
        (
            *(clock.now, "item", line.subject_id, *told, line.kind, None, None),
            {"version": stored[line.subject_id]["version"] + 1},
        )
        for line in lines
    ]
    states.tell(session, rows)
