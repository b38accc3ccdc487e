"""Throwing away what nobody needs any more, a batch at a time. ``core.retention`` says what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.core.retention import RUNS_KEPT, Cutoffs, cutoffs
from app.models import Connection, DeliveryState, Revision, RunOutcome
from app.services.accounts import IDLE
from app.services.clues import KNOWN
from app.services.following import MARKS_KEPT
from app.services.revisions import FLIPS_KEPT

BATCH = 500
"""Rows that one write transaction throws away: whoever else wants to write waits for no more."""

tables = SQLModel.metadata.tables
runs = tables["sync_runs"]
quarantine = tables["quarantine"]
sessions = tables["sessions"]
links = tables["one_time_links"]
deliveries = tables["deliveries"]
ledger = tables["digest_ledger"]
marks = tables["personal_states"]
items = tables["items"]
clues = tables["clues"]
flips = tables["flips"]
write_marks = tables["write_marks"]
calendars = tables["calendar_feeds"]
answers = tables["kept_answers"]


@dataclass(frozen=True, kw_only=True)
class Spent:
    """Rows of one table that may go, by their primary keys."""

    table: sa.Table
    keys: Sequence[tuple[Any, ...]]


def spent(session: Session, *, now: datetime) -> Spent | None:
    """The next batch; None when nothing is left to throw away."""
    before = cutoffs(now)
    for table, condition in RULES.items():
        keys = table.primary_key.columns
        found = session.execute(sa.select(*keys).where(condition(before)).limit(BATCH)).all()
        if found:
            return Spent(table=table, keys=[tuple(row) for row in found])
    return None


def throw_away(session: Session, found: Spent, *, now: datetime) -> None:
    """Delete that batch, but for what has changed its state since it was found."""
    table = found.table
    keys = sa.tuple_(*table.primary_key.columns)
    session.connection().execute(
        sa.delete(table).where(keys.in_(found.keys), RULES[table](cutoffs(now)))
    )


def removed_connections(session: Session) -> list[int]:
    """Connections that were removed: their uploads are of no use any more."""
    statement = select(Connection.id).where(col(Connection.removed_at).is_not(None))
    return [id_ for id_ in session.exec(statement) if id_ is not None]


# What may go


Condition = sa.ColumnElement[bool]


def _runs(before: Cutoffs) -> Condition:
    """Ended runs, but for the newest ones and the last good one of each connection."""
    others = runs.alias()
    same = others.c.connection_id == runs.c.connection_id
    newest = (
        sa.select(others.c.id).where(same).order_by(others.c.id.desc()).offset(RUNS_KEPT - 1)
    ).limit(1)
    good = sa.select(sa.func.max(others.c.id)).where(same, others.c.outcome == RunOutcome.OK)
    return sa.and_(
        runs.c.started_at < before.runs,
        runs.c.outcome.is_not(None),
        runs.c.id < newest.scalar_subquery(),
        runs.c.id != sa.func.coalesce(good.scalar_subquery(), 0),
    )


def _quarantine(before: Cutoffs) -> Condition:
    return quarantine.c.resolved_at < before.quarantine


def _sessions(before: Cutoffs) -> Condition:
    return sa.or_(
        sessions.c.expires_at < before.sessions, sessions.c.seen_at < before.sessions - IDLE
    )


def _links(before: Cutoffs) -> Condition:
    return sa.or_(links.c.used_at < before.links, links.c.expires_at < before.links)


def _deliveries(before: Cutoffs) -> Condition:
    leaves = (DeliveryState.WAITING, DeliveryState.SENDING)
    old = deliveries.c.created_at < before.deliveries
    return sa.and_(old, deliveries.c.state.not_in(leaves))


def _digests(before: Cutoffs) -> Condition:
    return ledger.c.claimed_at < before.digests


def _read_marks(before: Cutoffs) -> Condition:
    gone = sa.select(items.c.id).where(items.c.removed_at < before.read_marks)
    return marks.c.item_id.in_(gone)


def _clues(before: Cutoffs) -> Condition:
    return sa.and_(clues.c.told_on < before.clues.date(), clues.c.source != KNOWN)


def _flips(_before: Cutoffs) -> Condition:
    newest = sa.select(sa.func.max(Revision.opened)).scalar_subquery()
    return flips.c.opened < newest - 2 * FLIPS_KEPT


def _write_marks(_before: Cutoffs) -> Condition:
    newest = sa.select(sa.func.max(Revision.number)).scalar_subquery()
    return write_marks.c.number < newest - MARKS_KEPT


def _calendars(before: Cutoffs) -> Condition:
    return calendars.c.revoked_at < before.links


def _answers(before: Cutoffs) -> Condition:
    return answers.c.created_at < before.answers


RULES: dict[sa.Table, Callable[[Cutoffs], Condition]] = {
    runs: _runs,
    quarantine: _quarantine,
    sessions: _sessions,
    links: _links,
    deliveries: _deliveries,
    ledger: _digests,
    marks: _read_marks,
    clues: _clues,
    flips: _flips,
    write_marks: _write_marks,
    calendars: _calendars,
    answers: _answers,
}
