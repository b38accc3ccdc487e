"""Rin, who works for the partner, and what is stored of her."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.db import Database
from app.services import accounts

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PASSWORD = "a long sentence is a password"
MAIL = "rin@partner.example"


def rows(database: Database, table: str) -> list[dict[str, Any]]:
    with database.read() as session:
        found = session.execute(sa.select(SQLModel.metadata.tables[table]))
        return [dict(row._mapping) for row in found]


def attempt(database: Database, password: str, now: datetime, email: str = MAIL) -> bool:
    """One try at the sign-in page."""
    with database.read() as session:
        known = accounts.credentials(session, email)
    ok = accounts.verify(known, password, now=now)
    with database.write() as session:
        return accounts.record_sign_in(session, known, ok=ok, now=now) is not None


def who(database: Database, cookie: str, now: datetime) -> int | None:
    with database.read() as session:
        found = accounts.signed_in(session, cookie, now=now)
        return found.user.id if found is not None else None
