"""The calendar through its page, on a database as a sync leaves it."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from starlette.testclient import TestClient

from app.db import Database
from app.models import Connection, Item, ItemState
from app.services import accounts
from app.web.site import Site
from tests.app.web import company
from tests.app.web.conftest import NOW
from tests.app.web.test_tracking import add_item

TODAY = date(2026, 11, 21)


@pytest.fixture
def source(admin: int, database: Database) -> int:
    with database.write() as session:
        return company.connection(session, "Ingram Micro Xvantage", "ingram_micro")


def put(database: Database, source: int, number: int, on: date, **values: object) -> int:
    with database.write() as session:
        return add_item(
            session, source, number, title=f"Item {number}", kind="deadline", due_on=on, **values
        )


def cell(page: str, on: date) -> str:
    """A day's cell in the month's table."""
    found = re.search(
        rf'<td class="[^"]*">\s*<p class="of-day"><a href="[^"]*day={on}">.*?</td>', page, re.DOTALL
    )
    assert found is not None
    return unescape(found[0])


def agenda(page: str) -> list[str]:
    part = page.partition('<ol class="agenda">')[2]
    return re.findall(r'<h2><time datetime="([^"]+)"', part)


def test_each_day_of_the_month_has_its_items(
    client: TestClient, source: int, database: Database
) -> None:
    put(database, source, 1, date(2026, 11, 24), amount=4200, currency="USD")
    put(database, source, 2, date(2026, 12, 6))
    put(database, source, 3, date(2026, 12, 7))
    page = client.get("/calendar?view=month").text

    assert "November 2026</h1>" in page
    assert "Item 1" in cell(page, date(2026, 11, 24))
    assert "$4,200" in cell(page, date(2026, 11, 24))
    assert "Item 2" in cell(page, date(2026, 12, 6))
    assert "Item 3" not in page
    assert '<span class="badge">today</span>' in cell(page, TODAY)
    assert "<strong>$4,200</strong> due this month&nbsp;· 1 open item" in page
    assert re.findall(r'<th scope="col">(\w+)', page)[::6] == ["Mon", "Sun"]


def test_an_instant_stands_on_the_readers_own_day(
    client: TestClient, source: int, database: Database
) -> None:
    for hour, number in ((22, 1), (23, 2)):  # 23:30 and 00:30 in Berlin
        at = datetime(2026, 11, 30, hour, 30, tzinfo=UTC)
        put(database, source, number, date(2026, 11, 30), due_at=at)
    page = client.get("/calendar?view=month").text

    assert "Item 1" in cell(page, date(2026, 11, 30))
    assert "Item 2" in cell(page, date(2026, 12, 1))
    assert agenda(client.get("/calendar?view=agenda").text)[-1] == "2026-11-30"


def test_a_day_with_too_many_says_how_many_and_leads_to_all_of_them(
    client: TestClient, source: int, database: Database
) -> None:
    on = date(2026, 11, 27)
    with database.write() as session:
        for number in range(215):
            add_item(session, source, number, title=f"N{number}", kind="deadline", due_on=on)
    month = cell(client.get("/calendar?view=month").text, on)
    assert month.count('class="cal"') == 3
    assert "+212 more" in month

    day = f"/calendar?day={on}"
    assert f'href="{day}"' in month
    seen = []
    while day:
        page = unescape(client.get(day).text)
        seen += re.findall(r"<b>(N\d+)</b>", page)
        onward = re.search(r'href="([^"]+skip=\d+)"', page)
        day = onward[1] if onward else ""
    assert sorted(seen) == sorted(f"N{number}" for number in range(215))


def test_what_is_overdue_stands_on_top_of_todays_month_alone(
    client: TestClient, source: int, database: Database
) -> None:
    for number in range(7):
        put(database, source, number, TODAY - timedelta(days=30 + number))
    page = client.get("/calendar").text

    assert 'id="late">Overdue · 7' in page
    assert page.partition("</section>")[0].count('class="cal"') == 5
    assert 'href="/inbox?tab=overdue">All that is overdue' in page
    assert "Overdue ·" not in client.get("/calendar?month=2026-12").text


def test_what_is_done_gone_or_asks_nothing_is_not_on_it(
    client: TestClient, source: int, database: Database
) -> None:
    put(database, source, 1, TODAY + timedelta(days=1), is_open=False)
    put(database, source, 2, TODAY - timedelta(days=1), category="event")

    page = client.get("/calendar").text
    assert re.findall(r"<b>(Item \d)</b>", page) == []
    assert "nothing is due" in page


def test_filters_and_owner_stand_in_every_address(
    client: TestClient, source: int, database: Database, admin: int
) -> None:
    mine = put(database, source, 1, date(2026, 11, 24), vendor="Cisco")
    put(database, source, 2, date(2026, 11, 24), vendor="Cisco")
    dell = put(database, source, 3, date(2026, 11, 24), vendor="Dell")
    with database.write() as session:
        session.add(ItemState(item_id=mine, owner_id=admin, changed_at=NOW))

    def shown(query: str) -> set[str]:
        page = client.get(f"/calendar?view=agenda&{query}").text
        return set(re.findall(r"<b>(Item \d)</b>", page))

    assert shown("") == {"Item 1", "Item 2", "Item 3"}
    assert shown("vendor=Cisco") == {"Item 1", "Item 2"}
    assert shown("owner=me") == shown(f"owner={admin}") == {"Item 1"}
    assert shown("owner=nobody&vendor=Cisco") == {"Item 2"}
    with database.write() as session:
        left = accounts.add_user(session, email="left@partner.example", name="Left", now=NOW)
        left.is_active = False
        session.flush()
        session.add(ItemState(item_id=dell, owner_id=left.id, changed_at=NOW))
    assert shown("owner=nobody") == {"Item 2", "Item 3"}, "its owner looks after nothing any more"
    page = client.get("/calendar?vendor=Sun+Microsystems").text
    assert '<option value="Sun Microsystems" selected>' in page, "the filter would be lost"
    page = unescape(client.get("/calendar?view=month&vendor=Cisco&owner=me").text)
    for link in ("view=month&vendor=Cisco&owner=me&month=2026-12", "vendor=Cisco&owner=me&day="):
        assert f'href="/calendar?{link}' in page


def test_without_a_choice_a_page_has_both_and_paper_and_narrow_screens_the_agenda(
    client: TestClient, source: int
) -> None:
    either, month, list_ = (
        client.get(f"/calendar{query}").text for query in ("", "?view=month", "?view=agenda")
    )
    assert '<table class="month">' in either
    assert '<ol class="agenda">' in either
    assert '<ol class="agenda">' not in month
    assert '<table class="month">' not in list_


@pytest.mark.parametrize(
    "query", ["month=2026-13", "month=0001-01", "day=9999-12-31", "view=x&owner=x", "skip=-1"]
)
def test_a_wrong_address_shows_a_calendar(client: TestClient, source: int, query: str) -> None:
    assert client.get(f"/calendar?{query}").status_code == 200


# Fiscal quarters


def test_a_vendors_quarters_are_drawn_as_soon_as_somebody_has_set_its_year(
    client: TestClient, source: int, site: Site
) -> None:
    page = client.get("/calendar?month=2027-01").text
    assert "No vendor's fiscal year is set." in page

    form = {"vendor": "Cisco", "year": "last Saturday of July"}
    assert client.post("/settings/fiscal-years", data=form).status_code == 303

    page = client.get("/calendar?month=2027-01").text
    assert "FY27 Q2 ends 23 Jan 2027, then FY27 Q3 until 24 Apr 2027" in page
    assert "Cisco FY27 Q2 ends" in cell(page, date(2027, 1, 23))
    assert "Dell" not in page.partition("<main")[2].partition("<table")[0]
    settings = client.get("/settings/fiscal-years").text
    assert "ends on the last Saturday of July" in settings
    client.post("/settings/fiscal-years", data={"vendor": "cisco", "year": ""})
    assert "No vendor's fiscal year is set." in client.get("/calendar").text
    client.post("/undo")
    assert "FY27 Q2" in client.get("/calendar?month=2027-01").text
    client.post("/undo")  # what was done before it: setting it
    assert "No vendor's fiscal year is set." in client.get("/calendar").text
    with site.database.read() as session:
        config = session.execute(
            sa.select(Connection.config).where(Connection.connector == "own_items")
        ).scalar_one()
    assert config["fiscal_years"] == []


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"vendor": "Cisco", "year": "sometimes"}, "is no fiscal year"),
        ({"vendor": " ", "year": "July"}, "Enter the vendor's name"),
        ({"vendor": "a:b", "year": "July"}, "without a colon"),
    ],
)
def test_what_is_no_fiscal_year_is_not_kept(
    client: TestClient, source: int, form: dict[str, str], says: str
) -> None:
    answer = client.post("/settings/fiscal-years", data=form)

    assert answer.status_code == 422
    assert says in unescape(answer.text)
    assert f'value="{form["vendor"]}"' in answer.text


# How it is asked


def test_a_month_asks_as_few_questions_with_three_thousand_items_as_with_three(
    client: TestClient, source: int, database: Database
) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    counts = []
    for many in (3, 3000):
        with database.write() as session:
            session.execute(sa.delete(Item))
            for number in range(many):
                on = TODAY + timedelta(days=number % 9)
                add_item(session, source, number, title="x", kind="deadline", due_on=on)
        client.get("/calendar")
        asked.clear()
        with database.write() as session:
            session.execute(sa.update(Item).values(title="y"))
        asked.clear()
        page = client.get("/calendar").text
        counts.append(len(asked))
    event.remove(database.engine, "before_cursor_execute", note)

    assert counts[0] == counts[1]
    assert len(page) < 200_000
    ranked = next(one for one in asked if "row_number()" in one)
    assert "items.sort_on" in ranked
    asked_so = "is_open = 1 AND sort_on >= '2026-10-26' AND sort_on <= '2026-12-08'"
    with database.read() as session:
        plan = session.execute(
            sa.text(f"EXPLAIN QUERY PLAN SELECT id FROM items WHERE {asked_so}")
        ).all()
    assert "ix_items_open_sort_on_id" in str(plan)
