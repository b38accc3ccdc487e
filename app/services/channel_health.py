"""How a channel is: whether it is told, was stopped, takes or tells nothing, and why."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import Channel, ChannelKind, User
from app.services import channel_views, channels, deliveries
from app.services.pages.outputs import Going, Silent

BY_US = sa.and_(
    col(Channel.stopped_at).is_not(None), col(Channel.stopped_because) != channels.STOPPED
)
FOLLOWS = sa.and_(col(Channel.stopped_at).is_(None), col(Channel.view_id).is_not(None))


def going(channel: Channel, lost: str = "") -> Going:
    """How it is, in one word. ``lost``: why it tells of no item."""
    if channel.stopped_at is None:
        return Going.TROUBLED if channel.failing_since or lost else Going.ON
    return Going.OFF if channel.stopped_because == channels.STOPPED else Going.STOPPED


def wrong(channel: Channel, error: str, lost: str = "") -> str:
    """What is wrong with it, with the ``error`` of its last message; empty while nothing is."""
    told: tuple[str, ...]
    match going(channel, lost):
        case Going.ON | Going.OFF:
            return ""
        case Going.TROUBLED:
            told = (error if channel.failing_since else "", lost)
        case Going.STOPPED:
            told = (channel.stopped_because or "", error, lost)
    return " ".join(dict.fromkeys(filter(None, told)))


def troubled(session: Session) -> Iterator[tuple[Channel, str]]:
    """The channels with which something is wrong, and what; of people's mail they know it."""
    failing = sa.or_(col(Channel.failing_since).is_not(None), BY_US, FOLLOWS)
    for one in _wrong(session, failing, col(Channel.kind) != ChannelKind.MAIL):
        yield one.channel, one.said


def silent(session: Session) -> Sequence[Silent]:
    """The channels that tell nothing though nobody stopped them by hand: we did, or the view that
    they follow is gone.
    """
    off = select(User.id).where(sa.not_(col(User.notices_on)))
    unwanted = sa.and_(col(Channel.kind) == ChannelKind.MAIL, col(Channel.user_id).in_(off))
    found = [
        one
        for one in _wrong(session, sa.or_(BY_US, FOLLOWS), sa.not_(unwanted))
        if one.channel.stopped_at is not None or one.lost
    ]
    admins = select(User.id).where(col(User.is_active), col(User.is_admin))
    every = frozenset(id_ for id_ in session.exec(admins) if id_ is not None) if found else ()
    return [_silent(one, frozenset(every)) for one in found]


def _silent(one: "_Wrong", admins: frozenset[int]) -> Silent:
    channel = one.channel
    is_mail = channel.kind == ChannelKind.MAIL
    return Silent(
        id=channel.id or 0,
        name="Mail at once" if is_mail else channel.name,
        what=channel.kind,
        at=channel.stopped_at,
        wrong=one.said,
        is_team=channel.user_id is None,
        people=admins if channel.user_id is None else frozenset({channel.user_id}),
        to=channels.page_of(channel),
    )


class _Wrong(NamedTuple):
    channel: Channel
    said: str
    lost: str


def _wrong(session: Session, *which: sa.ColumnElement[bool]) -> Iterator[_Wrong]:
    found = session.exec(select(Channel).where(*which).order_by(col(Channel.id))).all()
    ids = [one.id for one in found if one.id is not None]
    newest, told = deliveries.newest(session, ids), channel_views.of(session, ids)
    for one in found:
        last, lost = newest.get(one.id or 0), told[one.id or 0].lost
        if said := wrong(one, (last.error or "") if last else "", lost):
            yield _Wrong(one, said, lost)
