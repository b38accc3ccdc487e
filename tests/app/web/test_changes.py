"""Changes: what the sources changed, told and marked as seen, with and without a script."""

import re
from datetime import timedelta

import pytest
from sqlmodel import col, func, select
from starlette.testclient import TestClient

from app.models import Connection, Event, User
from app.web.site import Site
from tests.app.web import company
from tests.app.web.conftest import NOW

PART = {
    "HX-Request": "true",
    "HX-Request-Type": "partial",
    "HX-Current-URL": "http://testserver/changes",
}


class Company:
    """Two sources and ten items, and a history that the test writes on."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.ids = list(company.fill(site.database).values())

    def stops_an_output(self) -> None:
        line = {"subject": "output", "subject_id": 1, "kind": "stopped", "field": "chat"}
        with self.site.database.write() as session:
            session.add(Event(**line, at=NOW, note="It took nothing for 5 days."))

    def happens(self, number: int, kind: str, old: str | None, new: str | None) -> None:
        with self.site.database.write() as session:
            field = None if kind in ("gone", "new") else "Due" if kind == "due moved" else "Amount"
            line = {"subject": "item", "subject_id": self.ids[number], "kind": kind, "field": field}
            at = NOW - timedelta(minutes=5)
            session.add(Event(**line, at=at, old=old, new=new, run_id=17))

    def goes_stale(self) -> None:
        with self.site.database.write() as session:
            for one in session.exec(select(Connection).where(col(Connection.name).like("AWS%"))):
                one.last_success_at = NOW - timedelta(days=3)


@pytest.fixture
def filled(site: Site, admin: int) -> Company:
    """Dana has seen what is there."""
    made = Company(site)
    with site.database.write() as session:
        last = session.exec(select(func.max(Event.id))).one()
        session.get_one(User, admin).changes_seen_id = last or 0
    return made


def sends(page: str, path: str) -> dict[str, str]:
    """The fields of the form that goes there."""
    form = re.findall(rf'<form method="post" action="{path}".*?</form>', page, re.DOTALL)[0]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def test_both_values_when_and_by_which_sync(client: TestClient, filled: Company) -> None:
    filled.happens(0, "due moved", "2026-12-15", "2026-12-04")
    page = client.get("/changes").text

    assert "Moved deadlines · 1" in page
    assert "</span>Tue 15 Dec 2026</del>" in page
    assert "</span>Fri 4 Dec 2026</ins>" in page
    assert "11 days earlier" in page
    assert f'href="/items/{filled.ids[0]}"' in page
    assert "#run-17" in page
    assert 'data-go="changes" aria-current="page"><span>Changes</span><b>1</b>' in page


def test_it_is_marked_as_seen_and_that_is_undone(client: TestClient, filled: Company) -> None:
    filled.happens(0, "due moved", "2026-12-15", "2026-12-04")
    page = client.get("/changes").text
    fields = sends(page, "/changes/seen")
    filled.happens(1, "changed", "100", "90")
    page = client.post("/changes/seen", data=fields, follow_redirects=True).text
    assert "marked as seen" in page
    assert "Moved deadlines" not in page
    assert "100</del>" in page, "what came since it was shown is still to be seen"

    page = client.post("/undo", data=sends(page, "/undo"), follow_redirects=True).text
    assert "Moved deadlines · 1" in page


def test_by_htmx_the_page_and_the_count_change_in_one_answer(
    client: TestClient, filled: Company
) -> None:
    filled.happens(0, "due moved", "2026-12-15", "2026-12-04")
    fields = sends(client.get("/changes").text, "/changes/seen")
    told = client.post("/changes/seen", data=fields, headers=PART).text
    assert 'hx-target="#changes"' in told
    assert "Nothing changed" in told
    assert "<span>Changes</span></a>" in told

    told = client.post("/undo", data=sends(told, "/undo"), headers=PART).text
    assert "Moved deadlines · 1" in told
    assert "<span>Changes</span><b>1</b>" in told


class TestEmpty:
    def test_an_output_that_was_stopped_is_no_change_at_a_source(
        self, client: TestClient, filled: Company
    ) -> None:
        filled.stops_an_output()
        for address in ("/changes", "/changes?vendor=Cisco"):
            assert "<h2>Nothing changed</h2>" in client.get(address).text

    def test_where_all_was_read_nothing_changed(self, client: TestClient, filled: Company) -> None:
        page = client.get("/changes").text

        assert "<h2>Nothing changed</h2>" in page
        assert 'action="/changes/seen"' not in page

    @pytest.mark.promise("P5")
    def test_while_a_source_is_stale_nobody_says_so(
        self, client: TestClient, filled: Company
    ) -> None:
        filled.goes_stale()
        page = client.get("/changes").text

        assert "<h2>Nothing changed at the sources that were read</h2>" in page
        assert "AWS Partner Central</a> was last read" in page
        assert "<h2>Nothing changed</h2>" not in page

    def test_filters_say_what_they_hide(self, client: TestClient, filled: Company) -> None:
        filled.happens(1, "changed", "100", "90")
        page = client.get("/changes?only=1").text

        assert "1 thing changed" in page
        assert "your filters hide it" in page

    def test_without_a_source_there_is_the_way_to_one(self, client: TestClient) -> None:
        assert 'href="/start">Begin' in client.get("/changes").text


@pytest.mark.parametrize(
    "query", ["since=x", "after=-1", "after=9999999999999999", "to=0&after=1", "only=yes", "to=x"]
)
def test_what_the_address_says_wrongly_is_not_said(
    client: TestClient, filled: Company, query: str
) -> None:
    filled.happens(0, "due moved", "2026-12-15", "2026-12-04")

    assert client.get(f"/changes?{query}").status_code == 200
