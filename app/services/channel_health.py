"""How a channel is: whether it is told, was stopped, or takes nothing, and why."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import Channel
from app.services import channels, deliveries
from app.services.pages.outputs import Going


def going(channel: Channel) -> Going:
    """How it is, in one word."""
    if channel.stopped_at is None:
        return Going.ON if channel.failing_since is None else Going.TROUBLED
    return Going.OFF if channel.stopped_because == channels.STOPPED else Going.STOPPED


def wrong(channel: Channel, error: str) -> str:
    """What is wrong with it, with the ``error`` of its last message; empty while nothing is."""
    match going(channel):
        case Going.ON | Going.OFF:
            return ""
        case Going.TROUBLED:
            return error
        case Going.STOPPED:
            return " ".join(dict.fromkeys(filter(None, (channel.stopped_because, error))))


def troubled(session: Session) -> Iterator[tuple[Channel, str]]:
    """The channels with which something is wrong, and what."""
    failing = sa.or_(
        col(Channel.failing_since).is_not(None),
        sa.and_(
            col(Channel.stopped_at).is_not(None), col(Channel.stopped_because) != channels.STOPPED
        ),
    )
    found = session.exec(select(Channel).where(failing).order_by(col(Channel.id))).all()
    newest = deliveries.newest(session, [one.id for one in found if one.id is not None])
    for one in found:
        last = newest.get(one.id or 0)
        if said := wrong(one, (last.error or "") if last else ""):
            yield one, said
