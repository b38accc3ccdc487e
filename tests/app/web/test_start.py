"""The first minutes: three ways to begin, the sample's badge, and steps that go when done."""

from dataclasses import replace
from html import unescape

import pytest
from fastapi import FastAPI
from sqlmodel import Session
from starlette.testclient import TestClient

from app.demo import platforms
from app.main import with_edges
from app.services import accounts, apart, samples
from app.web.site import Site
from tests.app.web.conftest import NOW, SAME_ORIGIN


def with_sample(site: Site, admin: int, *, whole: bool = True) -> None:
    """The sample company with one source, as its loader leaves it."""
    with site.database.write() as session:
        token = samples.begin(session, user_id=admin, now=NOW).token
        planned = [platforms.Planned(name="Own", connector="own_items", values={})]
        people = [("rin.sato@halden.example", "Rin Sato")]
        samples.found(session, token, planned, people, vault=site.vault, now=NOW)
        if whole:
            samples.finish(session, token, now=NOW)


def test_an_empty_inbox_shows_three_ways_to_begin(client: TestClient) -> None:
    page = client.get("/start").text

    for way in ("/sample/load", "/sources/import", "/sources/add"):
        assert way in page
    assert "0 of 3 done" in page
    assert 'href="/start"' in client.get("/today").text


def test_the_set_up_names_the_company_and_leads_to_the_start(
    visitor: TestClient, site: Site
) -> None:
    with site.database.write() as session:
        token = accounts.make_link(session, accounts.SETUP, now=NOW)
    person = {"name": "Dana Kim", "email": "dana@partner.example", "password": "a long sentence"}
    form = person | {"time_zone": "Europe/Berlin", "company": "  Halden \n Systems "}

    answer = visitor.post(f"/set-up/{token}", data=form)

    assert answer.headers["location"] == "/start"
    assert "<span>Halden Systems</span>" in visitor.get("/start").text


def test_a_name_that_the_operator_set_is_not_asked_for(site: Site, admin: int) -> None:
    named = replace(site, settings=site.settings.model_copy(update={"company": "Set by hand"}))
    with TestClient(with_edges(named), headers=SAME_ORIGIN) as visitor:
        with site.database.write() as session:
            token = accounts.make_link(session, accounts.SETUP, now=NOW)
            session_of = accounts.open_session(session, admin, now=NOW)
        assert 'name="company"' not in visitor.get(f"/set-up/{token}").text
        visitor.cookies.set("partner-inbox-session", session_of)
        page = visitor.get("/start").text
    assert "<span>Set by hand</span>" in page
    assert "/start/company" not in page


def test_loading_says_how_far_it_is_and_can_be_looked_at_without_a_script(
    client: TestClient, site: Site, admin: int
) -> None:
    with_sample(site, admin, whole=False)

    page = client.get("/start").text

    assert "0 of 1 sources read" in page
    assert 'href="/start">Look again' in page
    part = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#loading"}
    assert client.get("/start", headers=part).text.count("<progress") == 1
    client.post("/sample/wipe", data={})
    with_sample(site, admin)
    assert client.get("/start", headers=part).headers["hx-redirect"] == "/today"


def test_every_page_says_that_it_is_a_sample_and_one_press_wipes_it(
    client: TestClient, site: Site, admin: int
) -> None:
    with_sample(site, admin)
    for page in ("/today", "/inbox", "/goals", "/programs", "/sources", "/settings"):
        assert "Nothing here is real" in client.get(page).text, page
    assert "What goes" in client.get("/sample/wipe").text

    answer = client.post("/sample/wipe", data={})

    assert answer.headers["location"] == "/start"
    assert "Nothing here is real" not in client.get("/today").text
    with site.database.read() as session:
        assert [one.name for one in accounts.users(session)] == ["Dana Kim"]


@pytest.mark.parametrize(
    "path", ["/sources/add", "/sources/add/calendar", "/sources/import", "/items/add"]
)
def test_who_wants_to_add_something_real_is_asked_to_wipe_first_and_goes_on(
    client: TestClient, site: Site, admin: int, path: str
) -> None:
    with_sample(site, admin)

    asked = client.get(path)

    assert asked.status_code == 303
    page = unescape(client.get(asked.headers["location"]).text)
    assert "Wipe the sample and go on" in page
    gone = client.post("/sample/wipe", data={"next": path})
    assert gone.headers["location"] == path
    assert client.get(path).status_code == 200


def test_a_source_of_the_sample_offers_nothing_that_would_read_it_again(
    client: TestClient, site: Site, admin: int
) -> None:
    with_sample(site, admin)
    with site.database.read() as session:
        source = only_source(session)

    page = client.get(f"/sources/{source}").text

    assert f"/sources/{source}/" not in page
    assert client.post(f"/sources/{source}/sync").headers["location"].startswith("/sample/wipe")


def only_source(session: Session) -> int:
    from app.services import sources

    (found,) = sources.every(session)
    return found.id or 0


def test_only_an_admin_loads_or_wipes(
    client: TestClient, site: Site, admin: int, app: FastAPI
) -> None:
    with_sample(site, admin)
    with site.database.write() as session:
        rin = accounts.add_user(session, email="rin@partner.example", name="Rin", now=NOW)
        session.flush()
        client.cookies.set(
            "partner-inbox-session", accounts.open_session(session, rin.id or 0, now=NOW)
        )

    assert client.post("/sample/wipe", data={}).status_code == 403
    assert client.post("/sample/load").status_code == 403
    assert 'action="/sample/wipe"' not in client.get("/sample/wipe").text
    assert "/sample/wipe" not in client.get("/today").text
    with site.database.read() as session:
        assert apart.sample(session) is not None


def test_the_steps_go_when_they_are_done_or_hidden(
    client: TestClient, source: int, site: Site
) -> None:
    assert "1 of 3 done" in client.get("/start").text
    client.post("/start/digest", data={"digest_on": "1", "digest_hour": "6"})
    page = client.get("/start").text
    assert "2 of 3 done" in page
    with site.database.read() as session:
        (dana,) = accounts.users(session)
        assert (dana.digest_on, dana.digest_hour) == (True, 6)

    client.post("/start/hide")

    assert "of 3 done" not in client.get("/start").text
    assert "First steps" not in client.get("/today").text
    client.post("/undo")
    assert "2 of 3 done" in client.get("/start").text
