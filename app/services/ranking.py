"""Which items weigh most: what ``priority`` counts, counted by the database."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from app.core import currencies, priority
from app.core.words import Clock
from app.db import is_sqlite
from app.models import TeamState
from app.services import due_days, listing, search, stakes, weights
from app.services.listing import items, states
from app.services.pages import CARDS
from app.services.revisions import kept_up
from connectors.sdk.records import Category, Kind

POOL = 500
"""So many are looked at again after each act instead of all that asks for something."""


class Pool(NamedTuple):
    """The open items of most points, as if none waited for its vendor, which takes points away.

    floor  the points of the last of them: no other item has more; None: there is no other
    """

    ids: Sequence[int]
    floor: float | None


def weightiest(session: Session, steps: weights.Steps, clock: Clock) -> list[int]:
    """The ids of the ten weightiest, looked for among the ``POOL`` that were so when a source last
    told something, and what people opened since.
    """
    key = (clock.today, clock.zone.key, frozenset(steps.items()))

    def asked(pool: Pool | None, *, waits: bool, limit: int) -> Sequence[Any]:
        pooled = pool is not None
        statement = listing.STATEMENTS.get(
            ("weightiest", is_sqlite(session), pooled, waits, limit, *key),
            lambda: _weightiest(session, steps, clock, pooled=pooled, waits=waits, limit=limit),
        )
        named = {"now": clock.now}
        if pool is not None:
            named["pool"] = search.given(session, list(pool.ids))
        return session.connection().execute(statement, named).all()

    def whole() -> Pool:
        found = asked(None, waits=False, limit=POOL)
        return Pool([id_ for id_, _ in found], found[-1].points if len(found) == POOL else None)

    def later(was: Pool, low: int, high: int) -> Pool:
        opened = stakes.opened(session, low, high)
        return was._replace(ids=list(dict.fromkeys((*was.ids, *opened))))

    place = ("weightiest", due_days.passed(session, clock), *key)
    pool = kept_up(session, place, whole, later)
    ten = asked(pool, waits=True, limit=CARDS)
    if pool.floor is not None and (len(ten) < CARDS or ten[-1].points <= pool.floor):
        ten = asked(None, waits=True, limit=CARDS)
    return [id_ for id_, _ in ten]


def _weightiest(
    session: Session, steps: weights.Steps, clock: Clock, *, pooled: bool, waits: bool, limit: int
) -> sa.Select[Any]:
    """Ids and points, the most first: what ``priority`` counts, counted by the database.

    It multiplies the same floats in the same order, so that it gets the same points. Of all that
    asks for something few lines are read. ``waits``: what waits for its vendor weighs less.
    """
    waiting = sa.select(states.c.item_id).where(states.c.state == TeamState.WAITING)
    turn = sa.case(
        (due_days.until(clock.today + timedelta(days=priority.PRESSES), clock), _float(1.0)),
        (items.c.id.in_(waiting), _float(priority.WAITING)),
        else_=_float(1.0),
    )
    asks = sa.select(
        items.c.id,
        _counted().label("counted"),
        _urgency(clock).label("urgency"),
        weights.factor_of(steps).label("weight"),
        (turn if waits else _float(1.0)).label("turn"),
    ).where(listing.asks(clock))
    if pooled:
        asks = asks.where(search.among(items.c.id, "pool", sqlite=is_sqlite(session)))
    # Once for each item, however often the points name it.
    told = asks.cte("told").prefix_with("MATERIALIZED")
    points = _worth(told.c.counted) * told.c.urgency * told.c.weight * told.c.turn
    order = (points.desc(), told.c.counted.desc(), told.c.id)
    return sa.select(told.c.id, points.label("points")).order_by(*order).limit(limit)


def _counted() -> sa.ColumnElement[float]:
    """What an item is ranked as: ``currencies.counted``, or what is usual for its sort."""
    stored = sa.cast(sa.type_coerce(items.c.amount, sa.BigInteger), sa.Double)
    by_digits = groupby(
        sorted(currencies.DIGITS, key=currencies.DIGITS.__getitem__), currencies.DIGITS.__getitem__
    )
    known = items.c.amount > 0
    return sa.case(
        (sa.and_(known, sa.func.coalesce(items.c.currency, "") == ""), stored),
        *(
            (sa.and_(known, items.c.currency.in_(list(codes))), stored / _float(10.0**digits))
            for digits, codes in by_digits
        ),
        (items.c.kind == Kind.REPORTING, _usual(priority.BY_KIND[Kind.REPORTING])),
        *((items.c.category == sort, _usual(its)) for sort, its in priority.BY_CATEGORY.items()),
        else_=_usual(priority.BY_CATEGORY[Category.OTHER]),
    )


def _worth(counted: sa.ColumnElement[float]) -> sa.ColumnElement[float]:
    """``priority.worth``."""
    money = counted / _float(priority.TENTHOUSANDTHS)
    lines = [
        (
            money < _float(10 * unit),
            _float(10.0 * number) + _float(10.0) * (money - _float(unit)) / _float(9.0 * unit),
        )
        for number, unit in priority.DECADES
    ]
    return sa.case((money < _float(10.0), money), *lines, else_=lines[-1][1])


def _urgency(clock: Clock) -> sa.ColumnElement[float]:
    """The factor of ``priority`` for when an item is due."""
    long_late = due_days.until(clock.today - timedelta(days=priority.LONG_LATE_DAYS + 1), clock)
    steps = (
        (due_days.until(clock.today + timedelta(days=days), clock), _float(factor))
        for days, factor in priority.STEPS
    )
    return sa.case(
        (items.c.due_on.is_(None), _float(priority.NO_DATE)),
        (long_late, _float(priority.LONG_LATE)),
        (due_days.overdue(clock), _float(priority.LATE)),
        *steps,
        else_=_float(priority.FAR),
    )


def _usual(amount: int) -> sa.ColumnElement[float]:
    return _float(amount * priority.TENTHOUSANDTHS)


def _float(number: float) -> sa.ColumnElement[float]:
    return sa.literal(number, sa.Double)
