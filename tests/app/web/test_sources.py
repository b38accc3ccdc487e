"""Sources through the pages: health, sync, quarantine, held removals, removal."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from app.db import Database
from app.jobs.syncing import Syncer
from app.models import Connection, Item, StreamState, Trigger
from app.services import accounts, sources
from app.web.site import Site
from connectors.sdk.connector import Complete, NotOffered, Page, Quarantined
from connectors.sdk.errors import AuthFailed
from tests.app.web.conftest import NOW
from tests.app.web.portal import Portal, form, stored
from tests.support.scripted import deadlines

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#progress"}


# Looking


def test_a_source_that_was_never_read_says_so_and_is_about_to_be(
    client: TestClient, source: int
) -> None:
    page = client.get(f"/sources/{source}").text

    assert "first sync pending" in page
    assert "About to be read" in page
    assert 'hx-trigger="load delay:1s"' in page
    assert 'href="/sources/1">Look again' in page


@pytest.mark.promise("P5")
def test_a_run_shows_its_counts_and_the_freshness_of_each_list(
    client: TestClient, source: int, portal: Portal, syncer: Syncer
) -> None:
    portal.lists(*deadlines(range(3)))
    syncer.run(source, trigger="test")

    page = client.get(f"/sources/{source}").text

    counts = dict(re.findall(r"<dt>(\w+)</dt><dd>([\d,]+)</dd>", page))
    assert counts == {
        "read": "3",
        "new": "3",
        "changed": "0",
        "unchanged": "0",
        "quarantined": "0",
        "held": "0",
        "removed": "0",
    }
    assert "Everything was read" not in page  # said only where something else could be
    assert "read <time" in page
    assert "today 09:30" in page
    assert "every hour" in page
    assert "3 live records" in page
    assert "All 1 fresh" in client.get("/sources").text


@pytest.mark.promise("P9")
def test_an_unreadable_row_is_listed_with_place_reason_and_raw_text_that_stays_text(
    client: TestClient, source: int, portal: Portal, syncer: Syncer
) -> None:
    bad = Quarantined(
        reason="It has no date.", raw="<script>alert(1)</script>", where="Sheet1 row 7"
    )
    portal.script["things"] = [Page(records=deadlines([1]), quarantined=(bad,)), Complete()]
    syncer.run(source, trigger="test")

    page = client.get(f"/sources/{source}").text

    assert "Sheet1 row 7" in page
    assert "It has no date." in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "1 row unreadable" in client.get("/sources").text


def test_a_source_whose_connector_is_gone_is_still_shown(
    client: TestClient, site: Site, admin: int
) -> None:
    with site.database.write() as session:
        gone = Connection(name="Old", connector="long_gone", created_at=NOW)
        session.add(gone)
        session.flush()
        id_ = gone.id
    assert "long_gone (not installed)" in client.get("/sources").text
    assert client.get(f"/sources/{id_}").status_code == 200
    assert client.get(f"/sources/{id_}/edit").status_code == 404


def test_after_a_refused_sign_in_the_page_leads_to_the_settings(
    client: TestClient, source: int, portal: Portal, syncer: Syncer
) -> None:
    portal.script["things"] = [AuthFailed("The portal refused the password.", remedy="Renew it.")]
    syncer.run(source, trigger="test")

    page = client.get(f"/sources/{source}").text
    listed = client.get("/sources").text

    for shown in (page, listed):
        assert "needs sign-in" in shown
        assert "The portal refused the password." in shown
        assert "Renew it." in shown
    assert f'href="/sources/{source}/edit">Sign in anew' in page


# Syncing, with progress


def test_sync_now_makes_it_due_and_wakes_the_scheduler(
    app: Any, client: TestClient, source: int, site: Site
) -> None:
    woken: list[bool] = []
    app.state.site = replace(app.state.site, wake=lambda: woken.append(True))
    with site.database.write() as session:
        sources.get(session, source).next_due_at = NOW + timedelta(hours=3)

    answer = client.post(f"/sources/{source}/sync")

    assert answer.headers["location"] == f"/sources/{source}"
    assert stored(site.database, "The portal").next_due_at == NOW
    assert woken == [True]


def test_a_run_says_who_asked_for_it(
    client: TestClient, source: int, site: Site, syncer: Syncer
) -> None:
    syncer.run(source, trigger="schedule", only_due=True)
    client.post(f"/sources/{source}/sync")
    syncer.run(source, trigger="schedule", only_due=True)
    syncer.run(source, trigger="command")
    page = client.get(f"/sources/{source}").text

    asked = re.findall(r'<small class="mute">(.*?)</small>', page.split("<h2>Runs</h2>")[1])

    assert asked == ["at the terminal", "by Dana Kim", "on schedule"]


def test_who_saves_or_resumes_a_source_asks_for_its_next_run(
    client: TestClient, portal: Portal, syncer: Syncer, site: Site, admin: int
) -> None:
    client.post("/sources/add/scripted", data=form())
    syncer.run(1, trigger="schedule", only_due=True)
    client.post("/sources/1/edit", data=form(name="Renamed"))
    syncer.run(1, trigger="schedule", only_due=True)
    client.post("/sources/1/pause")
    client.post("/sources/1/resume")
    syncer.run(1, trigger="schedule", only_due=True)

    with site.database.read() as session:
        runs = sources.runs(session, 1)
    assert [(run.trigger, run.asked_by_id) for run in runs] == [(Trigger.PERSON, admin)] * 3


def test_progress_is_asked_for_again_until_the_sync_ends_then_the_whole_page_is_new(
    client: TestClient, source: int, portal: Portal, syncer: Syncer
) -> None:
    before = client.get(f"/sources/{source}", headers=HTMX).text
    assert "About to be read" in before
    assert 'hx-trigger="load delay:1s"' in before
    assert "<h1" not in before

    during: list[str] = []
    portal.script["things"] = [
        Page(records=deadlines(range(2))),
        lambda: during.append(client.get(f"/sources/{source}", headers=HTMX).text),
        Complete(),
    ]
    syncer.run(source, trigger="test")
    after = client.get(f"/sources/{source}", headers=HTMX).text

    assert "Reading now" in during[0]
    assert "hx-trigger" in during[0]
    assert 'hx-target="#source"' in after
    assert 'hx-trigger="load' not in after
    assert "2 rows read: 2 new." in after
    assert 'hx-target="#nav"' in after


def test_a_paused_source_is_not_read_and_can_be_resumed(
    client: TestClient, source: int, site: Site
) -> None:
    client.post(f"/sources/{source}/pause")
    page = client.get(f"/sources/{source}").text
    assert "It is paused" in page
    assert "Resume" in page
    assert not stored(site.database, "The portal").enabled

    client.post(f"/sources/{source}/resume")
    assert stored(site.database, "The portal").enabled


# Held removals


@pytest.fixture
def held(source: int, portal: Portal, syncer: Syncer, database: Database) -> int:
    """Thirty of forty records were missing from two whole reads: too many to believe."""
    for numbers in (range(40), range(10), range(10)):
        portal.lists(*deadlines(numbers))
        syncer.run(source, trigger="test")
    with database.read() as session:
        state = session.exec(select(StreamState)).one()
    assert state.held == 30
    return source


def live(database: Database) -> int:
    with database.read() as session:
        return len([item for item in session.exec(select(Item)) if item.removed_at is None])


def test_a_list_that_the_platform_does_not_offer_is_told_and_is_no_trouble(
    client: TestClient, source: int, portal: Portal, syncer: Syncer
) -> None:
    portal.script["things"] = [NotOffered(why="This portal shows the user no budgets.")]
    syncer.run(source, trigger="test")

    page = client.get(f"/sources/{source}").text

    assert "This portal shows the user no budgets." in page
    assert "<th>Note</th>" in page
    assert "<th>Trouble</th>" not in page


@pytest.mark.promise("P2")
def test_a_held_removal_waits_for_a_person_who_says_that_they_are_gone(
    client: TestClient, held: int, database: Database
) -> None:
    page = client.get(f"/sources/{held}").text
    assert "Things: 30 records no longer listed" in page
    assert "30 removals to confirm" in client.get("/sources").text
    assert live(database) == 40

    client.post(f"/sources/{held}/gone", data={"stream": "things"})

    assert live(database) == 10
    assert "30 records marked as removed." in client.get(f"/sources/{held}").text
    assert "no longer listed" not in client.get(f"/sources/{held}").text


@pytest.mark.promise("P2")
def test_or_who_says_to_keep_them(client: TestClient, held: int, database: Database) -> None:
    client.post(f"/sources/{held}/keep", data={"stream": "things"})

    assert live(database) == 40
    assert "no longer listed" not in client.get(f"/sources/{held}").text


# Removing, and who may


@pytest.mark.promise("P1")
def test_removing_a_source_forgets_its_sign_in_and_keeps_what_it_brought(
    client: TestClient, source: int, portal: Portal, syncer: Syncer, database: Database
) -> None:
    portal.lists(*deadlines(range(2)))
    syncer.run(source, trigger="test")

    answer = client.post(f"/sources/{source}/remove")

    assert answer.headers["location"] == "/sources"
    assert "The portal was removed." in client.get("/sources").text
    assert client.get(f"/sources/{source}").status_code == 404
    with database.read() as session:
        assert session.get_one(Connection, source).secrets == ""
        assert all(item.removed_at for item in session.exec(select(Item)))


ACTS = ("sync", "pause", "resume", "remove", "gone", "keep", "edit")


def test_only_an_admin_manages_sources_but_everybody_may_look(
    client: TestClient, source: int, site: Site, admin: int
) -> None:
    with site.database.write() as session:
        accounts.user(session, admin).is_admin = False

    page = client.get(f"/sources/{source}")
    assert page.status_code == 200
    assert 'action="/sources/' not in page.text
    assert "/sources/add" not in client.get("/sources").text
    for act in ACTS:
        answer = client.post(f"/sources/{source}/{act}", data=form() | {"stream": "things"})
        assert answer.status_code == 403, act
    for address in ("/sources/add", "/sources/add/scripted", f"/sources/{source}/edit"):
        assert client.get(address).status_code == 403
    assert client.post("/sources/add/scripted", data=form()).status_code == 403
