"""Filters, orders, groups and saved views as addresses and forms, and what comes meanwhile."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from app.models import Item
from app.web.site import Site
from tests.app.web import company
from tests.app.web.conftest import NOW

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def ids(client: TestClient, site: Site) -> dict[str, int]:
    return company.fill(site.database)


def titles(page: str) -> list[str]:
    return re.findall(r'class="what"[^>]*><b>(?:<span class="hush">New: </span>)?([^<]*)', page)


def test_filters_stand_in_the_address_and_each_can_be_taken_away(
    client: TestClient, ids: dict[str, int]
) -> None:
    asked = "/inbox?owner=nobody&amount_from=10%2C000&currency=USD&due_to=2026-12-31&sort=money"
    page = client.get(asked).text
    for words in ("Nobody owns it", "From 10,000", "In USD", "Due until Thu 31 Dec 2026"):
        assert f"{words} <svg" in page, words
    without = "/inbox?currency=USD&amp;amount_from=10%2C000&amp;due_to=2026-12-31&amp;sort=money"
    assert f'href="{without}"' in page
    assert titles(client.get("/inbox?owner=nobody").text)


def test_a_vendor_is_written_as_its_source_writes_it(
    client: TestClient, ids: dict[str, int], site: Site
) -> None:
    with site.database.write() as session:
        session.get_one(Item, ids["11"]).vendor = "iboss"
    page = client.get("/inbox?vendor=iboss&kind=renewal").text
    assert re.search(r'<option value="iboss" selected>iboss \(1\)<', page)
    assert "iboss <svg" in page
    assert "Renewal <svg" in page


def test_an_amount_that_can_be_read_in_two_ways_narrows_nothing(
    client: TestClient, ids: dict[str, int]
) -> None:
    every = titles(client.get("/inbox").text)
    for typed in ("1,5", "1.000,50", "10 00"):
        assert titles(client.get(f"/inbox?amount_from={quote(typed)}").text) == every


def test_a_section_of_a_vendor_leads_to_itself(client: TestClient, ids: dict[str, int]) -> None:
    page = client.get("/inbox?group=vendor").text
    heads = re.findall(r'<h2 class="group"[^>]*><a class="link" href="([^"]*)"[^>]*>([^<]*)', page)
    assert heads
    for to, name in heads:
        alone = client.get(to.replace("&amp;", "&")).text
        assert f"{name} <svg" in alone
        assert set(titles(alone)) <= set(titles(page))
    names = [name.lower() for _to, name in heads]
    assert names == sorted(names)


def test_an_opened_item_leads_back_to_the_same_place(
    client: TestClient, ids: dict[str, int]
) -> None:
    view = "group=vendor&sort=money"
    page = client.get(f"/inbox?{view}&item={ids['11']}").text
    assert f'href="/inbox?sort=money&amp;group=vendor#row-{ids["11"]}" data-act="back"' in page


def test_a_star_is_given_and_taken_away_in_the_list_and_undone(
    client: TestClient, ids: dict[str, int]
) -> None:
    here = {"HX-Current-URL": "http://testserver/inbox", **PART}
    told = client.post("/items/star", data={"item": ids["11"]}, headers=here)
    assert told.status_code == 200
    assert 'aria-pressed="true"' in told.text
    assert "Starred" in told.text
    starred = client.get("/inbox?tab=starred").text
    assert len(titles(starred)) == 1
    undo = re.findall(r'name="act" value="(\d+)"', told.text)[-1]
    client.post("/undo", data={"act": undo})
    assert not titles(client.get("/inbox?tab=starred").text)


def test_what_was_read_is_marked_unread_and_the_title_counts_it(
    client: TestClient, ids: dict[str, int], site: Site
) -> None:
    with site.database.write() as session:
        session.get_one(Item, ids["11"]).first_seen_at = NOW - timedelta(hours=1)
    assert "<title>(1) Inbox" in client.get("/inbox").text
    client.get(f"/items/{ids['11']}")
    assert "<title>Inbox" in client.get("/inbox").text
    answer = client.post("/items/unread", data={"item": ids["11"], "next": "/inbox"})
    assert answer.headers["location"] == "/inbox"
    assert "<title>(1) Inbox" in client.get("/inbox").text


def test_what_comes_meanwhile_is_told_above_the_list(
    client: TestClient, ids: dict[str, int], site: Site
) -> None:
    page = client.get("/inbox?vendor=Cisco+Meraki").text
    asked = re.findall(r'id="fresh" hx-get="([^"]*)"', page)[0].replace("&amp;", "&")
    first = client.get(asked)
    tag = first.headers["etag"]
    assert "new item" not in first.text
    assert client.get(asked, headers={"If-None-Match": tag}).status_code == 304
    with site.database.write() as session:
        like = session.get_one(Item, ids["11"])
        for number in range(2):
            new = Item(**like.model_dump(exclude={"id"}) | {"external_id": f"n{number}"})
            new.vendor = "Cisco Meraki"
            new.first_seen_at = NOW
            session.add(new)
    second = client.get(asked, headers={"If-None-Match": tag})
    assert "2 new items — show" in second.text
    assert "<title>(2) Inbox" in second.text


def test_a_view_is_saved_from_the_inbox_and_marked_in_the_navigation(
    client: TestClient, ids: dict[str, int]
) -> None:
    view = "vendor=Cisco+Meraki&sort=money"
    form = {"query": view, "name": "Meraki <b>", "next": f"/inbox?{view}"}
    answer = client.post("/views", data=form)
    assert answer.headers["location"] == f"/inbox?{view}"
    page = client.get(f"/inbox?sort=money&vendor={quote('Cisco Meraki')}&item={ids['11']}").text
    assert 'aria-current="page"><span title="Meraki &lt;b&gt;">' in page
    assert page.count('aria-current="page"><span') == 1
    assert "Meraki &lt;b&gt;" in client.get("/views").text
    undo = re.findall(r'name="act" value="(\d+)"', page)[-1]
    client.post("/undo", data={"act": undo})
    assert ">Meraki &lt;b&gt;<" not in client.get("/views").text


def test_a_saved_view_is_put_to_present_filters_and_kept_in_order(
    client: TestClient, ids: dict[str, int]
) -> None:
    for name in ("One", "Two"):
        client.post("/views", data={"query": "tab=week", "name": name})
    client.post("/views", data={"query": "tab=month", "into": "2"})
    client.post("/views/2/move", data={"up": "1"})
    page = client.get("/today").text
    pinned = re.findall(r'href="/inbox\?([^"]*)" data-view="(\d)"', page)
    assert pinned == [("tab=month", "2"), ("tab=week", "1")]
