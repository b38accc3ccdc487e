"""The pace of mail, shared by all processes: one row that whoever sends holds for a moment."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from app.core import pacing
from app.core.pacing import Pace
from app.db import is_sqlite
from app.models import AppSetting

NAME = "mail pace"
table = SQLModel.metadata.tables[str(AppSetting.__tablename__)]


def take(session: Session, *, most: int, now: datetime) -> timedelta:
    """How long to wait before a message may leave; nothing: it may, and is counted."""
    pace = _held(session)
    wait = pacing.wait(pace, most=most, now=now)
    if wait <= timedelta(0):
        _keep(session, pace, pacing.left(pace, most=most, now=now))
        return timedelta(0)
    return wait


def resting(session: Session, *, now: datetime) -> bool:
    """Whether the server is let be at this moment."""
    rest = _read(session).rest
    return rest is not None and rest > now


def tired(session: Session) -> bool:
    """Whether the server was let be and has taken nothing since."""
    return _read(session).rests > 0


def taken(session: Session) -> None:
    """The server took a message."""
    pace = _held(session)
    _keep(session, pace, pacing.taken(pace))


def rest(session: Session, *, now: datetime) -> None:
    """The server can take nothing now, to nobody."""
    pace = _held(session)
    _keep(session, pace, pacing.rested(pace, now=now))


def _held(session: Session) -> Pace:
    """The pace, which nobody else changes until this transaction ends."""
    if not is_sqlite(session):  # there a write transaction has no other beside it
        insert = postgresql.insert(table).values(name=NAME, value={})
        session.execute(insert.on_conflict_do_nothing(index_elements=["name"]))
        held = sa.select(table.c.value).where(table.c.name == NAME).with_for_update()
        return _pace(session.execute(held).scalar_one())
    return _read(session)


def _read(session: Session) -> Pace:
    found = sa.select(table.c.value).where(table.c.name == NAME)
    return _pace(session.execute(found).scalar_one_or_none() or {})


def _keep(session: Session, was: Pace, pace: Pace) -> None:
    if pace == was:
        return
    value = {
        "left": [at.isoformat() for at in pace.left],
        "rest": pace.rest.isoformat() if pace.rest else None,
        "rests": pace.rests,
    }
    insert = (sqlite if is_sqlite(session) else postgresql).insert
    session.execute(
        insert(table)
        .values(name=NAME, value=value)
        .on_conflict_do_update(index_elements=["name"], set_={"value": value})
    )


def _pace(value: Any) -> Pace:
    rest = value.get("rest")
    return Pace(
        left=tuple(datetime.fromisoformat(at) for at in value.get("left", ())),
        rest=datetime.fromisoformat(rest) if rest else None,
        rests=value.get("rests", 0),
    )
