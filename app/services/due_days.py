"""Which items are due by when, by the reader's own days.

The day of an instant depends on who reads it. ``sort_on`` has the company's, and an index: it
finds what is near, and of that an instant itself decides.
"""

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core.words import Clock
from app.models import Item
from app.services.revisions import Until, remembered
from connectors.sdk.records import Category

items = SQLModel.metadata.tables[str(Item.__tablename__)]

APART = timedelta(days=2)
"""How far the company's and a reader's day of an instant can be apart: clocks stand from 12
hours behind UTC to 14 ahead of it."""


def now(clock: Clock) -> sa.BindParameter[datetime]:
    """This moment, by name: a statement that was kept is asked again with a later one."""
    return sa.bindparam("now", clock.now, items.c.due_at.type)


def _either(instant: sa.ColumnElement[bool], day: sa.ColumnElement[bool]) -> sa.Case[Any]:
    return sa.case((items.c.due_at.is_not(None), instant), else_=day)


def overdue(clock: Clock) -> sa.ColumnElement[bool]:
    """The due date's day has ended, or the due instant has passed."""
    return sa.and_(
        items.c.sort_on <= clock.today + APART,
        items.c.due_on.is_not(None),  # a goal is sorted by its end, which nothing is due on
        _either(items.c.due_at < now(clock), items.c.due_on < clock.today),
    )


def ended(clock: Clock) -> sa.ColumnElement[bool]:
    """A goal whose period is over: too late to reach it, but nothing of it is overdue."""
    return sa.and_(items.c.sort_on < clock.today, items.c.due_on.is_(None))


def ahead(clock: Clock) -> sa.ColumnElement[bool]:
    """The day has not ended, or the instant has not passed."""
    return sa.and_(
        items.c.sort_on >= clock.today - APART,
        _either(items.c.due_at >= now(clock), items.c.sort_on >= clock.today),
    )


def until(last: date, clock: Clock) -> sa.ColumnElement[bool]:
    """Due on that day of the reader's, or before."""
    ends = clock.begins(last + timedelta(days=1))
    return sa.and_(
        items.c.sort_on <= last + APART, _either(items.c.due_at < ends, items.c.sort_on <= last)
    )


def after(last: date, clock: Clock) -> sa.ColumnElement[bool]:
    """Due after that day of the reader's."""
    ends = clock.begins(last + timedelta(days=1))
    return sa.and_(
        items.c.sort_on > last - APART, _either(items.c.due_at >= ends, items.c.sort_on > last)
    )


def due_within(clock: Clock, days: int) -> sa.ColumnElement[bool]:
    """Due from now until the end of that many days ahead."""
    return sa.and_(ahead(clock), until(clock.today + timedelta(days=days), clock))


def still_on(clock: Clock) -> sa.ColumnElement[bool]:
    """Everything but an event whose day is over: that asks for nothing and is not overdue."""
    return sa.or_(
        after(clock.today - timedelta(days=1), clock),
        items.c.category.is_distinct_from(str(Category.EVENT)),
    )


def passed(session: Session, clock: Clock) -> int:
    """How many of the instants near now have passed: what is said of lateness holds until the
    next one does, so that this belongs to the key under which it is remembered.
    """
    return bisect_left(_near(session, clock), clock.now)


def next_to_pass(session: Session, clock: Clock) -> datetime | None:
    """The first instant that is due after now, of those of today; None where there is none."""
    near = _near(session, clock)
    at = bisect_left(near, clock.now)
    return near[at] if at < len(near) else None


def _near(session: Session, clock: Clock) -> list[datetime]:
    """All instants that are due around today."""
    today = clock.now.astimezone(UTC).date()

    def make() -> list[datetime]:
        noon = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
        near = items.c.due_at.between(noon - APART, noon + APART)
        statement = sa.select(items.c.due_at).where(near, items.c.due_at.is_not(None))
        return sorted(session.execute(statement).scalars())

    return remembered(session, ("instants", today), make, until=Until.TOLD)
