"""Today: at most ten things, the weightiest first, each with its reasons."""

from datetime import timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core import currencies, priority
from app.core.links import link
from app.core.next_act import NextAct, next_act
from app.core.words import Clock, is_late
from app.models import TeamState
from app.services import due_days, inbox, lines, listing, mandatory, stakes, unowned, weights
from app.services.lines import Sources
from app.services.listing import items, states
from app.services.pages import CARDS, Row, TodayCard, TodayPage
from connectors.sdk.records import Category, Kind

Ranked = tuple[priority.Rank, Row, Any]
"""A rank, the line, and the row as it is stored."""


def today_page(session: Session, *, user_id: int, clock: Clock) -> TodayPage:
    """What to do first: overdue, due within a month, or asked for without a date."""
    known = Sources(session, now=clock.now)
    ranked = first(session, weights.steps(session), known, user_id=user_id, clock=clock)
    unproven = mandatory.among(session, [row.id for _, row, _ in ranked], unproven=True)
    return TodayPage(
        cards=tuple(
            TodayCard(
                row=row,
                why=rank.reasons,
                act=_act(row, stored, row.id in unproven, clock),
                url=stored.url,
                source_name=known.name(stored.connection_id),
                version=stored.version or 0,
            )
            for rank, row, stored in ranked
        ),
        stake=stakes.stake(session, clock=clock, days=listing.WEEK),
        days=listing.WEEK,
        doubtful=known.doubtful,
        sources=len(known.lines),
        read_at=known.read_at,
        next_due=inbox.next_due(session, clock) if not ranked else None,
        people=inbox.people(session),
        unowned=unowned.alarm(session, clock=clock),
    )


def _act(row: Row, stored: Any, unproven: bool, clock: Clock) -> NextAct:
    return next_act(
        owned=row.owner is not None,
        waiting=stored.state == TeamState.WAITING,
        unproven=unproven,
        late=row.due is not None and is_late(row.due, clock),
        url=link(stored.url) is not None,
        report=row.kind == Kind.REPORTING,
    )


def first(
    session: Session, steps: weights.Steps, known: Sources, *, user_id: int, clock: Clock
) -> list[Ranked]:
    """The ten weightiest with these weights, the weightiest first."""
    ids = sa.select(_weightiest(steps, clock).subquery().c.id)
    return ranked(session, ids, steps, known, user_id=user_id, clock=clock)


def ranked(
    session: Session,
    ids: sa.Select[Any],
    steps: weights.Steps,
    known: Sources,
    *,
    user_id: int,
    clock: Clock,
) -> list[Ranked]:
    """These items, the weightiest first."""
    statement = listing.select_lines(user_id, items.c.url).where(items.c.id.in_(ids))
    found = session.execute(statement).all()
    rows = lines.rows_of(session, found, known, clock)
    return sorted(
        (
            (rank_of(row, stored, steps, clock), row, stored)
            for row, stored in zip(rows, found, strict=True)
        ),
        key=lambda entry: entry[0].before(entry[1].id),
    )


def _weightiest(steps: weights.Steps, clock: Clock) -> sa.Select[Any]:
    """The ids of the ten weightiest: what ``priority`` counts, counted by the database.

    It multiplies the same floats in the same order, so that it gets the same points; of all that
    asks for something only ten lines are read.
    """
    waiting = sa.select(states.c.item_id).where(states.c.state == TeamState.WAITING)
    asks = sa.select(
        items.c.id,
        _counted().label("counted"),
        _urgency(clock).label("urgency"),
        weights.factor_of(steps).label("weight"),
        sa.case(
            (due_days.until(clock.today + timedelta(days=priority.PRESSES), clock), _float(1.0)),
            (items.c.id.in_(waiting), _float(priority.WAITING)),
            else_=_float(1.0),
        ).label("turn"),
    ).where(listing.asks(clock))
    # Once for each item, however often the points name it.
    told = asks.cte("told").prefix_with("MATERIALIZED")
    points = _worth(told.c.counted) * told.c.urgency * told.c.weight * told.c.turn
    order = (points.desc(), told.c.counted.desc(), told.c.id)
    return sa.select(told.c.id).order_by(*order).limit(CARDS)


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


def rank_of(row: Row, stored: Any, steps: weights.Steps, clock: Clock) -> priority.Rank:
    """The rank of a line, of which ``stored`` has vendor, program, category and team state."""
    return priority.rank(
        priority.Stakes(
            kind=row.kind,
            category=stored.category,
            due=row.due,
            amount=row.amount,
            amount_label=row.amount_label,
            due_was=row.due_was,
            weighed=weights.weighed(steps, stored.vendor, stored.program),
            waiting=stored.state == TeamState.WAITING,
        ),
        clock,
    )
