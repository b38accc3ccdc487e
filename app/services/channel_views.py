"""Of which items a channel tells: of all, of an own query, or of what a saved view holds.

A saved view is followed: what it is changed to is told of from then on. It is kept with its name,
which is what can still be said of one that was deleted. One that is gone, or no longer seen by whom
it is for, tells of no item.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.core.whole import whole
from app.errors import Invalid
from app.models import Channel, SavedView
from app.services.addressed import SAVED, query_of, view_from
from app.services.pages import View
from app.services.pages.views import BACKUP, ME

EVERYBODY = "Choose a view that shows everybody the same."
LISTED = "Choose one of the list."
SHARED = "Choose a view that is shared with the team."

channels = SQLModel.metadata.tables[str(Channel.__tablename__)]
views = SQLModel.metadata.tables[str(SavedView.__tablename__)].alias("followed")
COLUMNS = (
    *(channels.c.id, channels.c.user_id, channels.c.query, channels.c.view_id),
    *(channels.c.view_name, views.c.name.label("now_name"), views.c.query.label("now_query")),
)
joined = channels.outerjoin(
    views,
    sa.and_(
        views.c.id == channels.c.view_id,
        sa.or_(views.c.shared, views.c.owner_id == channels.c.user_id),
    ),
)
"""Channels with the saved views that they follow, where these are still there for them."""


@dataclass(frozen=True, kw_only=True)
class Tells:
    """Of which items a channel tells now.

    query   the view's; None where there is none: of what its person has
    value   what a form sends for it
    lost    why it tells of no item; empty while it does
    """

    query: str | None
    value: str
    lost: str = ""


ITS_PERSONS = Tells(query=None, value="")
"""Of what its person has: what nobody has chosen otherwise."""


def tells(row: Any) -> Tells:
    """What a row with ``COLUMNS`` tells of."""
    if row.view_id is None:
        own = row.user_id is not None and not row.query
        return Tells(query=None if own else row.query, value=row.query)
    whom = "the team" if row.user_id is None else "you"
    if row.now_query is None:
        why = f"The view “{row.view_name}” was deleted, or is no longer shared with {whom}"
    elif row.user_id is None and _of_reader(view_from(row.now_query)):
        why = f"The view “{row.now_name}” does not show everybody the same any more"
    else:
        return Tells(query=row.now_query, value=f"{SAVED}{row.view_id}")
    lost = f"{why}: nothing is told of any item until you choose another."
    return Tells(query=None, value=SAVED, lost=lost)


def of(session: Session, channel_ids: Collection[int]) -> dict[int, Tells]:
    """What each of these channels tells of."""
    wanted = sa.select(*COLUMNS).select_from(joined)
    found = session.execute(wanted.where(channels.c.id.in_(list(channel_ids))))
    return {row.id: tells(row) for row in found}


def choose(session: Session, channel: Channel, value: str) -> None:
    """From now on the channel tells of what a form sent: a saved view, or a query. Raises
    ``Invalid``.
    """
    text = value.partition("?")[2] if "?" in value else value
    saved = None
    if text.startswith(SAVED):
        saved = _seen(session, whole(text.removeprefix(SAVED)) or 0, channel.user_id)
    view = view_from(saved.query if saved else text)
    if channel.user_id is None and _of_reader(view):
        raise Invalid("The team has no view of its own.", fields={"query": EVERYBODY})
    channel.query = "" if saved else query_of(view)
    channel.view_id = saved.id if saved else None
    channel.view_name = saved.name if saved else None


def options(session: Session, user_id: int | None) -> dict[str, str]:
    """The saved views that can be chosen, by what a form sends for each: by this person those that
    they see, by None for the team.
    """
    visible = select(SavedView).where(_visible(user_id))
    found = session.exec(visible.order_by(sa.func.lower(SavedView.name), col(SavedView.id)))
    return {
        f"{SAVED}{one.id}": one.name
        for one in found
        if user_id is not None or not _of_reader(view_from(one.query))
    }


def listed(options: Mapping[str, str], chosen: str) -> list[tuple[str, str]]:
    """The options of a form with what it has now, so that saving it changes nothing unseen."""
    named = dict(options)
    if chosen not in named:
        gone = chosen.startswith(SAVED)
        named[chosen] = "A view that is gone" if gone else f"As it is: {chosen}"
    return [*named.items()]


def _seen(session: Session, view_id: int, user_id: int | None) -> SavedView:
    view = session.exec(
        select(SavedView).where(SavedView.id == view_id, _visible(user_id))
    ).one_or_none()
    if view is None:
        told = LISTED if user_id is not None else SHARED
        raise Invalid("There is no such view.", fields={"query": told})
    return view


def _visible(user_id: int | None) -> sa.ColumnElement[bool]:
    """The views that this person sees; None: the team, which sees what is shared."""
    return sa.or_(col(SavedView.shared), col(SavedView.owner_id) == user_id)


def _of_reader(view: View) -> bool:
    """Whether what it shows depends on who looks."""
    return view.tab in ("mine", "new", "starred") or view.owner in (ME, BACKUP)
