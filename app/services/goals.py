"""Which goals are behind: the page, the badge beside the navigation and the digest mean the same.

Only what is open for the team counts: a goal that is done, closed or snoozed asks for nothing.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core import pace
from app.core.pace import Standing
from app.core.words import Clock
from app.services import listing
from app.services.listing import items
from app.services.pages import State
from connectors.sdk.records import Kind


def standing(goal: Any, clock: Clock) -> Standing:
    """How a stored goal stands today."""
    return pace.standing(goal.target, goal.actual, goal.period_start, goal.period_end, clock.today)


def stands(goal: Any, state: State, clock: Clock) -> Standing:
    """The same of one in that state: what the team or the source has settled is over, unless it is
    reached.
    """
    found = standing(goal, clock)
    over = state in (State.DONE, State.NOT_APPLICABLE, State.CLOSED)
    return Standing.OVER if over and found is not Standing.REACHED else found


def behind(session: Session, clock: Clock, *columns: sa.ColumnElement[Any]) -> list[Any]:
    """The open goals behind their pace by their end, with these columns beside their own."""
    return lagging(tracked(session, *columns), clock)


def tracked(session: Session, *columns: sa.ColumnElement[Any]) -> Sequence[Any]:
    """All open goals by their end, with these columns beside their own."""
    statement = (
        sa.select(
            items.c.target, items.c.actual, items.c.period_start, items.c.period_end, *columns
        )
        .where(listing.tracked(Kind.GOAL), items.c.is_open)
        .order_by(items.c.sort_on)
    )
    return session.execute(statement).all()


def lagging(found: Sequence[Any], clock: Clock) -> list[Any]:
    """Those of these goals that are behind their pace today."""
    return [goal for goal in found if standing(goal, clock) is Standing.BEHIND]
