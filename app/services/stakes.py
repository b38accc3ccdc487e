"""The money of open items that are due soon: summed up once a sync, then kept up with each act."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core.words import Clock
from app.services import due_days, groups, listing
from app.services.listing import items
from app.services.pages import Stake, View
from app.services.revisions import kept_up

Sums = Mapping[str | None, Decimal]
flips = SQLModel.metadata.tables["flips"]


def stake(session: Session, *, clock: Clock, days: int) -> Stake:
    """The money of open items that are overdue or due within so many days."""
    named = listing.values(session, View(), 0, clock)

    def summed() -> Sums:
        kind = ("stake", days, *listing.shape(session, View(), clock))
        statement = listing.STATEMENTS.get(kind, lambda: _summed(clock, days))
        return _sums(session, statement, named)

    def later(was: Sums, low: int, high: int) -> Sums:
        kind = ("stake flips", days, *listing.shape(session, View(), clock))
        statement = listing.STATEMENTS.get(kind, lambda: _flipped(clock, days))
        more = _sums(session, statement, {**named, "low": low, "high": high})
        both = was.keys() | more.keys()
        return {one: was.get(one, Decimal(0)) + more.get(one, Decimal(0)) for one in both}

    key = ("stake", days, clock.today, clock.zone.key)
    return groups.stake_of([*kept_up(session, key, summed, later).items()])


def opened(session: Session, low: int, high: int) -> Sequence[int]:
    """The items that people opened with the flips after ``low`` up to ``high``."""
    since = sa.and_(flips.c.opened > low, flips.c.opened <= high, flips.c.is_open)
    return session.execute(sa.select(flips.c.item_id).where(since)).scalars().all()


def _sums(session: Session, statement: sa.Select[Any], named: Mapping[str, Any]) -> Sums:
    found = session.connection().execute(statement, named)
    return {currency: amount for currency, amount in found if amount}


def _summed(clock: Clock, days: int) -> sa.Select[Any]:
    sums = sa.select(items.c.currency, sa.func.sum(listing.at_stake))
    return sums.where(items.c.is_open, *_due(clock, days)).group_by(items.c.currency)


def _flipped(clock: Clock, days: int) -> sa.Select[Any]:
    """What opened less what closed. Whether it is due, and its amount, no act changes."""
    amount = sa.case((flips.c.is_open, listing.at_stake), else_=-listing.at_stake)
    return (
        sa.select(items.c.currency, sa.func.sum(amount, type_=items.c.amount.type))
        .join(flips, flips.c.item_id == items.c.id)
        .where(
            flips.c.opened > sa.bindparam("low", type_=sa.Integer),
            flips.c.opened <= sa.bindparam("high", type_=sa.Integer),
            *_due(clock, days),
        )
        .group_by(items.c.currency)
    )


def _due(clock: Clock, days: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        due_days.until(clock.today + timedelta(days=days), clock),
        due_days.still_on(clock),
        sa.not_(due_days.ended(clock)),
    )
