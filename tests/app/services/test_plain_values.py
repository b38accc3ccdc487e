"""The driver's values of a bulk write are those that the column types would have written."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from app.core.columns import COLUMNS, TABLE_OF
from app.core.storable import INSTANTS, NotStorable
from app.db import Database, Exact, UtcDateTime, exact, scaled
from app.models import AppSetting, Connection, Item
from app.services.bulk import Bulk
from app.services.plain import plain
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
        made = bulk.plain(*VALUES, "id")
        bulk.update(tuple(VALUES), [made((*VALUES.values(), fast.id))])
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


@pytest.mark.parametrize("fits", ["0", "-0.0001", "12.340000", "0E+40", f"{10**14 - 1}.9999"])
def test_a_number_is_stored_exactly(fits: str) -> None:
    assert exact(scaled(Decimal(fits))) == Decimal(fits)


@pytest.mark.parametrize(
    "wrong",
    [
        *("0.00001", str(10**14), str(-(10**14)), "1E+999999", "-1E+999999", "1E-999999"),
        *(f"{10**13}.{'0' * 20}1", "NaN", "sNaN", "Infinity", "-Infinity"),
    ],
)
def test_a_number_that_would_lose_something_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="too large or has more than four decimals"):
        scaled(Decimal(wrong))


@pytest.mark.parametrize("kind", list(COLUMNS))
def test_every_number_and_instant_is_looked_at_before_it_is_stored(kind: Kind) -> None:
    columns = SQLModel.metadata.tables[TABLE_OF[kind]].c
    kinds = {name: type(columns[name].type) for name in COLUMNS[kind]}
    for name in [name for name, its in kinds.items() if its is Exact]:
        with pytest.raises(NotStorable, match=name):
            plain(TABLE_OF[kind], (name,), sqlite=True)([Decimal("0.00001")])
    assert {name for name, its in kinds.items() if its is UtcDateTime} == set(INSTANTS[kind])
