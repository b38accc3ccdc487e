"""Who is told of what: each channel and the events that it is told."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core.notices import (
    INBOX,
    ITEM,
    OUTPUT,
    RECORDS,
    SOURCE,
    TO_PEOPLE,
    TO_TOOLS,
    Notice,
    is_wanted,
)
from app.core.words import Clock
from app.core.zones import zone_of
from app.models import ChannelKind
from app.services import channel_views, listing, search, states
from app.services.addressed import view_from
from app.services.channel_views import ITS_PERSONS, Tells
from app.services.happened import Happened
from app.services.pages import View
from app.services.pages.views import SHAPE

channels = SQLModel.metadata.tables["channels"]
users = SQLModel.metadata.tables["users"]
OF_ANYTHING = frozenset({"vendor", "program", "source"})
"""Filters that things have that are no items, too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listener:
    """A channel that is told something, or the mail of a person that has no row yet.

    user_id     whose it is; None: the team's, and ``reader`` is who made it
    tells       of which items
    since       it is told nothing older
    """

    channel_id: int | None
    kind: str
    user_id: int | None
    reader: int
    is_admin: bool
    zone: str | None
    tells: Tells
    wants: frozenset[str]
    since: datetime


def wants_of(kind: str, chosen: Iterable[str]) -> frozenset[str]:
    """What a channel of that kind wants that was set up so; nothing chosen is the usual."""
    usual = TO_TOOLS if kind == ChannelKind.WEBHOOK else TO_PEOPLE
    return frozenset(chosen) or usual


def listeners(session: Session, *, mail: bool) -> list[Listener]:
    """Everybody who is told anything. ``mail``: this installation can send some."""
    own = channel_views.joined.outerjoin(users, users.c.id == channels.c.user_id)
    more = (channels.c.kind, channels.c.created_by_id, channels.c.wants, channels.c.created_at)
    statement = (
        sa.select(*channel_views.COLUMNS, *more, users.c.is_admin, users.c.time_zone)
        .select_from(own)
        .where(
            channels.c.stopped_at.is_(None),
            sa.or_(channels.c.user_id.is_(None), users.c.is_active),
            sa.or_(
                channels.c.kind != ChannelKind.MAIL,
                sa.and_(users.c.notices_on, sa.true() if mail else sa.false()),
            ),
        )
        .order_by(channels.c.id)
    )
    found = [
        Listener(
            channel_id=row.id,
            kind=row.kind,
            user_id=row.user_id,
            reader=row.user_id or row.created_by_id or 0,
            is_admin=bool(row.is_admin),
            zone=row.time_zone,
            tells=channel_views.tells(row),
            wants=wants_of(row.kind, row.wants),
            since=row.created_at,
        )
        for row in session.execute(statement)
    ]
    return [*found, *(_without_a_row(session) if mail else ())]


def _without_a_row(session: Session) -> list[Listener]:
    """People whose mail was never needed: the channel is made with the first thing to tell."""
    has = sa.select(channels.c.user_id).where(
        channels.c.kind == ChannelKind.MAIL, channels.c.user_id == users.c.id
    )
    statement = (
        sa.select(users.c.id, users.c.is_admin, users.c.time_zone, users.c.created_at)
        .where(users.c.is_active, users.c.notices_on, ~has.exists())
        .order_by(users.c.id)
    )
    return [
        Listener(
            channel_id=None,
            kind=ChannelKind.MAIL,
            user_id=row.id,
            reader=row.id,
            is_admin=row.is_admin,
            zone=row.time_zone,
            tells=ITS_PERSONS,
            wants=wants_of(ChannelKind.MAIL, ()),
            since=row.created_at,
        )
        for row in session.execute(statement)
    ]


def told(
    session: Session,
    everyone: Sequence[Listener],
    happened: Sequence[Happened],
    *,
    clock: Clock,
) -> list[tuple[Listener, list[Notice]]]:
    """What each of them is told, of those who are told anything.

    One statement for each view, and none for each person.
    """
    wanted: dict[frozenset[str], list[Happened]] = {}
    of_people: dict[frozenset[str], Mapping[int, list[Happened]]] = {}
    found = []
    for one in everyone:
        if one.wants not in wanted:
            wanted[one.wants] = [each for each in happened if is_wanted(each.notice, one.wants)]
            of_people[one.wants] = _by_person(wanted[one.wants])
        if one.tells.query is not None:
            heard = _in_view(session, one, wanted[one.wants], one.tells.query, clock)
        elif one.tells.lost:
            heard = [each for each in wanted[one.wants] if _can_start(one, each)]
        else:
            heard = _own(one, wanted[one.wants], of_people[one.wants])
        notices = [
            each.notice
            for each in heard
            if each.notice.at >= one.since and (one.user_id is None or each.actor_id != one.user_id)
        ]
        if notices:
            found.append((one, notices))
    return found


def _by_person(happened: Sequence[Happened]) -> Mapping[int, list[Happened]]:
    found: dict[int, list[Happened]] = defaultdict(list)
    for each in happened:
        for person in each.people:
            found[person].append(each)
    return found


def _own(
    one: Listener, wanted: Sequence[Happened], of_people: Mapping[int, list[Happened]]
) -> list[Happened]:
    """What they have; admins hear of sources and of every program, too."""
    own = of_people.get(one.user_id or 0, [])
    if not one.is_admin:
        return own
    others = [each for each in wanted if each.notice.subject in (SOURCE, *RECORDS, INBOX)]
    return sorted({id(each): each for each in (*own, *others)}.values(), key=_by_id)


def _by_id(each: Happened) -> int:
    return each.notice.event_id


def _in_view(
    session: Session, one: Listener, wanted: Sequence[Happened], query: str, clock: Clock
) -> list[Happened]:
    view = view_from(query)
    ids = {each.notice.subject_id for each in wanted if each.notice.subject == ITEM}
    zone = zone_of(one.zone) if one.zone else clock.zone
    shown = items_in(session, view, ids, reader=one.reader, clock=Clock(now=clock.now, zone=zone))
    return [
        each
        for each in wanted
        if (
            each.notice.subject_id in shown
            if each.notice.subject == ITEM
            else _is_told(one, view, each)
        )
    ]


def _is_told(one: Listener, view: View, each: Happened) -> bool:
    """Whether a channel with a view is told of a thing that is no item."""
    if one.user_id is None:
        return not each.private and _fits(view, each)
    if each.notice.subject == OUTPUT:
        return _can_start(one, each)
    return each.notice.subject != SOURCE and _fits(view, each)


def _can_start(one: Listener, each: Happened) -> bool:
    """Whether it is an output that this person can start again: told whatever the view."""
    return each.notice.subject == OUTPUT and one.user_id in each.people


def _fits(view: View, each: Happened) -> bool:
    """Whether a thing that is no item is in a view that asks only for what such a thing has."""
    asked = view.query().keys() - (set(SHAPE) - {"tab"})
    if each.notice.subject == INBOX:
        return True
    if asked - OF_ANYTHING:
        return False
    source = str(each.connection_id or "")
    if each.notice.subject == SOURCE:
        return not asked - {"source"} and view.source in ("", source)
    programs = (each.notice.program, each.notice.title)
    return (
        view.source in ("", source)
        and view.vendor in ("", each.notice.vendor)
        and view.program in ("", *(programs if each.notice.subject == "program" else programs[:1]))
    )


def items_in(
    session: Session, view: View, ids: Collection[int], *, reader: int, clock: Clock
) -> set[int]:
    """Those of the items that a view is about: open or not, for its end is told, too."""
    if not ids:
        return set()
    if not view.narrowed and view.tab == "all":
        return set(ids)
    belongs = listing.in_view(session, view, reader, clock, settled=True)
    among = states.among(session, listing.items.c.id, ids)
    statement = sa.select(listing.items.c.id).select_from(listing.joined(reader))
    statement = statement.where(*belongs, among)
    named = listing.values(session, view, reader, clock) | {"ids": search.given(session, list(ids))}
    return set(session.connection().execute(statement, named).scalars())
