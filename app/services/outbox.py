"""Events that someone should hear of: taken from the outbox one at a time, told once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.models import Connection, OutboxEntry, User

LEASE = timedelta(minutes=10)
FIRST_RETRY = timedelta(minutes=2)
MOST_ATTEMPTS = 10


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A source that went bad or is well again, and whom to tell: (name, address) of the admins."""

    entry_id: int
    key: str
    kind: str
    connection: Connection
    to: tuple[tuple[str, str], ...]


def take(session: Session, *, now: datetime) -> Alert | None:
    """The next waiting event, leased to this process; None when there is none."""
    table = SQLModel.metadata.tables["outbox"]
    ready = (
        table.c.state == "waiting",
        table.c.next_attempt_at <= now,
        sa.or_(table.c.lease_until.is_(None), table.c.lease_until <= now),
    )
    statement = sa.select(table.c.id).where(*ready).order_by(table.c.id).limit(1)
    entry_id = session.execute(statement).scalar_one_or_none()
    if entry_id is None:
        return None
    taken: sa.CursorResult[Any] = session.connection().execute(
        sa.update(table)
        .where(table.c.id == entry_id, *ready)
        .values(lease_until=now + LEASE, attempts=table.c.attempts + 1)
    )
    if taken.rowcount != 1:
        return None
    entry = session.get_one(OutboxEntry, entry_id)
    connection = session.get(Connection, entry.payload.get("connection_id"))
    if connection is None or connection.removed_at is not None:
        entry.state = "dropped"
        return None
    admins = session.exec(
        select(User).where(User.is_active, User.is_admin).order_by(col(User.id))
    ).all()
    return Alert(
        entry_id=entry_id,
        key=entry.key,
        kind=entry.kind,
        connection=connection,
        to=tuple((admin.name, admin.email) for admin in admins),
    )


def waiting(session: Session, *, now: datetime) -> bool:
    """Whether anything waits: asked first, so that a quiet tick writes nothing."""
    statement = select(OutboxEntry.id).where(
        OutboxEntry.state == "waiting", col(OutboxEntry.next_attempt_at) <= now
    )
    return session.exec(statement.limit(1)).first() is not None


def told(session: Session, entry_id: int, *, now: datetime) -> None:
    """It left."""
    entry = session.get_one(OutboxEntry, entry_id)
    entry.state, entry.sent_at, entry.lease_until, entry.error = "sent", now, None, None


def not_told(session: Session, entry_id: int, error: str, *, again: bool, now: datetime) -> None:
    """It did not leave; ``again``: tried later, ten times at most."""
    entry = session.get_one(OutboxEntry, entry_id)
    entry.error, entry.lease_until = error, None
    if again and entry.attempts < MOST_ATTEMPTS:
        entry.next_attempt_at = now + FIRST_RETRY * (1 << min(entry.attempts, 6))
    else:
        entry.state = "failed"
