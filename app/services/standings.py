"""How far each connection can be trusted, remembered until the next write."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from app.core import timing
from app.models import Connection
from app.services import sources
from app.services.revisions import Until, remembered


class Standing(NamedTuple):
    """What the pages say of a connection; nothing in it changes without a write."""

    id: int
    name: str
    connector: str
    enabled: bool
    sample: bool
    health: str
    last_success_at: datetime | None
    copied_at: datetime | None
    renew_by: datetime | None
    failing_since: datetime | None
    error: str | None
    fresh_until: datetime | None


def standing(connection: Connection) -> Standing:
    """The connection as the pages know it."""
    assert connection.id is not None
    last = connection.last_success_at
    return Standing(
        id=connection.id,
        name=connection.name,
        connector=connection.connector,
        enabled=connection.enabled,
        sample=connection.sample,
        health=connection.health,
        last_success_at=last,
        copied_at=connection.copied_at,
        renew_by=connection.renew_by,
        failing_since=connection.failing_since,
        error=connection.error,
        fresh_until=timing.fresh_until(
            sources.schedule_of(connection), last_success=last, renew_by=connection.renew_by
        )
        if last
        else None,
    )


def standings(session: Session) -> tuple[Standing, ...]:
    """Of all connections that were not removed, by name."""
    return remembered(
        session,
        ("standings",),
        lambda: tuple(standing(one) for one in sources.every(session)),
        until=Until.TOLD,
    )
