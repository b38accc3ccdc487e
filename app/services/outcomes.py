"""What came of items in a quarter: saved or lost, by the reader's days.

saved   somebody did it here in that quarter, before its date was over
lost    the day it was due on is over, in that quarter, and nobody has done it or said that it is
        not applicable: it is open, waiting or snoozed still, or its source has dropped it since

What was done too late is neither, nor is what a source closed by itself: nobody knows when.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.core.columns import NO_DUE_DAY
from app.core.quarters import Quarter, quarter_named
from app.core.words import Clock
from app.models import Item, ItemState, TeamState
from app.services import due_days

items = SQLModel.metadata.tables[str(Item.__tablename__)]
states = SQLModel.metadata.tables[str(ItemState.__tablename__)]
Condition = sa.ColumnElement[bool]

SAVED, LOST = "saved", "lost"
UNDONE = (TeamState.OPEN, TeamState.WAITING, TeamState.SNOOZED)


def name_of(what: str, quarter: Quarter) -> str:
    """As an address has it: "saved-2026-Q4"."""
    return f"{what}-{quarter.name}"


def parse(name: str) -> tuple[str, Quarter] | None:
    """What an address names; None for anything else."""
    what, _, rest = name.partition("-")
    quarter = quarter_named(rest)
    return (what, quarter) if what in (SAVED, LOST) and quarter is not None else None


def words(name: str) -> str:
    """ "Saved in Q4 2026"; "" for what is no outcome."""
    found = parse(name)
    return f"{found[0].capitalize()} in {found[1].words}" if found else ""


def condition(name: str, clock: Clock) -> Condition:
    """Items of that outcome; of an unknown one none."""
    match parse(name):
        case (what, quarter):
            return _saved(quarter, clock) if what == SAVED else _lost(quarter, clock)
    return sa.false()


def _saved(quarter: Quarter, clock: Clock) -> Condition:
    done = _with_states().where(
        states.c.state == TeamState.DONE,
        states.c.done_at.is_not(None),  # said so for the index
        states.c.done_at >= clock.begins(quarter.first),
        states.c.done_at < clock.begins(quarter.last + timedelta(days=1)),
        _in_time(states.c.done_at, quarter, clock),
    )
    return items.c.id.in_(done)


def _lost(quarter: Quarter, clock: Clock) -> Condition:
    undone = _with_states().where(
        due_days.after(quarter.first - timedelta(days=1), clock),
        due_days.until(min(quarter.last, clock.today - timedelta(days=1)), clock),
        items.c.due_on.is_not(None),
        due_days.still_on(clock),
        sa.not_(items.c.closed),
        sa.func.coalesce(states.c.state, TeamState.OPEN).in_(UNDONE),
    )
    dropped = sa.and_(
        items.c.removed_at.is_not(None), sa.not_(_in_time(items.c.removed_at, quarter, clock))
    )
    asleep = sa.and_(states.c.state == TeamState.SNOOZED, items.c.removed_at.is_(None))
    # One by one, because each has an index of its own.
    each = (undone.where(which) for which in (items.c.is_open, asleep, dropped))
    return items.c.id.in_(sa.union_all(*each))


def _with_states() -> sa.Select[int]:
    """Ids, whatever they are asked for beside."""
    tables = items.outerjoin(states, states.c.item_id == items.c.id)
    return sa.select(items.c.id).select_from(tables).correlate(None)


def _in_time(
    moment: sa.ColumnElement[datetime | None], quarter: Quarter, clock: Clock
) -> Condition:
    """Whether a moment in the quarter or behind it is before an item's date is over."""
    days = (quarter.last - quarter.first).days + 1
    ends: Mapping[object, datetime] = {
        day: clock.begins(day + timedelta(days=1))
        for day in (quarter.first + timedelta(days=number) for number in range(days))
    }
    instant = items.c.due_at.type
    end = sa.case({day: sa.literal(at, instant) for day, at in ends.items()}, value=items.c.due_on)
    return sa.case(
        (items.c.due_at.is_not(None), moment <= items.c.due_at),
        (items.c.due_on.is_(None), sa.false()),
        (items.c.due_on < quarter.first, sa.false()),
        (items.c.due_on > quarter.last, items.c.due_on < NO_DUE_DAY),
        else_=moment < end,
    )
