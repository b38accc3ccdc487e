"""One sync's bookkeeping: who is due, who has it, how it went.

A claim is a lease with a fencing token: one conditional UPDATE that must change exactly
one row. Every later write proves the fence again, so that a worker that was thought dead
and comes back cannot write (P4).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.core import timing
from app.errors import NotSetUp
from app.models import (
    COUNTS,
    TROUBLED,
    Connection,
    Event,
    Health,
    RunOutcome,
    StreamState,
    SyncRun,
    Trigger,
)
from app.services import merging
from app.services.reading import Outcome, StreamReading
from app.services.sources import interrupt, schedule_of
from connectors.sdk import errors
from connectors.sdk.connector import Copy

LEASE = timedelta(minutes=5)
AHEAD = 2 * LEASE
"""Machines' clocks differ by less. A lease or a run of later than that is of a clock that was
wrong: nobody waits until that day comes.
"""
LONGEST_RUN = timedelta(minutes=60)
WELL_AGAIN = "well again"
"""The line of history of a source that was in trouble and can be read again."""


class LeaseLost(Exception):
    """Another worker has the connection now, or it was removed. Nothing may be written."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The right to sync one connection, until the lease ends or is renewed."""

    connection_id: int
    run_id: int
    fence: int
    owner: str


def holders(session: Session) -> list[str]:
    """Who holds a lease, by the names under which they claimed."""
    return [
        owner
        for owner in session.exec(
            select(Connection.lease_owner).where(col(Connection.lease_owner).is_not(None))
        )
        if owner is not None
    ]


def due(
    session: Session, *, now: datetime, limit: int = 50, ended: Collection[str] = ()
) -> list[int]:
    """Connections that are due and that nobody has, the longest waiting first.

    ``ended`` are holders that are known not to be at work any more.
    """
    statement = (
        select(Connection.id)
        .where(
            Connection.enabled,
            col(Connection.removed_at).is_(None),
            _is_due(now),
            _free(now, ended),
        )
        .order_by(col(Connection.next_due_at))
        .limit(limit)
    )
    return [id_ for id_ in session.exec(statement) if id_ is not None]


def _free(now: datetime, ended: Collection[str]) -> sa.ColumnElement[bool]:
    return sa.or_(
        col(Connection.lease_until).is_(None),
        col(Connection.lease_until) <= now,
        col(Connection.lease_until) > now + AHEAD,
        col(Connection.lease_owner).in_(ended),
    )


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    newest = (
        sa.select(col(SyncRun.started_at))
        .where(col(SyncRun.connection_id) == col(Connection.id))
        .order_by(col(SyncRun.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    scheduled = col(Connection.next_due_at).is_not(None)
    return sa.or_(col(Connection.next_due_at) <= now, sa.and_(scheduled, newest > now + AHEAD))


def claim(
    session: Session,
    connection_id: int,
    *,
    owner: str,
    now: datetime,
    trigger: str,
    only_due: bool = False,
    ended: Collection[str] = (),
) -> Claim | None:
    """Take the connection, or None when somebody else has it (or, ``only_due``, was faster).

    ``ended`` are holders that are known not to be at work any more.

    A scheduled sync that a person asked for is that person's.
    """
    conditions: list[sa.ColumnElement[bool]] = [
        col(Connection.id) == connection_id,
        col(Connection.removed_at).is_(None),
        _free(now, ended),
    ]
    if trigger != Trigger.SAMPLE:  # the sample's sources are read once, by whoever loads it
        conditions.append(col(Connection.sample).is_(False))
    if only_due:
        conditions += [col(Connection.enabled).is_(True), _is_due(now)]
    taken: sa.CursorResult[Any] = session.connection().execute(
        sa.update(Connection)
        .where(*conditions)
        .values(lease_owner=owner, lease_until=now + LEASE, fence=col(Connection.fence) + 1)
    )
    if taken.rowcount != 1:
        return None
    connection = session.get_one(Connection, connection_id, populate_existing=True)
    interrupt(
        session, connection_id, now=now, why="The process that ran it ended before it was done."
    )
    run = SyncRun(
        connection_id=connection_id, trigger=trigger, fence=connection.fence, started_at=now
    )
    if trigger == Trigger.SCHEDULE and connection.asked_by_id is not None:
        run.trigger, run.asked_by_id = Trigger.PERSON, connection.asked_by_id
    connection.asked_by_id = None
    session.add(run)
    session.flush()
    assert run.id is not None
    return Claim(connection_id=connection_id, run_id=run.id, fence=run.fence, owner=owner)


def hold(session: Session, claim: Claim, *, now: datetime, progress: str | None = None) -> None:
    """Renew the lease and say how far it is; raises ``LeaseLost``."""
    _prove(session, claim, now=now)
    if progress is not None:
        session.connection().execute(
            sa.update(SyncRun).where(col(SyncRun.id) == claim.run_id).values(progress=progress)
        )


def _prove(session: Session, claim: Claim, *, now: datetime) -> None:
    held: sa.CursorResult[Any] = session.connection().execute(
        sa.update(Connection)
        .where(
            col(Connection.id) == claim.connection_id,
            col(Connection.fence) == claim.fence,
            # A connection of a sample that was wiped may have left its number to another one.
            col(Connection.lease_owner) == claim.owner,
        )
        .values(lease_until=now + LEASE)
    )
    if held.rowcount != 1:
        raise LeaseLost


def state_of(session: Session, claim: Claim, stream: str) -> dict[str, Any]:
    """What the stream's last complete read left."""
    found = session.exec(
        select(StreamState.state).where(
            StreamState.connection_id == claim.connection_id, StreamState.stream == stream
        )
    ).first()
    return dict(found or {})


def store(session: Session, claim: Claim, reading: StreamReading, *, now: datetime) -> Outcome:
    """Write one stream's read, all of it or nothing; raises ``LeaseLost``."""
    _prove(session, claim, now=now)
    outcome = merging.apply(session, reading, run_id=claim.run_id, now=now)
    run = session.get_one(SyncRun, claim.run_id)
    run.streams = {**run.streams, reading.stream: outcome.as_json()}
    for name in COUNTS:
        setattr(run, name, getattr(run, name) + getattr(outcome, name))
    return outcome


def finish(
    session: Session,
    claim: Claim,
    *,
    problem: errors.ConnectorError | NotSetUp | None,
    whole: bool,
    now: datetime,
    seconds: float,
    copies: Sequence[Copy | None] = (),
) -> SyncRun:
    """Close the run, decide the connection's health and when it is due again; give the lease back.

    ``whole``: every stream was read to its proven end. ``copies`` are what the streams that were
    read anew were read from; the oldest counts. Raises ``LeaseLost``.
    """
    _prove(session, claim, now=now)
    connection = session.get_one(Connection, claim.connection_id)
    run = session.get_one(SyncRun, claim.run_id)
    run.finished_at, run.seconds, run.progress = now, round(seconds, 3), None
    run.outcome = RunOutcome.OK if whole else _short_of_whole(run)
    if problem is not None:
        run.error_kind = type(problem).__name__
        run.error, run.remedy = problem.message, problem.remedy
        run.sample = getattr(problem, "sample", None) or None
    _judge(session, connection, problem, read_any=any_complete(run), now=now)
    if connection.asked_by_id is not None and not isinstance(problem, errors.RateLimited):
        connection.next_due_at = now  # somebody asked while it ran
    if whole:
        connection.last_success_at = now
    if whole and copies:
        oldest = min(filter(None, copies), key=lambda copy: copy.made_at, default=None)
        connection.copied_at = oldest.made_at if oldest else None
        connection.renew_by = oldest.renew_by if oldest else None
    connection.lease_owner = connection.lease_until = None
    return run


def let_go(session: Session, claim: Claim, *, now: datetime) -> None:
    """Give the lease back in the middle; the streams that were stored stay so."""
    given_back: sa.CursorResult[Any] = session.connection().execute(
        sa.update(Connection)
        .where(col(Connection.id) == claim.connection_id, col(Connection.fence) == claim.fence)
        .values(lease_owner=None, lease_until=None)
    )
    if given_back.rowcount == 1:
        interrupt(session, claim.connection_id, now=now, why="It was stopped before it was done.")


def _short_of_whole(run: SyncRun) -> RunOutcome:
    return RunOutcome.PARTIAL if any_complete(run) else RunOutcome.FAILED


def any_complete(run: SyncRun) -> bool:
    """Whether a stream of the run was read to its proven end."""
    return any(outcome["complete"] for outcome in run.streams.values())


def _judge(
    session: Session,
    connection: Connection,
    problem: errors.ConnectorError | NotSetUp | None,
    *,
    read_any: bool,
    now: datetime,
) -> None:
    """What the connection becomes, and when it is tried again.

    Where one list is refused and another was read (``read_any``), the others are read on.
    What the installation lacks says nothing about the connection: its health stays, and one
    that waits for a person goes on waiting.
    """
    schedule = schedule_of(connection)
    before, waits = connection.health, connection.next_due_at is None
    usual = timing.next_due(schedule, now=now)
    connection.next_due_at = usual
    match problem:
        case None | errors.Incomplete():
            connection.health = Health.OK
            connection.failures = 0
        case NotSetUp():
            connection.next_due_at = None if waits else usual
        case errors.RateLimited(until=until):  # it answers, and proves nothing: health stays
            connection.next_due_at = max(until, now)
        case errors.AuthFailed():
            connection.health = Health.NEEDS_SIGN_IN
            connection.next_due_at = usual if problem.of_one_list and read_any else None
        case errors.Unavailable(until=until):
            connection.failures += 1
            retry = timing.retry_at(schedule, failures=connection.failures, now=now)
            connection.next_due_at = max(retry, until) if until is not None else retry
            if connection.failures >= timing.FAILING_AFTER:
                connection.health = Health.FAILING
        case errors.ConfigInvalid():
            connection.health = Health.BROKEN
            connection.next_due_at = None
        case _:
            connection.health = Health.BROKEN
            connection.failures += 1
            connection.next_due_at = max(usual, now + timing.DAILY)
    _tell(session, connection, before, problem, now=now)
    if problem is None:
        connection.error = connection.error_kind = connection.remedy = None
        connection.failing_since = None
    else:
        connection.error, connection.remedy = problem.message, problem.remedy
        connection.error_kind = type(problem).__name__
        connection.failing_since = connection.failing_since or now


def _tell(
    session: Session,
    connection: Connection,
    before: str,
    problem: errors.ConnectorError | NotSetUp | None,
    *,
    now: datetime,
) -> None:
    """People hear once when a source goes bad and once when it is well again."""
    if connection.health == before or connection.sample:
        return
    if connection.health in TROUBLED:
        kind = str(connection.health)
    elif before in TROUBLED and connection.health == Health.OK:
        kind = WELL_AGAIN
    else:
        return
    session.add(
        Event(
            subject="source",
            subject_id=connection.id or 0,
            at=now,
            kind=kind,
            note=f"{problem.message} {problem.remedy}".strip() if problem is not None else None,
        )
    )
