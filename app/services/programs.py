"""What the page Programs shows: memberships, funds, certifications and contacts, by vendor."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core import changes
from app.core.money import money_of, summed
from app.core.tiles import Tile
from app.core.words import Clock, due_day, is_late
from app.services.lines import Sources
from app.services.listing import events, items
from app.services.pages import SourceLine, Stake
from connectors.sdk.records import Due, DueDate, DueInstant, Money

FLIPPED_FOR = timedelta(days=60)
VIEWS: Mapping[str, str] = {
    "programs": "Memberships",
    "funds": "Funds",
    "certifications": "Certifications",
    "contacts": "Contacts",
}


@dataclass(frozen=True, kw_only=True)
class Record:
    """What every reference record has. ``item_id`` is the deadline that follows from it."""

    id: int
    title: str
    vendor: str
    program: str | None
    status: str | None
    url: str | None
    tile: Tile
    source: SourceLine | None
    facts: tuple[tuple[str, str], ...] = ()
    item_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Flip:
    """The source changed its mind on eligibility: on that local day, from one to the other."""

    on: date
    was: str | None
    now: str | None


@dataclass(frozen=True, kw_only=True)
class ProgramRow(Record):
    """One membership. ``eligible`` is None where the source is silent."""

    tier: str | None
    eligible: bool | None
    start: date | None
    end: date | None
    flip: Flip | None


@dataclass(frozen=True, kw_only=True)
class FundRow(Record):
    """One fund. ``used`` is the part of what was allocated that is gone, 0 to 1."""

    fund_type: str | None
    allocated: Money | None
    requested: Money | None
    claimed: Money | None
    paid: Money | None
    remaining: Money | None
    used: float | None
    lapses: Due | None


@dataclass(frozen=True, kw_only=True)
class CertificationRow(Record):
    """One certificate and who holds it."""

    person: str | None
    issued: date | None
    expires: Due | None


@dataclass(frozen=True, kw_only=True)
class ContactRow(Record):
    """The vendor's or distributor's person."""

    role: str | None
    email: str | None
    phone: str | None


Group = tuple[str, tuple[Record, ...]]


@dataclass(frozen=True, kw_only=True)
class ProgramsPage:
    """One view of ``VIEWS``: its records in groups (by vendor, or by when they end).

    ``remaining`` is the money left in all funds that have not lapsed, ``flipped`` how many
    memberships changed their eligibility lately.
    """

    view: str
    counts: Mapping[str, int]
    groups: tuple[Group, ...]
    doubtful: tuple[SourceLine, ...]
    read_at: datetime | None
    remaining: Stake = ()
    flipped: int = 0


def programs_page(session: Session, view: str, *, clock: Clock) -> ProgramsPage:
    """The records of one view; an unknown view is the first."""
    view = view if view in VIEWS else "programs"
    known = Sources(session, now=clock.now)
    records = READERS[view](session, known, clock)
    return ProgramsPage(
        view=view,
        counts={name: _count(session, name) for name in VIEWS},
        groups=_grouped(view, records, clock),
        doubtful=known.doubtful,
        read_at=known.read_at,
        remaining=_left(records, clock),
        flipped=sum(isinstance(r, ProgramRow) and r.flip is not None for r in records),
    )


def _count(session: Session, name: str) -> int:
    table = SQLModel.metadata.tables[name]
    statement = sa.select(sa.func.count()).where(table.c.removed_at.is_(None))
    return int(session.execute(statement).scalar_one())


def _left(records: Iterable[Record], clock: Clock) -> Stake:
    """What is left in the funds that have not lapsed."""
    funds = (one for one in records if isinstance(one, FundRow))
    usable = (fund for fund in funds if _when(fund.lapses, clock) != WHEN[0])
    return summed(fund.remaining for fund in usable if fund.remaining is not None)


# Groups


def _grouped(view: str, records: list[Record], clock: Clock) -> tuple[Group, ...]:
    if view in ("programs", "contacts"):
        return _by(records, lambda record: record.vendor, sorted({r.vendor for r in records}))
    return _by(records, lambda record: _when(_end(record), clock), WHEN)


def _by(records: list[Record], key: Any, titles: Iterable[str]) -> tuple[Group, ...]:
    groups: dict[str, list[Record]] = {title: [] for title in titles}
    for record in records:
        groups[key(record)].append(record)
    return tuple((title, tuple(members)) for title, members in groups.items() if members)


WHEN = ("Over", "Within 30 days", "Within 90 days", "Later", "No date")


def _end(record: Record) -> Due | None:
    if isinstance(record, FundRow):
        return record.lapses
    return record.expires if isinstance(record, CertificationRow) else None


def _when(due: Due | None, clock: Clock) -> str:
    if due is None:
        return "No date"
    ahead = (due_day(due, clock) - clock.today).days
    over = is_late(due, clock)
    return "Over" if over else WHEN[1] if ahead <= 30 else WHEN[2] if ahead <= 90 else "Later"


# Rows


def _stored(session: Session, name: str, *order: str) -> list[Any]:
    """The live rows of one table."""
    table = SQLModel.metadata.tables[name]
    by = [table.c[column].asc().nulls_last() for column in (*order, "title", "id")]
    statement = sa.select(table).where(table.c.removed_at.is_(None)).order_by(*by)
    return list(session.execute(statement))


def _shared(row: Any, known: Sources, **more: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "vendor": row.vendor or known.name(row.connection_id),
        "program": row.program if row.program != row.title else None,
        "status": row.status,
        "url": row.url,
        "tile": known.tile(row.connection_id, row.vendor),
        "source": known.lines.get(row.connection_id),
        "facts": tuple((str(label), str(value)) for label, value in row.facts),
        **more,
    }


def _programs(session: Session, known: Sources, clock: Clock) -> list[Record]:
    flips = _flips(session, clock)
    return [
        ProgramRow(
            **_shared(row, known),
            tier=row.tier,
            eligible=row.eligible,
            start=row.period_start,
            end=row.period_end,
            flip=flips.get(row.id),
        )
        for row in _stored(session, "programs", "vendor")
    ]


def _flips(session: Session, clock: Clock) -> dict[int, Flip]:
    """The newest change of eligibility of each program, of the last sixty days."""
    statement = (
        sa.select(events.c.subject_id, events.c.at, events.c.old, events.c.new)
        .where(
            events.c.subject == "program",
            events.c.kind == changes.ELIGIBILITY,
            events.c.at > clock.now - FLIPPED_FOR,
        )
        .order_by(events.c.id)
    )
    return {
        row.subject_id: Flip(on=clock.local(row.at).date(), was=row.old, now=row.new)
        for row in session.execute(statement)
    }


def _funds(session: Session, known: Sources, clock: Clock) -> list[Record]:
    derived = _derived(session, "fund")
    return [
        FundRow(
            **_shared(row, known, item_id=derived.get((row.connection_id, row.external_id))),
            fund_type=row.fund_type,
            allocated=money_of(row.allocated, row.currency),
            requested=money_of(row.requested, row.currency),
            claimed=money_of(row.claimed, row.currency),
            paid=money_of(row.paid, row.currency),
            remaining=money_of(row.remaining, row.currency),
            used=_used(row.allocated, row.remaining),
            lapses=_due(row.lapses_on, row.lapses_at),
        )
        for row in _stored(session, "funds", "lapses_on")
    ]


def _used(allocated: Decimal | None, remaining: Decimal | None) -> float | None:
    """Which part of a fund is used, 0 to 1; None when the source does not tell both."""
    if not allocated or remaining is None or allocated < 0:
        return None
    return min(max(1 - float(remaining / allocated), 0.0), 1.0)


def _certifications(session: Session, known: Sources, clock: Clock) -> list[Record]:
    derived = _derived(session, "certification")
    return [
        CertificationRow(
            **_shared(row, known, item_id=derived.get((row.connection_id, row.external_id))),
            person=row.person,
            issued=row.issued_on,
            expires=_due(row.expires_on, row.expires_at),
        )
        for row in _stored(session, "certifications", "expires_on")
    ]


def _contacts(session: Session, known: Sources, clock: Clock) -> list[Record]:
    return [
        ContactRow(**_shared(row, known), role=row.role, email=row.email, phone=row.phone)
        for row in _stored(session, "contacts", "vendor", "program")
    ]


READERS = {
    "programs": _programs,
    "funds": _funds,
    "certifications": _certifications,
    "contacts": _contacts,
}


def _derived(session: Session, kind: str) -> dict[tuple[int, str], int]:
    """The live deadlines that follow from records of a kind, by connection and external id."""
    before = f"derived:{kind}:"
    statement = sa.select(items.c.connection_id, items.c.external_id, items.c.id).where(
        items.c.external_id.startswith(before), items.c.removed_at.is_(None)
    )
    return {
        (row.connection_id, row.external_id.removeprefix(before)): row.id
        for row in session.execute(statement)
    }


def _due(on: date | None, at: Any) -> Due | None:
    if at is not None:
        return DueInstant(at=at)
    return DueDate(on=on) if on is not None else None
