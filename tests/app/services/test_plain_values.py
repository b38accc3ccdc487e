"""The driver's values of a bulk write are those that the column types would have written."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from app.core.columns import COLUMNS, TABLE_OF
from app.core.storable import INSTANTS, NUMBERS
from app.db import Database, Exact, UtcDateTime
from app.models import AppSetting, Connection, Item
from app.services.bulk import Bulk
from connectors.sdk.records import Kind

AT = datetime(2026, 11, 21, 8, 30, 0, 250_000, tzinfo=UTC)
VALUES = {
    "due_on": date(2026, 3, 1),
    "due_at": AT,
    "amount": Decimal("12.3456"),
    "closed": True,
    "url": None,
}
REST = {
    "stream": "things",
    "content_hash": b"",
    "title": "Title",
    "kind": "deadline",
    "first_seen_at": AT,
    "changed_at": AT,
}


def test_a_bulk_write_leaves_what_the_session_leaves(database: Database) -> None:
    with database.write() as session:
        owner = Connection(name="a", connector="scripted", created_at=AT)
        session.add(owner)
        session.flush()
        slow = Item(connection_id=owner.id, external_id="1", **REST, **VALUES)
        fast = Item(connection_id=owner.id, external_id="2", **REST)
        session.add_all([slow, fast])
        session.flush()
        bulk = Bulk(session, "items")
        plain = bulk.plain(*VALUES, "id")
        bulk.update(tuple(VALUES), [plain((*VALUES.values(), fast.id))])
    names = ", ".join(VALUES)
    with database.read() as session:
        one, other = session.execute(sa.text(f"SELECT {names} FROM items ORDER BY id")).all()
    assert one == other


def test_json_reads_back_as_it_was_written(database: Database) -> None:
    values = {"name": "a", "value": [["Seats", "12"], ["Maß", "½"]]}
    with database.write() as session:
        bulk = Bulk(session, "settings")
        bulk.insert(tuple(values), [bulk.plain(*values)(values.values())])
    with database.read() as session:
        assert session.get_one(AppSetting, "a").value == values["value"]


@pytest.mark.parametrize("kind", list(COLUMNS))
def test_every_number_and_instant_is_looked_at_before_it_is_stored(kind: Kind) -> None:
    columns = SQLModel.metadata.tables[TABLE_OF[kind]].c
    kinds = {name: type(columns[name].type) for name in COLUMNS[kind]}
    assert {name for name, its in kinds.items() if its is Exact} == set(NUMBERS[kind])
    assert {name for name, its in kinds.items() if its is UtcDateTime} == set(INSTANTS[kind])
