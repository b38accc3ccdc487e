"""Today: at most ten things, the weightiest first, each with its reasons."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core import priority
from app.core.links import link
from app.core.next_act import NextAct, next_act
from app.core.words import Clock, is_late
from app.models import TeamState
from app.services import inbox, lines, listing, mandatory, ranking, stakes, unowned, weights
from app.services.lines import Sources
from app.services.listing import items
from app.services.pages import Row, TodayCard, TodayPage
from connectors.sdk.records import Kind

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
    ids = ranking.weightiest(session, steps, clock)
    return ranked(session, ids, steps, known, user_id=user_id, clock=clock)


def ranked(
    session: Session,
    ids: Sequence[int] | sa.Select[Any],
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
