"""What was reached of goals over their periods, as far as their sources told it."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core import changes
from app.core.charts import GoalChart, Told, goal_chart
from app.core.words import Clock
from app.db import is_sqlite
from app.services import search
from app.services.listing import events


def charts_of(session: Session, goals: Sequence[Any], clock: Clock) -> Mapping[int, GoalChart]:
    """The charts of those stored goals that have a target, an actual and a period."""
    known = [goal for goal in goals if None not in _asked(goal)]
    values = {"ids": search.given(session, [goal.id for goal in known])}
    changed: dict[int, list[Any]] = {}
    for row in session.connection().execute(_actuals(is_sqlite(session)), values):
        changed.setdefault(row.subject_id, []).append(row)
    found = {}
    for goal in known:
        chart = goal_chart(
            goal.target,
            goal.actual,
            (goal.period_start, goal.period_end),
            _told(goal, changed.get(goal.id, ())),
            now=clock.local(clock.now),
        )
        if chart is not None:
            found[goal.id] = chart
    return found


def _asked(goal: Any) -> tuple[Any, ...]:
    return goal.target, goal.actual, goal.period_start, goal.period_end


def _told(goal: Any, changed: Iterable[Any]) -> list[Told]:
    """Since when which value was known: the first since the goal was first seen."""
    rows = list(changed)
    first = _number(rows[0].old) if rows else goal.actual
    levels = [(goal.first_seen_at, first), *((row.at, _number(row.new)) for row in rows)]
    return [(at, value) for at, value in levels if value is not None]


def _number(kept: str | None) -> Decimal | None:
    """A number of the history, which is kept as people read it."""
    try:
        return Decimal((kept or "").replace(",", ""))
    except InvalidOperation:
        return None


@cache
def _actuals(sqlite: bool) -> sa.Select[Any]:
    return (
        sa.select(events.c.subject_id, events.c.at, events.c.old, events.c.new)
        .where(
            events.c.subject == "item",
            search.among(events.c.subject_id, "ids", sqlite=sqlite),
            events.c.kind == changes.CHANGED,
            events.c.field == changes.WORDS["actual"],
        )
        .order_by(events.c.id)
    )
