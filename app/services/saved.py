"""Saved views: a name for an address of the inbox, one's own or shared with the team.

Whoever made a view changes it; whoever sees it pins it beside the navigation, or makes a copy.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.visitors import replacement_traverse
from sqlmodel import Session, SQLModel, col, select

from app.core.storable import is_text
from app.core.words import Clock
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import PinnedView, RecordedAct, SavedView, User
from app.services import due_days, listing, recording, view_followers
from app.services.addressed import query_of, view_from
from app.services.listing import items
from app.services.pages import COUNTED, Act, View
from app.services.pages.listed import Named
from app.services.pages.saved import Pinned, SavedLine, SavedPage
from app.services.revisions import Until, remembered

KIND = "saved view"
LONGEST_NAME = 60
MOST = 100
"""Views that one person can keep."""
MOST_PINNED = 20
WAS, BECAME, ORDER, DELETED = "was", "became", "order", "deleted"
"""What an act changed: that alone is taken back."""

views = SQLModel.metadata.tables[str(SavedView.__tablename__)]
pins = SQLModel.metadata.tables[str(PinnedView.__tablename__)]


# What is shown


def pinned(session: Session, *, user_id: int, clock: Clock) -> tuple[Pinned, ...]:
    """The views beside this person's navigation, each with how many items it holds now."""
    hour = clock.local(clock.now).strftime("%Y-%m-%d %H")
    key = ("pinned", user_id, clock.zone.key, hour, due_days.passed(session, clock))
    return remembered(session, key, lambda: _pinned(session, user_id, clock))


def _pinned(session: Session, user_id: int, clock: Clock) -> tuple[Pinned, ...]:
    statement = (
        sa.select(views.c.id, views.c.name, views.c.query)
        .join(pins, pins.c.view_id == views.c.id)
        .where(pins.c.user_id == user_id, _seen_by(user_id))
        .order_by(pins.c.place, views.c.id)
        .limit(MOST_PINNED)
    )
    found = session.execute(statement).all()
    held = [view_from(row.query) for row in found]
    counts = counted(session, held, user_id=user_id, clock=clock)
    return tuple(
        Pinned(id=row.id, name=row.name, query=query_of(view), count=count)
        for row, view, count in zip(found, held, counts, strict=True)
    )


def page(session: Session, *, user_id: int, clock: Clock) -> SavedPage:
    """All views that this person sees: what is pinned in its order, then the rest by name."""
    pin = sa.and_(pins.c.view_id == views.c.id, pins.c.user_id == user_id)
    people = SQLModel.metadata.tables[str(User.__tablename__)]
    statement = (
        sa.select(views, pins.c.place, people.c.name.label("owner"))
        .select_from(views.outerjoin(pins, pin).join(people, people.c.id == views.c.owner_id))
        .where(_seen_by(user_id))
        .order_by(pins.c.place.is_(None), pins.c.place, sa.func.lower(views.c.name), views.c.id)
        .limit(MOST * 10)
    )
    found = session.execute(statement).all()
    held = [view_from(row.query) for row in found]
    counts = counted(session, held, user_id=user_id, clock=clock)
    mine = [row.id for row in found if row.owner_id == user_id]
    followed = view_followers.told(session, mine, user_id)
    return SavedPage(
        lines=tuple(
            SavedLine(
                id=row.id,
                name=row.name,
                view=view,
                query=query_of(view),
                count=count,
                shared=row.shared,
                owner=None if row.owner_id == user_id else row.owner,
                is_pinned=row.place is not None,
                followed=followed.get(row.id, ""),
            )
            for row, view, count in zip(found, held, counts, strict=True)
        )
    )


def own(session: Session, user_id: int) -> tuple[Named, ...]:
    """The views that this person can change, by name."""
    mine = sa.select(views.c.id, views.c.name).where(views.c.owner_id == user_id)

    def make() -> tuple[Named, ...]:
        found = session.execute(mine.order_by(sa.func.lower(views.c.name), views.c.id))
        return tuple(Named(id=id_, name=name) for id_, name in found)

    return remembered(session, ("own views", user_id), make, until=Until.TOLD)


def counted(session: Session, held: Sequence[View], *, user_id: int, clock: Clock) -> list[int]:
    """How many items each view holds, up to ``COUNTED`` + 1, in one statement."""
    if not held:
        return []
    numbers = [
        sa.select(sa.func.count())
        .select_from(
            sa.select(items.c.id)
            .select_from(listing.joined_for(view, user_id))
            .where(*_alone(session, view, user_id, clock))
            .limit(COUNTED + 1)
            .subquery()
        )
        .scalar_subquery()
        for view in held
    ]
    return [int(number) for number in session.execute(sa.select(*numbers)).one()]


def _alone(session: Session, view: View, user_id: int, clock: Clock) -> list[Any]:
    """The view's conditions with values of their own, so that views can stand side by side."""
    named = listing.values(session, view, user_id, clock)

    def own(element: Any, **_: Any) -> Any:
        if isinstance(element, BindParameter) and element.key in named:
            return sa.bindparam(None, named[element.key], element.type, unique=True)
        return None

    where = listing.in_view(session, view, user_id, clock)
    return [replacement_traverse(one, {}, own) for one in where]


# What is done with them; each can be taken back


def save(
    session: Session,
    name: str,
    query: str,
    *,
    user_id: int,
    clock: Clock,
    shared: bool = False,
) -> Act:
    """Keep a view, pinned where there is room beside the navigation. Raises ``Invalid``."""
    own = select(sa.func.count()).select_from(views).where(views.c.owner_id == user_id)
    if session.exec(own).one() >= MOST:
        raise Invalid(f"You keep {MOST} views already.", remedy="Delete one that you do not need.")
    view = SavedView(
        owner_id=user_id,
        name=_name(name),
        query=query_of(view_from(query)),
        shared=shared,
        created_at=clock.now,
    )
    session.add(view)
    session.flush()
    said = f"Saved as “{view.name}”"
    if len(_order(session, user_id)) < MOST_PINNED:
        _pin(session, view, user_id)
    else:
        said += f"; not pinned, for {MOST_PINNED} are"
    return _told(session, view, said, {}, user_id=user_id, clock=clock)


def copy(session: Session, view_id: int, *, user_id: int, clock: Clock) -> Act:
    """A view of one's own that shows the same."""
    view = seen(session, view_id, user_id)
    return save(session, view.name, view.query, user_id=user_id, clock=clock)


def rename(session: Session, view_id: int, name: str, *, user_id: int, clock: Clock) -> Act:
    """Another name. Raises ``Invalid``, ``NotAllowed``."""
    view, was = _mine(session, view_id, user_id)
    view.name = _name(name)
    return _changed(session, view, was, f"Renamed to “{view.name}”", user_id=user_id, clock=clock)


def change(session: Session, view_id: int, query: str, *, user_id: int, clock: Clock) -> Act:
    """From now on it shows something else. Raises ``NotAllowed``."""
    view, was = _mine(session, view_id, user_id)
    view.query = query_of(view_from(query))
    return _changed(session, view, was, f"“{view.name}” changed", user_id=user_id, clock=clock)


def share(session: Session, view_id: int, *, on: bool, user_id: int, clock: Clock) -> Act:
    """Let the team see it, or no longer. Raises ``NotAllowed``."""
    view, was = _mine(session, view_id, user_id)
    view.shared = on
    said = f"“{view.name}” is {'shared with the team' if on else 'yours alone again'}"
    return _changed(session, view, was, said, user_id=user_id, clock=clock)


def pin(session: Session, view_id: int, *, on: bool, user_id: int, clock: Clock) -> Act:
    """Beside one's own navigation, last of all, or no longer. Raises ``Invalid``."""
    view = seen(session, view_id, user_id)
    order = _order(session, user_id)
    if on:
        _pin(session, view, user_id)
    else:
        _unpin(session, view_id, user_id)
    said = f"“{view.name}” {'pinned' if on else 'no longer pinned'}"
    return _told(session, view, said, {ORDER: order}, user_id=user_id, clock=clock)


def move(session: Session, view_id: int, *, up: bool, user_id: int, clock: Clock) -> Act:
    """One place up or down among those that this person pinned."""
    view = seen(session, view_id, user_id)
    before = _order(session, user_id)
    order = [*before]
    if view_id in order:
        at = order.index(view_id)
        order.insert(max(at - 1, 0) if up else at + 1, order.pop(at))
        _arrange(session, order, user_id)
    said = f"“{view.name}” moved {'up' if up else 'down'}"
    return _told(session, view, said, {ORDER: before}, user_id=user_id, clock=clock)


def delete(session: Session, view_id: int, *, user_id: int, clock: Clock) -> Act:
    """The view is gone, for everybody who pinned it, too. Raises ``NotAllowed``."""
    view, was = _mine(session, view_id, user_id)
    of_it = select(PinnedView.user_id, PinnedView.place).where(col(PinnedView.view_id) == view_id)
    before = {
        DELETED: was | {"created_at": view.created_at.isoformat()},
        "pins": [list(one) for one in session.exec(of_it)],
    }
    act = _told(session, view, f"“{view.name}” deleted", before, user_id=user_id, clock=clock)
    session.delete(view)
    session.flush()
    return act


def take_back(session: Session, act: RecordedAct) -> Act:
    """As it was before the act: of a view's what the act changed, of pins one's own. Raises
    ``Conflict`` where somebody went on from it.
    """
    told: dict[str, Any] = (act.before or [{}])[0]
    user_id, view = act.actor_id or 0, session.get(SavedView, told["id"])
    if DELETED in told:
        _bring_back(session, told, user_id)
    elif view is None or not (view.shared or view.owner_id == user_id):
        raise Conflict("This view is gone.", remedy="Nothing was changed.")
    elif ORDER in told:
        _put_order(session, told[ORDER], told["id"], user_id)
    elif WAS in told:
        if any(getattr(view, name) != value for name, value in told[BECAME].items()):
            raise Conflict(
                "This was not undone: you have changed the view again since.",
                remedy="Open All views to see it as it is.",
            )
        for name, value in told[WAS].items():
            setattr(view, name, value)
    else:
        session.delete(view)
    session.flush()
    return recording.taken_back(act)


def seen(session: Session, view_id: int, user_id: int) -> SavedView:
    """The view, if this person sees it; raises ``NotFound``."""
    found = session.exec(select(SavedView).where(SavedView.id == view_id, _seen_by(user_id)))
    view = found.first()
    if view is None:
        raise NotFound("There is no such view.", remedy="All views has those that there are.")
    return view


def _seen_by(user_id: int) -> sa.ColumnElement[bool]:
    return sa.or_(views.c.owner_id == user_id, views.c.shared)


def _mine(session: Session, view_id: int, user_id: int) -> tuple[SavedView, dict[str, Any]]:
    """One's own view, and what it was."""
    view = seen(session, view_id, user_id)
    if view.owner_id != user_id:
        raise NotAllowed("This view is somebody else's.", remedy="Make a copy and change that.")
    return view, _now(view)


def _now(view: SavedView) -> dict[str, Any]:
    return {"name": view.name, "query": view.query, "shared": view.shared}


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise Invalid("The view has no name.", fields={"name": "Call it something."})
    if len(name) > LONGEST_NAME or not is_text(name):
        words = f"At most {LONGEST_NAME} characters."
        raise Invalid("The name is too long.", fields={"name": words}, remedy=words)
    return name


def _pin(session: Session, view: SavedView, user_id: int) -> None:
    order = _order(session, user_id)
    if view.id in order:
        return
    if len(order) >= MOST_PINNED:
        raise Invalid(f"{MOST_PINNED} views are pinned already.", remedy="Take one away first.")
    last = session.execute(
        sa.select(sa.func.max(pins.c.place)).where(pins.c.user_id == user_id)
    ).scalar()
    session.add(PinnedView(user_id=user_id, view_id=view.id or 0, place=(last or 0) + 1))
    session.flush()


def _unpin(session: Session, view_id: int, user_id: int) -> None:
    session.execute(sa.delete(pins).where(pins.c.view_id == view_id, pins.c.user_id == user_id))


def _order(session: Session, user_id: int) -> list[int]:
    own = sa.select(pins.c.view_id).where(pins.c.user_id == user_id)
    return list(session.execute(own.order_by(pins.c.place, pins.c.view_id)).scalars())


def _arrange(session: Session, order: Sequence[int], user_id: int) -> None:
    for place, view_id in enumerate(order, 1):
        session.execute(
            sa.update(pins)
            .where(pins.c.user_id == user_id, pins.c.view_id == view_id)
            .values(place=place)
        )


def _put_order(session: Session, order: Sequence[int], view_id: int, user_id: int) -> None:
    """The pins of one person as they were about one view; what was pinned since follows."""
    now = _order(session, user_id)
    if view_id not in order:
        _unpin(session, view_id, user_id)
    elif view_id not in now:
        session.add(PinnedView(user_id=user_id, view_id=view_id, place=0))
        session.flush()
        now.append(view_id)
    was = {one: place for place, one in enumerate(order)}
    _arrange(session, sorted(now, key=lambda one: was.get(one, len(was))), user_id)


def _bring_back(session: Session, told: Mapping[str, Any], owner_id: int) -> None:
    """A deleted view, pinned by those who had pinned it."""
    made = {"created_at": datetime.fromisoformat(told[DELETED]["created_at"])}
    session.add(SavedView(id=told["id"], owner_id=owner_id, **told[DELETED] | made))
    session.flush()
    for user_id, place in told["pins"]:
        if session.get(User, user_id) is not None:
            session.add(PinnedView(user_id=user_id, view_id=told["id"], place=place))
    session.flush()


def _changed(
    session: Session,
    view: SavedView,
    was: Mapping[str, Any],
    said: str,
    *,
    user_id: int,
    clock: Clock,
) -> Act:
    """The act that changed something of a view."""
    other = {name for name, value in _now(view).items() if value != was[name]}
    both = {
        WAS: {name: was[name] for name in other},
        BECAME: {name: getattr(view, name) for name in other},
    }
    return _told(session, view, said, both, user_id=user_id, clock=clock)


def _told(
    session: Session,
    view: SavedView,
    said: str,
    before: Mapping[str, Any],
    *,
    user_id: int,
    clock: Clock,
) -> Act:
    """The act, with what was before it; nothing: the view was not there."""
    record = recording.begin(session, KIND, user_id=user_id, clock=clock)
    record.before = [{"id": view.id, **before}]
    return recording.told(session, record, said, ())
