"""How a channel is: whether it is told, was stopped, or takes nothing, and why."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import Channel, User
from app.services import channels, deliveries
from app.services.pages.outputs import Going, Stopped

BY_US = sa.and_(
    col(Channel.stopped_at).is_not(None), col(Channel.stopped_because) != channels.STOPPED
)


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
    failing = sa.or_(col(Channel.failing_since).is_not(None), BY_US)
    yield from _with_what_is_wrong(session, failing)


def stopped(session: Session) -> Sequence[Stopped]:
    """The channels that we stopped and nobody has started again."""
    found = [*_with_what_is_wrong(session, BY_US)]
    if not found:
        return ()
    admins = select(User.id).where(col(User.is_active), col(User.is_admin))
    every = frozenset(id_ for id_ in session.exec(admins) if id_ is not None)
    return [
        Stopped(
            id=one.id,
            name=one.name,
            what=one.kind,
            at=one.stopped_at,
            wrong=said,
            is_team=one.user_id is None,
            people=every if one.user_id is None else frozenset({one.user_id}),
            to=f"{channels.PAGES[one.kind]}/{one.id}",
        )
        for one, said in found
        if one.id is not None and one.stopped_at is not None
    ]


def _with_what_is_wrong(
    session: Session, which: sa.ColumnElement[bool]
) -> Iterator[tuple[Channel, str]]:
    found = session.exec(select(Channel).where(which).order_by(col(Channel.id))).all()
    newest = deliveries.newest(session, [one.id for one in found if one.id is not None])
    for one in found:
        last = newest.get(one.id or 0)
        if said := wrong(one, (last.error or "") if last else ""):
            yield one, said
