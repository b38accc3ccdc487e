"""Add an item on a page; edit and delete it from its own page."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.db import Database
from app.jobs.syncing import Syncer
from app.models import Connection, Event, Item
from tests.app.web.test_tracking import add_item

QBR = {
    "title": "Quarterly business review",
    "kind": "review",
    "vendor": "Dell",
    "program": "Titanium",
    "date": "2026-11-21",
    "how": "rule",
    "count": "5",
    "by": "working days before",
    "anchor": "quarter end",
    "first_month": "2",
    "remind": "14 days",
    "amount": "18400.50",
    "currency": "EUR",
    "note": "pipeline\r\nand people",
}
Rows = Callable[[], dict[str, Item]]


@pytest.fixture
def rows(database: Database, syncer: Syncer) -> Rows:
    """Reads the source, and gives its live items by the id that they have there."""

    def read() -> dict[str, Item]:
        with database.read() as session:
            ids = list(session.exec(select(Connection.id)))
        for connection_id in ids:
            assert connection_id
            syncer.run(connection_id, trigger="test")
        with database.read() as session:
            return {item.external_id: item for item in live(session)}

    return read


def live(session: Session) -> list[Item]:
    return [item for item in session.exec(select(Item)) if item.removed_at is None]


def entries(database: Database) -> str:
    with database.read() as session:
        (connection,) = session.exec(select(Connection))
        return str(connection.config["entries"])


def test_the_first_item_makes_the_source_and_has_its_dates_at_once(
    client: TestClient, rows: Rows, database: Database
) -> None:
    answer = client.post("/items/add", data=QBR)

    assert answer.status_code == 303
    assert "Own items" in client.get(answer.headers["location"]).text
    found = rows()
    first = found["quarterly-business-review/2027-Q4"]
    assert (f"{first.due_on}", first.vendor, first.category) == ("2027-01-25", "Dell", "event")
    assert found["quarterly-business-review/2027-Q4#reminder"].due_on == date(2027, 1, 11)
    assert first.summary == "pipeline\nand people"
    with database.read() as session:
        (connection,) = session.exec(select(Connection))
    assert connection.name == "Own items"
    assert connection.config["fiscal_years"] == ["Dell: 2"]


def test_a_second_item_joins_the_first_and_leaves_what_a_person_wrote(
    client: TestClient, database: Database, rows: Rows
) -> None:
    client.post("/items/add", data={"title": "Forecast", "date": "2026-12-01", "how": "no"})
    written = "# ours\n" + entries(database)
    with database.write() as session:
        (connection,) = session.exec(select(Connection))
        connection.config = {**connection.config, "entries": written}

    client.post("/items/add", data={"title": "Forecast", "date": "2027-01-01", "how": "no"})

    assert entries(database).startswith(written)
    assert set(rows()) == {"forecast", "forecast-2"}


def test_a_vendors_fiscal_year_stays_until_somebody_says_another(
    client: TestClient, database: Database
) -> None:
    for month, kept in (("7", ["Dell: 7"]), ("", ["Dell: 7"]), ("2", ["Dell: 2"]), ("1", [])):
        client.post("/items/add", data=QBR | {"first_month": month})
        with database.read() as session:
            (connection,) = session.exec(select(Connection))
        assert connection.config["fiscal_years"] == kept


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": " "}, "title"),
        ({"date": "soon"}, "date"),
        ({"how": "no", "date": ""}, "It needs a date, or a rule"),
        ({"amount": "1,000"}, "is not a number"),
        ({"currency": "EURO"}, "This is not an ISO 4217 currency code"),
        ({"other": "now and then"}, "“now and then” is not a rule for a date"),
        ({"remind": "soon"}, "Write how long before"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    client: TestClient, database: Database, change: dict[str, str], said: str
) -> None:
    answer = client.post("/items/add", data=QBR | change)

    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert "aria-invalid" in answer.text
    assert "pipeline\nand people" in unescape(answer.text).replace("\r\n", "\n")
    with database.read() as session:
        assert list(session.exec(select(Connection))) == []


def test_an_own_item_is_edited_from_its_page(
    client: TestClient, rows: Rows, database: Database
) -> None:
    client.post("/items/add", data=QBR)
    item = rows()["quarterly-business-review/2027-Q4"]
    page = client.get(f"/items/{item.id}").text
    assert f"/items/{item.id}/edit" in page
    form = client.get(f"/items/{item.id}/edit").text
    for shown in ('value="Quarterly business review"', 'value="18400.5"', 'value="14 days"'):
        assert shown in form
    assert re.search(r'value="rule" selected', form)
    assert re.search(r'value="working days before" selected', form)
    assert re.search(r'value="2" selected>February', form)

    changed = QBR | {"title": "QBR with Dell", "count": "10", "remind": ""}
    assert client.post(f"/items/{item.id}/edit", data=changed).status_code == 303

    with database.read() as session:
        reminders = [one for one in session.exec(select(Item)) if "#" in one.external_id]
        assert all(one.removed_at for one in reminders)  # at once: a person took them back
    after = rows()["quarterly-business-review/2027-Q4"]
    assert (after.id, f"{after.due_on}") == (item.id, "2027-01-18")
    assert after.title.startswith("QBR with Dell")


def test_an_own_item_is_deleted_with_all_its_dates_and_stays_to_be_found(
    client: TestClient, rows: Rows, database: Database
) -> None:
    client.post("/items/add", data=QBR)
    client.post("/items/add", data={"title": "Forecast", "date": "2026-12-01", "how": "no"})
    item = rows()["quarterly-business-review/2027-Q4"]

    answer = client.post(f"/items/{item.id}/delete")

    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    with database.read() as session:
        assert [one.external_id for one in live(session)] == ["forecast"]
        gone = select(Event).where(Event.subject_id == item.id, Event.kind == "gone")
        assert session.exec(gone).one().actor_id
    assert set(rows()) == {"forecast"}
    assert client.get(f"/items/{item.id}/edit").status_code == 404
    assert f"/items/{item.id}/edit" not in client.get(f"/items/{item.id}").text


def test_nobody_edits_an_item_of_a_platform(
    client: TestClient, source: int, database: Database
) -> None:
    with database.write() as session:
        item_id = add_item(session, source, 1, kind="deadline", title="Renew seats")

    for verb in ("edit", "delete"):
        assert client.post(f"/items/{item_id}/{verb}", data=QBR).status_code == 404
    assert f"/items/{item_id}/edit" not in client.get(f"/items/{item_id}").text


def test_the_way_to_add_one_is_on_inbox_and_sources(client: TestClient) -> None:
    for page in ("/inbox", "/sources"):
        assert 'href="/items/add"' in client.get(page).text
    assert client.get("/items/add").status_code == 200
