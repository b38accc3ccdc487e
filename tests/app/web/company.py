"""A small company in a real database: the rows of the sketches, as a sync leaves them."""

from datetime import date, timedelta

from sqlmodel import Session

from app.core.columns import NO_DUE_DAY
from app.core.words import due_day
from app.db import Database
from app.models import Connection, Event, Item, ItemState, StreamState, TeamState
from app.services import accounts, search
from app.services.pages import Row
from tests.app.web import samples
from tests.app.web.samples import CLOCK, NOW

FRESH_AT = NOW - timedelta(minutes=40)


def connection(session: Session, name: str, connector: str, **changes: object) -> int:
    """A connection that was read forty minutes ago."""
    values = {"health": "ok", "last_success_at": FRESH_AT, "created_at": NOW - timedelta(days=30)}
    made = Connection(name=name, connector=connector, **values | changes)
    session.add(made)
    session.flush()
    assert made.id is not None
    session.add(
        StreamState(
            connection_id=made.id, stream="renewals", complete_reads=2, last_complete_at=FRESH_AT
        )
    )
    return made.id


def item(session: Session, row: Row, connection_id: int, **changes: object) -> int:
    """The item of a sample row, seen first on the second of November."""
    due = row.due
    values = {
        "connection_id": connection_id,
        "stream": "renewals",
        "external_id": f"x{row.id}",
        "title": row.title,
        "kind": row.kind,
        "category": "renewal" if row.kind == "deadline" else None,
        "vendor": row.line[0],
        "reference": " · ".join(row.line[1:]),
        "url": f"https://xvantage.example/{row.id}",
        "due_on": due_day(due, CLOCK) if due else None,
        "due_at": getattr(due, "at", None),
        "amount": row.amount.amount if row.amount else None,
        "currency": row.amount.currency if row.amount else None,
        "amount_label": row.amount_label,
        "sort_on": due_day(due, CLOCK) if due else NO_DUE_DAY,
        "first_seen_at": NOW - timedelta(days=19),
        "changed_at": NOW - timedelta(days=19),
        "content_hash": row.title.encode()[:16],
    }
    made = Item(**values | changes)
    session.add(made)
    session.flush()
    assert made.id is not None
    search.add(session, [made.id])
    session.add(Event(subject="item", subject_id=made.id, at=NOW - timedelta(days=19), kind="new"))
    if row.owner:
        session.add(ItemState(item_id=made.id, owner_id=row.owner.id, version=1, changed_at=NOW))
    return made.id


def fill(database: Database) -> dict[str, int]:
    """Two more colleagues, two sources and ten items; the ids of the items by sample number."""
    with database.write() as session:
        for person in (samples.RIN, samples.LEE):
            mail = f"{person.name.split()[0].lower()}@partner.example"
            accounts.add_user(session, email=mail, name=person.name, now=NOW)
        ingram = connection(session, "Ingram Micro Xvantage", "ingram_micro")
        other = connection(session, "AWS Partner Central", "aws_partner_central")
        ids = {}
        for rows in samples.ROWS.values():
            for row in rows:
                where = ingram if row.tile.letters == "IM" else other
                ids[str(row.id)] = item(session, row, where)
        session.add(
            Event(
                subject="item",
                subject_id=ids["13"],
                at=NOW - timedelta(hours=3),
                kind="due moved",
                field="Due",
                old=date(2026, 11, 30).isoformat(),
                new=date(2026, 11, 24).isoformat(),
            )
        )
    return ids


def done_in(database: Database, item_id: int) -> bool:
    """Whether the team has done it."""
    with database.read() as session:
        state = session.get(ItemState, item_id)
        return state is not None and state.state == TeamState.DONE
