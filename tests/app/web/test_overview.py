"""The page Overview: its numbers lead to the items that they count."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from starlette.testclient import TestClient

from app.db import Database
from app.models import ItemState
from tests.app.web import company
from tests.app.web.conftest import NOW
from tests.app.web.test_inbox import titles
from tests.app.web.test_tracking import TODAY, add_item, goal


@pytest.fixture
def filled(admin: int, database: Database) -> None:
    rows = (
        ("Lapsed claim", -3, 18_400, "USD", None),
        ("Renewed in time", -1, 5_000, "USD", "done"),
        ("Ahead", 9, 42_300, "USD", None),
        ("In euros", 9, 900, "EUR", None),
        ("No amount", 9, None, None, None),
        ("Next year", 60, 7, "USD", None),
    )
    with database.write() as session:
        source = company.connection(session, "Partner programs", "spreadsheet")
        for number, (title, days, amount, currency, state) in enumerate(rows):
            due = TODAY + timedelta(days=days)
            values = {"kind": "deadline", "title": title, "due_on": due, "currency": currency}
            money = None if amount is None else Decimal(amount)
            open_ = state is None
            id_ = add_item(session, source, number, amount=money, is_open=open_, **values)
            if state:
                done = NOW - timedelta(days=2)
                session.add(ItemState(item_id=id_, state=state, done_at=done, changed_at=done))
        behind = {"target": Decimal(100), "actual": Decimal(10), "unit": "deals"}
        add_item(session, source, 99, **goal("Far behind", **behind))


def behind(client: TestClient, page: str, number: str, nth: int = 0) -> set[str]:
    """The titles of the items that a number leads to."""
    links = re.findall(rf'<a class="link" href="([^"]+)">{re.escape(number)}<', page)
    return set(titles(client.get(unescape(links[nth])).text))


def test_it_says_what_the_quarter_saves_and_loses_and_every_number_leads_to_its_items(
    client: TestClient, filled: None
) -> None:
    page = client.get("/overview").text

    assert "Q4 2026, saved and lost" in page
    assert "at stake until 31 Dec" in page
    assert behind(client, page, "$60,700") == {"Lapsed claim", "Ahead"}
    assert behind(client, page, "$18,400") == {"Lapsed claim"}
    assert behind(client, page, "$5,000") == {"Renewed in time"}
    assert behind(client, page, "$42,300") == {"Ahead"}
    assert behind(client, page, "€900") == {"In euros"}
    assert behind(client, page, "3") == {"Ahead", "In euros", "No amount"}
    assert "Far behind" in page
    assert "read yesterday" in page or "read today" in page


def test_a_view_that_a_number_leads_to_says_what_it_lists(client: TestClient, filled: None) -> None:
    page = client.get("/inbox?outcome=lost-2026-Q4&currency=USD").text

    assert "Lost in Q4 2026" in page
    assert "In USD" in page
    assert titles(client.get("/inbox?outcome=nonsense").text)


def test_an_empty_company_has_nothing_at_stake(client: TestClient) -> None:
    page = client.get("/overview").text

    assert "Nothing at stake until 31 Dec" in page
    assert "No open item with an amount is due until then." in page
