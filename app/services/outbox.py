"""Events that someone should hear of: taken from the outbox one at a time, told once to each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.core.digests import retry_after
from app.models import Connection, OutboxEntry, OutboxState, User

LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 10


class Heard(StrEnum):
    """How far the telling of one person is. ``unknown``: it may have left; never again."""

    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    LATER = "later"


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A source that went bad or is well again, and whom to tell: (name, address) of the admins
    who were not told yet.
    """

    entry_id: int
    key: str
    kind: str
    connection: Connection
    to: tuple[tuple[str, str], ...]


def take(session: Session, *, now: datetime) -> Alert | None:
    """The next waiting event, leased to this process; None when there is none."""
    table = SQLModel.metadata.tables["outbox"]
    ready = (
        table.c.state == OutboxState.WAITING,
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
        entry.state = OutboxState.DROPPED
        session.flush()
        return take(session, now=now)
    heard = _heard(entry)
    for address, how in heard.items():
        if how == Heard.SENDING:  # whoever was sending it died
            heard[address] = Heard.UNKNOWN
    admins = session.exec(
        select(User).where(User.is_active, User.is_admin).order_by(col(User.id))
    ).all()
    present = {admin.email for admin in admins}
    _keep(entry, {a: how for a, how in heard.items() if how != Heard.LATER or a in present})
    return Alert(
        entry_id=entry_id,
        key=entry.key,
        kind=entry.kind,
        connection=connection,
        to=tuple(
            (admin.name, admin.email)
            for admin in admins
            if heard.get(admin.email, Heard.LATER) == Heard.LATER
        ),
    )


def _heard(entry: OutboxEntry) -> dict[str, str]:
    return dict(entry.payload.get("heard", {}))


def _keep(entry: OutboxEntry, heard: dict[str, str]) -> None:
    entry.payload = {**entry.payload, "heard": heard}


def waiting(session: Session, *, now: datetime) -> bool:
    """Whether anything waits: asked first, so that a quiet tick writes nothing."""
    statement = select(OutboxEntry.id).where(
        OutboxEntry.state == OutboxState.WAITING, col(OutboxEntry.next_attempt_at) <= now
    )
    return session.exec(statement.limit(1)).first() is not None


def note(
    session: Session, entry_id: int, address: str, how: Heard, *, now: datetime, error: str = ""
) -> None:
    """How far the telling of one person is, written before and after the mail server is asked."""
    entry = session.get_one(OutboxEntry, entry_id)
    _keep(entry, {**_heard(entry), address: how})
    entry.error = error or entry.error
    entry.lease_until = now + LEASE


def close(session: Session, entry_id: int, *, now: datetime) -> None:
    """Everyone was tried: those who could not be told are tried again, ten times at most."""
    entry = session.get_one(OutboxEntry, entry_id)
    entry.lease_until = None
    left = Heard.LATER in _heard(entry).values()
    if left and entry.attempts < MOST_ATTEMPTS:
        entry.next_attempt_at = now + retry_after(entry.attempts)
    elif left:
        entry.state = OutboxState.FAILED
    else:
        entry.state, entry.sent_at = OutboxState.SENT, now
