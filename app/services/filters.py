"""What narrows a tab: each filter of a view as a condition. What cannot be read asks nothing."""

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.core.bounds import amount_of, day_of
from app.core.columns import NO_DUE_DAY
from app.core.whole import whole
from app.core.words import Clock
from app.models import Item, ItemState, TeamState, User
from app.services import due_days, outcomes
from app.services.pages import View
from app.services.pages.views import BACKUP, ME, NOBODY, NONE

items = SQLModel.metadata.tables[str(Item.__tablename__)]
states = SQLModel.metadata.tables[str(ItemState.__tablename__)]
users = SQLModel.metadata.tables[str(User.__tablename__)]
Condition = sa.ColumnElement[bool]
OF_TEAM = ("owner", "state")
"""Filters that ask for what the team did."""


def of(view: View, clock: Clock) -> Iterator[Condition]:
    """The conditions of all filters that are set, but the search. What changes from one question
    to the next stands in them by name; ``told`` says which of the rest a statement depends on.
    """
    for name, column in (("vendor", items.c.vendor), ("program", items.c.program)):
        if value := getattr(view, name):
            yield column.is_(None) if value == NONE else column == sa.bindparam(name, value)
    if view.kind:
        kind: sa.BindParameter[str] = sa.bindparam("kind", view.kind)
        yield sa.or_(items.c.kind == kind, items.c.category == kind)
    if view.source:
        yield items.c.connection_id == sa.bindparam("source", whole(view.source) or 0)
    if view.owner:
        yield _owned(view.owner)
    if view.state:
        yield _in_state(view.state)
    if view.outcome:
        yield outcomes.condition(view.outcome, clock)
    yield from _worth(view)
    yield from _due(view, clock)


def told(view: View) -> tuple[str, ...]:
    """What of the filters' values stands in their conditions itself, and not by name."""
    owner = view.owner if view.owner in (ME, BACKUP, NOBODY) else str(bool(view.owner))
    named = (str(value == NONE) for value in (view.vendor, view.program))
    bounds = (view.amount_from, view.amount_to, view.due_from, view.due_to)
    return (*named, owner, view.state, view.currency, view.outcome, *bounds)


def _owned(owner: str) -> Condition:
    reader: sa.BindParameter[int] = sa.bindparam("reader", type_=sa.Integer)
    match owner:
        case _ if owner == ME:
            return states.c.owner_id == reader
        case _ if owner == BACKUP:
            return states.c.backup_id == reader
        case _ if owner == NOBODY:
            return nobodys()
    return states.c.owner_id == sa.bindparam("owner", whole(owner) or 0)


def nobodys() -> Condition:
    """Without an owner, or with one who may not sign in any more: nobody looks after it."""
    left = sa.select(users.c.id).where(sa.not_(users.c.is_active))
    return sa.or_(states.c.owner_id.is_(None), states.c.owner_id.in_(left))


def _in_state(state: str) -> Condition:
    if state == "closed":
        return items.c.closed
    if state == TeamState.DONE:
        return states.c.state.in_([TeamState.DONE, TeamState.JOINED])
    if state == TeamState.OPEN:  # an item that nobody has done anything with is open
        open_ = sa.or_(states.c.state.is_(None), states.c.state == TeamState.OPEN)
        return sa.and_(open_, sa.not_(items.c.closed))
    return states.c.state == state


def _worth(view: View) -> Iterator[Condition]:
    if view.currency:
        none = view.currency == NONE
        yield items.c.currency.is_(None) if none else items.c.currency == view.currency
    least, most = amount_of(view.amount_from), amount_of(view.amount_to)
    if least is not None:
        yield items.c.amount >= least
    if most is not None:
        yield items.c.amount <= most


def _due(view: View, clock: Clock) -> Iterator[Condition]:
    first, last = day_of(view.due_from), day_of(view.due_to)
    if first is not None:
        yield due_days.after(first - timedelta(days=1), clock)
        yield items.c.sort_on < NO_DUE_DAY
    if last is not None:
        yield due_days.until(last, clock)
