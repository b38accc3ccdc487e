"""Today: at most ten things, the weightiest first, each with its reasons."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core import priority
from app.core.words import Clock
from app.services import due_days, inbox, lines, listing
from app.services.lines import Sources
from app.services.listing import items, states
from app.services.pages import CARDS, Row, TodayCard, TodayPage
from connectors.sdk.records import Category, Kind

CANDIDATES = 25


def today_page(session: Session, *, user_id: int, clock: Clock) -> TodayPage:
    """What to do first: overdue, due within a month, or asked for without a date."""
    known = Sources(session, now=clock.now)
    statement = (
        listing.select_lines(
            user_id, items.c.url, sa.func.coalesce(states.c.version, 0).label("version")
        )
        .where(items.c.id.in_(_weightiest(clock)))
        .order_by(items.c.id)
    )
    found = session.execute(statement).all()
    rows = lines.rows_of(session, found, known, clock)
    ranked = sorted(
        (
            (rank_of(row, stored.category, clock), row, stored)
            for row, stored in zip(rows, found, strict=True)
        ),
        key=lambda entry: (-entry[0].points, entry[1].id),
    )
    return TodayPage(
        cards=tuple(
            TodayCard(
                row=row,
                why=rank.reasons,
                url=stored.url,
                source_name=known.name(stored.connection_id),
                version=stored.version,
            )
            for rank, row, stored in ranked[:CARDS]
        ),
        stake=inbox.stake(session, user_id=user_id, clock=clock, days=listing.WEEK),
        days=listing.WEEK,
        doubtful=known.doubtful,
        sources=len(known.lines),
        read_at=known.read_at,
        next_due=inbox.next_due(session, clock) if not ranked else None,
        people=inbox.people(session),
    )


def _weightiest(clock: Clock) -> sa.Select[Any]:
    """Ids among which the weightiest are: of each urgency the ``CANDIDATES`` of most worth.

    Within one urgency worth alone decides, so that no backlog, however long, hides what
    is due now.
    """
    worth = sa.case(
        (items.c.amount > 0, items.c.amount),
        (items.c.kind == Kind.REPORTING, _as_money(priority.BY_KIND[Kind.REPORTING])),
        *((items.c.category == sort, _as_money(its)) for sort, its in priority.BY_CATEGORY.items()),
        else_=_as_money(priority.BY_CATEGORY[Category.OTHER]),
    )
    order = (worth.desc(), items.c.id)
    place = sa.func.row_number().over(partition_by=_urgency(clock), order_by=order)
    placed = sa.select(items.c.id, place.label("place")).where(listing.asks(clock)).subquery()
    return sa.select(placed.c.id).where(placed.c.place <= CANDIDATES)


def _urgency(clock: Clock) -> sa.ColumnElement[int]:
    """Which of the steps of urgency an item is on."""
    long_late = due_days.until(clock.today - timedelta(days=priority.LONG_LATE_DAYS + 1), clock)
    steps = (
        due_days.until(clock.today + timedelta(days=days), clock)
        for days, _factor in priority.STEPS
    )
    numbered = enumerate((long_late, due_days.overdue(clock), *steps))
    return sa.case(*((step, number) for number, step in numbered), else_=-1)


def _as_money(points: int) -> sa.ColumnElement[Decimal]:
    return sa.literal(priority.as_money(points), items.c.amount.type)


def rank_of(row: Row, category: str | None, clock: Clock) -> priority.Rank:
    """The rank of a line."""
    return priority.rank(
        priority.Stakes(
            kind=row.kind,
            category=category,
            due=row.due,
            amount=row.amount,
            amount_label=row.amount_label,
            due_was=row.due_was,
        ),
        clock,
    )
