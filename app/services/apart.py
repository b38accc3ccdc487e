"""The sample company and what is real never stand in one inbox: whoever adds either asks here.

Both sides take one lock before they look, so that on Postgres, too, of two that come at once the
second sees the first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from app.core.columns import TABLES
from app.db import is_sqlite
from app.errors import Conflict, SampleInTheWay
from app.models import AppSetting, Connection
from app.services.revisions import Until, remembered

MARK = "sample"
"""The setting that is there as long as the sample company is, loading or loaded."""
LOCK = 0x5A3B1E
"""Any number that no other lock of ours has."""
SILENT = timedelta(seconds=60)
"""A loader that has said nothing for so long is at work no more: one source takes a few seconds."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The sample company as it is. ``read_at`` is None until all of it was read.

    ``heard_at`` is when its loader said last how far it is; ``done`` of ``of`` sources were read.
    ``weights`` are those that were set when it came.
    """

    token: str
    user_id: int
    began_at: datetime
    heard_at: datetime
    read_at: datetime | None
    done: int
    of: int
    people: tuple[int, ...]
    weights: tuple[tuple[str, str, int], ...]

    def loading(self, *, now: datetime) -> bool:
        """Whether somebody is reading it at this moment."""
        return self.read_at is None and now - self.heard_at < SILENT

    def broke_off(self, *, now: datetime) -> bool:
        """Whether its loading ended before it was done: it can be repeated, or wiped."""
        return self.read_at is None and not self.loading(now=now)


def sample(session: Session) -> Sample | None:
    """The sample company, where there is one."""

    def look() -> Sample | None:
        found = session.get(AppSetting, MARK, populate_existing=True)
        return None if found is None else _told(found.value)

    return remembered(session, (MARK,), look, until=Until.TOLD)


def keep(session: Session, sample: Sample) -> None:
    """Write down how the sample is."""
    value = {
        **vars(sample),
        **{
            name: at.isoformat() if (at := getattr(sample, name)) else None
            for name in ("began_at", "heard_at", "read_at")
        },
    }
    session.merge(AppSetting(name=MARK, value=value))
    session.flush()


def _told(value: Mapping[str, Any]) -> Sample:
    def at(name: str) -> Any:
        return datetime.fromisoformat(value[name]) if value[name] else None

    return Sample(
        token=value["token"],
        user_id=value["user_id"],
        began_at=at("began_at"),
        heard_at=at("heard_at"),
        read_at=at("read_at"),
        done=value["done"],
        of=value["of"],
        people=tuple(value["people"]),
        weights=tuple((vendor, program, step) for vendor, program, step in value["weights"]),
    )


def refuse_beside_sample(session: Session) -> None:
    """To be called before anything real is added. Raises ``SampleInTheWay``."""
    _one_at_a_time(session)
    ask_first(session)


def ask_first(session: Session) -> None:
    """For a page on which something real is about to be entered. Raises ``SampleInTheWay``."""
    if sample(session) is not None:
        raise SampleInTheWay(
            "The sample company is in this inbox, and nothing real stands beside it.",
            remedy="Wipe the sample first: one press on the page, or partner-inbox sample wipe.",
        )


def refuse_beside_real(session: Session) -> None:
    """To be called before the sample is loaded. Raises ``Conflict``."""
    _one_at_a_time(session)
    if has_real(session):
        raise Conflict(
            "This inbox holds something real, and the sample is never mixed with that.",
            remedy="Look at the sample in an inbox of its own: partner-inbox demo.",
        )


def has_real(session: Session) -> bool:
    """Whether there is a source of one's own, or anything that one ever brought."""
    real = sa.select(col(Connection.id)).where(col(Connection.sample).is_(False))
    live = real.where(col(Connection.removed_at).is_(None))
    brought = (
        sa.exists().where(SQLModel.metadata.tables[name].c.connection_id.in_(real))
        for name in TABLES
    )
    return bool(session.execute(sa.select(sa.or_(live.exists(), *brought))).scalar_one())


def refuse_of_sample(connection: Connection) -> None:
    """To be called before a source is changed or read. Raises ``SampleInTheWay``."""
    if connection.sample:
        raise SampleInTheWay(
            f"{connection.name} belongs to the sample company, which is read once.",
            remedy="Wipe the sample and connect your own.",
        )


def _one_at_a_time(session: Session) -> None:
    if not is_sqlite(session):  # which has one writer at a time
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
