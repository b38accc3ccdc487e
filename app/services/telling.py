"""From the history to the channels: each event that leaves, to whoever is told of it.

The history is read along with a mark (``Chore`` TELL), which is moved on in the transaction that
writes what is to leave: of two processes that read the same lines one writes. A line may be read
twice all the same; the ledger knows it by its id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.core.notices import INBOX, EventKind, Notice, payload
from app.core.words import Clock
from app.models import TELL, ChannelKind, Chore
from app.services import (
    apart,
    audiences,
    channels,
    deliveries,
    following,
    gathering,
    happened,
    states,
)
from app.services.audiences import Listener
from app.services.happened import Happened

MOST_TO_ONE = 1_000
"""So many events one round sends to one tool, each by itself."""
FAR = 10_000
"""After so many writes the mark is moved on although there was nothing to tell."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """What was added to the history between two positions, and who is told what of it."""

    mark: int
    position: int
    told: Sequence[tuple[Listener, Sequence[Notice]]] = ()


def look(
    session: Session, *, clock: Clock, mail: bool, most: int = happened.MOST_READ
) -> Round | None:
    """What is to be told since the last round; None where that is nothing.

    ``mail``: this installation can send some. ``most``: so many lines are told.
    """
    mark: int = session.execute(
        sa.select(col(Chore.mark)).where(col(Chore.name) == TELL)
    ).scalar_one()
    position = following.position(session)
    if position == mark:
        return None
    follow = following.since(session, mark)
    onward = Round(mark=mark, position=position)
    if not follow.known:
        return onward  # of another life of this database: nothing of it is told
    far = onward if position - mark > FAR else None
    everyone = audiences.listeners(session, mail=mail) if follow.after_event is not None else []
    if follow.after_event is None or not everyone:
        return far
    if apart.sample(session) is not None:
        return onward
    found, left = happened.since(session, follow.after_event, most=most)
    if left:
        found.append(Happened(notice=_many(left, position, clock.now)))
    told = audiences.told(session, everyone, found, clock=clock)
    return Round(mark=mark, position=position, told=told)


def tell(
    session: Session, found: Round, *, home: str, now: datetime, most: int = MOST_TO_ONE
) -> bool:
    """Put what is to leave into the ledger; False where somebody else was faster.

    ``most``: so many events go to one tool, each by itself.
    """
    mine: sa.CursorResult[Any] = session.connection().execute(
        sa.update(Chore)
        .where(col(Chore.name) == TELL, col(Chore.mark) == found.mark)
        .values(mark=found.position)
    )
    if mine.rowcount != 1:
        return False
    there = _present(session, [listener for listener, _notices in found.told])
    to_people: dict[int, Sequence[Notice]] = {}
    for (listener, notices), channel_id in zip(found.told, there, strict=True):
        if channel_id is None:
            continue
        if listener.kind == ChannelKind.WEBHOOK:
            bodies = _one_by_one(notices, most, home, found.position, now)
            deliveries.put(session, channel_id, bodies, now=now)
        else:
            to_people[channel_id] = notices
    if to_people:
        gathering.gather(session, to_people, now=now)
    return True


def _present(session: Session, listeners: Sequence[Listener]) -> list[int | None]:
    """The channel of each, people's mails made where they are needed for the first time; None for
    one that was removed or stopped since.
    """
    table = audiences.channels
    stored = [one.channel_id for one in listeners if one.channel_id is not None]
    going = sa.select(table.c.id).where(
        states.among(session, table.c.id, stored), table.c.stopped_at.is_(None)
    )
    present = set(session.execute(going.with_for_update(key_share=True)).scalars())
    first = {
        one.user_id: one.since
        for one in listeners
        if one.channel_id is None and one.user_id is not None
    }
    mails = channels.own_mails(session, first) if first else {}
    return [
        mails.get(one.user_id or 0)
        if one.channel_id is None
        else one.channel_id
        if one.channel_id in present
        else None
        for one in listeners
    ]


def _one_by_one(
    notices: Sequence[Notice], most: int, home: str, position: int, now: datetime
) -> Mapping[str, Mapping[str, Any]]:
    """A message for each event, by its key; and one that says how many were left."""
    alone = [one for one in notices if one.kind != EventKind.INBOX_MANY]
    left = sum(int(one.new or 0) for one in notices if one.kind == EventKind.INBOX_MANY)
    left += len(alone[most:])
    told = {f"event:{one.event_id}": payload(one, home) for one in alone[:most]}
    if left:
        told[f"many:{position}"] = payload(_many(left, position, now), home)
    return told


def _many(count: int, position: int, now: datetime) -> Notice:
    return Notice(
        event_id=-position,
        at=now,
        kind=EventKind.INBOX_MANY,
        subject=INBOX,
        subject_id=0,
        title="More happened at once than is told one by one",
        new=str(count),
        path="/changes",
    )
