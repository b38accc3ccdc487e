"""Who follows a saved view, as whoever is about to delete it is told."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core.words import plural
from app.models import ChannelKind
from app.services.addressed import SAVED

MOST_NAMED = 5
"""Outputs of one view that are named; the rest is counted."""

views = SQLModel.metadata.tables["saved_views"]
users = SQLModel.metadata.tables["users"]
feeds = SQLModel.metadata.tables["calendar_feeds"]
channels = SQLModel.metadata.tables["channels"]


class _Follower(NamedTuple):
    view_id: int
    user_id: int | None
    name: str


def told(session: Session, view_ids: Collection[int], user_id: int) -> Mapping[int, str]:
    """Of those of these views that are followed, by what of this person and the team, and by how
    many other people: "Your digest, the team’s chat “Hall” and 2 other people follow it."
    """
    if not view_ids:
        return {}
    found: dict[int, list[_Follower]] = {}
    for one in (*_digests(session), *_calendars(session, view_ids), *_channels(session, view_ids)):
        found.setdefault(one.view_id, []).append(one)
    seen = sa.select(views.c.id, views.c.shared).where(views.c.id.in_(list(view_ids)))
    told: dict[int, str] = {}
    for view_id, shared in session.execute(seen):
        sees = [one for one in found.get(view_id, ()) if shared or one.user_id == user_id]
        if sees:
            told[view_id] = _said(sees, user_id)
    return told


def _said(followers: Collection[_Follower], user_id: int) -> str:
    names = [one.name for one in followers if one.user_id in (None, user_id)]
    others = {one.user_id for one in followers} - {None, user_id}
    if len(names) > MOST_NAMED:
        names[MOST_NAMED:] = [plural(len(names) - MOST_NAMED, "more output")]
    if others:
        names.append("1 other person" if len(others) == 1 else f"{len(others)} other people")
    *first, last = names
    said = f"{', '.join(first)} and {last}" if first else last
    verb = "follow" if first or len(others) > 1 else "follows"
    return f"{said[0].upper()}{said[1:]} {verb} it."


def _digests(session: Session) -> Iterator[_Follower]:
    chosen = sa.select(users.c.id, users.c.digest_views).where(
        users.c.is_active, users.c.digest_on, sa.cast(users.c.digest_views, sa.Text) != "[]"
    )
    for user_id, some in session.execute(chosen):
        for one in some:
            if "view" in one:
                yield _Follower(one["view"], user_id, "your digest")


def _calendars(session: Session, view_ids: Collection[int]) -> Iterator[_Follower]:
    of = {f"{SAVED}{view_id}": view_id for view_id in view_ids}
    statement = (
        sa.select(feeds.c.query, feeds.c.user_id, feeds.c.name)
        .join(users, users.c.id == feeds.c.user_id)
        .where(feeds.c.query.in_([*of]), feeds.c.revoked_at.is_(None), users.c.is_active)
        .order_by(feeds.c.id)
    )
    for query, user_id, name in session.execute(statement):
        yield _Follower(of[query], user_id, f"your calendar “{name}”")


def _channels(session: Session, view_ids: Collection[int]) -> Iterator[_Follower]:
    is_mail = channels.c.kind == ChannelKind.MAIL
    statement = (
        sa.select(channels.c.view_id, channels.c.user_id, channels.c.kind, channels.c.name)
        .outerjoin(users, users.c.id == channels.c.user_id)
        .where(
            channels.c.view_id.in_(list(view_ids)),
            sa.or_(channels.c.user_id.is_(None), users.c.is_active),
            sa.or_(sa.not_(is_mail), users.c.notices_on),
        )
        .order_by(sa.not_(is_mail), channels.c.id)
    )
    for view_id, user_id, kind, name in session.execute(statement):
        whose = "the team’s" if user_id is None else "your"
        what = "mail at once" if kind == ChannelKind.MAIL else f"{kind} “{name}”"
        yield _Follower(view_id, user_id, f"{whose} {what}")
