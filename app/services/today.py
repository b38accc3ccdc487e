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
from app.services import due_days, inbox, lines, listing, unowned, weights
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
    return TodayPage(
        cards=tuple(
            TodayCard(
                row=row,
                why=rank.reasons,
                act=_act(row, stored, clock),
                url=stored.url,
                source_name=known.name(stored.connection_id),
                version=stored.version or 0,
            )
            for rank, row, stored in ranked
        ),
        stake=inbox.stake(session, user_id=user_id, clock=clock, days=listing.WEEK),
        days=listing.WEEK,
        doubtful=known.doubtful,
        sources=len(known.lines),
        read_at=known.read_at,
        next_due=inbox.next_due(session, clock) if not ranked else None,
        people=inbox.people(session),
        unowned=unowned.alarm(session, clock=clock),
    )


def _act(row: Row, stored: Any, clock: Clock) -> NextAct:
    return next_act(
        owned=row.owner is not None,
        waiting=stored.state == TeamState.WAITING,
        unproven=False,
        late=row.due is not None and is_late(row.due, clock),
        url=link(stored.url) is not None,
        report=row.kind == Kind.REPORTING,
    )


def first(
    session: Session, steps: weights.Steps, known: Sources, *, user_id: int, clock: Clock
) -> list[Ranked]:
    """The ten weightiest with these weights, the weightiest first."""
    return ranked(session, _weightiest(steps, clock), steps, known, user_id=user_id, clock=clock)[
        :CARDS
    ]


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
    """Ids among which the ten weightiest are.

    Among what is as urgent, weighs as much and waits alike, worth alone decides, and then the id:
    so the ten of most worth of each such class are enough. No backlog, however long, hides what
    is due now.
    """
    tables, step = weights.with_steps(
        items.outerjoin(states, states.c.item_id == items.c.id), steps
    )
    waits = sa.func.coalesce(states.c.state == TeamState.WAITING, sa.false())
    place = sa.func.row_number().over(
        partition_by=(_urgency(clock), step, waits), order_by=(_counted().desc(), items.c.id)
    )
    asked = sa.select(items.c.id, place.label("place")).select_from(tables)
    placed = asked.where(listing.asks(clock)).subquery()
    return sa.select(placed.c.id).where(placed.c.place <= CARDS)


def _counted() -> sa.ColumnElement[float]:
    """What an item is ranked as: the same float that ``priority`` counts with."""
    stored = sa.cast(sa.type_coerce(items.c.amount, sa.BigInteger), sa.Float)
    by_digits = groupby(
        sorted(currencies.DIGITS, key=currencies.DIGITS.__getitem__), currencies.DIGITS.__getitem__
    )
    known = items.c.amount > 0
    return sa.case(
        (sa.and_(known, sa.func.coalesce(items.c.currency, "") == ""), stored),
        *(
            (sa.and_(known, items.c.currency.in_(list(codes))), stored / float(10**digits))
            for digits, codes in by_digits
        ),
        (items.c.kind == Kind.REPORTING, _usual(priority.BY_KIND[Kind.REPORTING])),
        *((items.c.category == sort, _usual(its)) for sort, its in priority.BY_CATEGORY.items()),
        else_=_usual(priority.BY_CATEGORY[Category.OTHER]),
    )


def _usual(amount: int) -> sa.ColumnElement[float]:
    return sa.literal(amount * 10_000.0)


def _urgency(clock: Clock) -> sa.ColumnElement[int]:
    """Which of the steps of urgency an item is on."""
    long_late = due_days.until(clock.today - timedelta(days=priority.LONG_LATE_DAYS + 1), clock)
    steps = (
        due_days.until(clock.today + timedelta(days=days), clock)
        for days, _factor in priority.STEPS
    )
    numbered = enumerate((long_late, due_days.overdue(clock), *steps))
    return sa.case(*((step, number) for number, step in numbered), else_=-1)


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
