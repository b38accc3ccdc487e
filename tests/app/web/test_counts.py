"""The numbers beside the navigation say the same as the pages that they lead to."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from starlette.testclient import TestClient

from app.db import Database
from app.models import Item, ItemState
from tests.app.web import company
from tests.app.web.conftest import NOW
from tests.app.web.test_tracking import add_item

TODAY = date(2026, 11, 21)


@pytest.fixture
def source(admin: int, database: Database) -> int:
    with database.write() as session:
        return company.connection(session, "Partner programs", "spreadsheet")


def due(database: Database, source: int, *days: int | None, kind: str = "deadline") -> list[int]:
    """Items that are due in so many days, None: without a date."""
    with database.write() as session:
        return [
            add_item(
                session,
                source,
                number,
                kind=kind,
                title=f"{kind} {number}",
                due_on=None if ahead is None else TODAY + timedelta(days=ahead),
            )
            for number, ahead in enumerate(days)
        ]


def beside(page: str, name: str) -> tuple[str, bool] | None:
    """What stands beside a name of the navigation, and whether it is told as pressing."""
    found = re.search(rf'data-go="{name}"[^>]*><span>[^<]+</span>(?:<b([^>]*)>([^<]+)</b>)?', page)
    assert found
    return (found[2], "late" in found[1]) if found[2] else None


@pytest.mark.parametrize(
    ("days", "cards", "pressing"),
    [
        ((), None, False),
        ((-2, 3), 2, True),
        ((20, None), 2, False),  # not this week, yet among the first things to do
        ((31, 90), None, False),
        (range(-3, 20), 10, True),
    ],
)
def test_beside_today_stands_how_many_cards_it_shows(
    client: TestClient,
    source: int,
    database: Database,
    days: tuple[int | None, ...],
    cards: int | None,
    *,
    pressing: bool,
) -> None:
    due(database, source, *days)

    page = client.get("/today").text

    assert page.count('class="card"') == (cards or 0)
    assert beside(page, "today") == (None if cards is None else (str(cards), pressing))


def test_beside_reports_stands_what_the_page_says_on_top_and_lists_first(
    client: TestClient, source: int, database: Database
) -> None:
    ids = due(database, source, -2, 3, 6, 30, 31, 400, None, kind="reporting")
    with database.write() as session:
        until = NOW + timedelta(days=2)
        session.add(ItemState(item_id=ids[2], state="snoozed", snoozed_until=until, changed_at=NOW))
        session.get_one(Item, ids[2]).is_open = False

    page = unescape(client.get("/reports").text)

    heads = dict(re.findall(r'<h2 class="group"[^>]*>([^<·]+) · (\d+)<', page))
    assert heads == {
        "Overdue": "1",
        "This week": "1",
        "Later this month": "1",
        "Later": "2",
        "No date": "1",
        "Snoozed": "1",
    }
    assert beside(page, "reports") == ("3 due", False)
    assert "<strong>3</strong> due in 30 days · 3 later" in page
