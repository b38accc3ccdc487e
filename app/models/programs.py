"""Reference records: programs, funds, certifications, contacts."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field

from app.db import CalendarDate, Exact, UtcDateTime
from app.models.base import SourceRow


def _key() -> tuple[UniqueConstraint]:
    return (UniqueConstraint("connection_id", "stream", "external_id"),)


class Program(SourceRow, table=True):
    """A membership: tier, status, period, eligibility (None where the platform is silent)."""

    __tablename__ = "programs"
    __table_args__ = _key()

    tier: str | None = Field(default=None, sa_type=Text)
    eligible: bool | None = None
    period_start: date | None = Field(default=None, sa_type=CalendarDate)
    period_end: date | None = Field(default=None, sa_type=CalendarDate)


class Fund(SourceRow, table=True):
    """MDF, co-op or credit money, in ``currency``; ``lapses_on`` is when it is lost."""

    __tablename__ = "funds"
    __table_args__ = _key()

    fund_type: str | None = Field(default=None, sa_type=Text)
    currency: str | None = Field(default=None, sa_type=Text)
    allocated: Decimal | None = Field(default=None, sa_type=Exact)
    requested: Decimal | None = Field(default=None, sa_type=Exact)
    claimed: Decimal | None = Field(default=None, sa_type=Exact)
    paid: Decimal | None = Field(default=None, sa_type=Exact)
    remaining: Decimal | None = Field(default=None, sa_type=Exact)
    lapses_on: date | None = Field(default=None, sa_type=CalendarDate)
    lapses_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Certification(SourceRow, table=True):
    """Who holds what, until when."""

    __tablename__ = "certifications"
    __table_args__ = _key()

    person: str | None = Field(default=None, sa_type=Text)
    issued_on: date | None = Field(default=None, sa_type=CalendarDate)
    expires_on: date | None = Field(default=None, sa_type=CalendarDate)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Contact(SourceRow, table=True):
    """The vendor's or distributor's person for a program."""

    __tablename__ = "contacts"
    __table_args__ = _key()

    role: str | None = Field(default=None, sa_type=Text)
    email: str | None = Field(default=None, sa_type=Text)
    phone: str | None = Field(default=None, sa_type=Text)
