"""Sources through the pages: add by a checked form, sync, quarantine, held removals, removal."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from pydantic import Field, SecretStr
from sqlmodel import select
from starlette.testclient import TestClient

from app.db import Database
from app.jobs.syncing import Syncer
from app.models import Connection, Item, StreamState, Trigger
from app.secrets import Vault
from app.services import accounts, sources
from app.web.site import Site
from connectors import registry
from connectors.sdk.connector import Check, CheckState, Complete, Page, Quarantined, ReadContext
from connectors.sdk.errors import AuthFailed
from connectors.sdk.manifest import ConnectorConfig, Manifest
from tests.app.web.conftest import NOW
from tests.support.scripted import Scripted, deadlines

SECRET = "open-sesame-4711"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#progress"}


class Settings(ConnectorConfig):
    account: str = Field(
        title="Account", pattern="^[0-9]+$", json_schema_extra={"placeholder": "42"}
    )
    password: SecretStr = Field(title="Password")
    token: SecretStr | None = Field(None, title="Token")
    export: str | None = Field(None, title="Export", json_schema_extra={"widget": "file"})


class Portal(Scripted):
    """Accepts one password, and says which files and secrets it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.accepts = SECRET
        self.seen: list[Any] = []

    @property
    def manifest(self) -> Manifest:
        return replace(super().manifest, config=Settings)

    def check(self, config: Settings, context: ReadContext) -> Iterator[Check]:
        self.seen.append((config, context.files))
        good = config.password.get_secret_value() == self.accepts
        yield Check(
            name="Sign-in",
            state=CheckState.OK if good else CheckState.FAIL,
            text="Accepted." if good else "The portal refused the password.",
            fix="Take the one from the portal's API page.",
        )


@pytest.fixture
def portal() -> Iterator[Portal]:
    connector = Portal()
    with registry.installed(connector):
        yield connector


@pytest.fixture
def syncer(site: Site) -> Syncer:
    return Syncer(database=site.database, vault=site.vault, settings=site.settings, now=lambda: NOW)


@pytest.fixture
def source(portal: Portal, site: Site, admin: int) -> int:
    """A connection to the portal, due now."""
    with site.database.write() as session:
        added = sources.add(
            session,
            name="The portal",
            connector="scripted",
            values={"account": "42", "password": SECRET},
            vault=site.vault,
            now=NOW,
        )
    assert added.id is not None
    return added.id


def form(**changed: str) -> dict[str, str]:
    return {
        "name": "My portal",
        "set.account": "42",
        "set.password": SECRET,
        "every": "2",
        "unit": "hours",
        "cron": "",
        "quiet": "",
        "jitter": "0",
        "time_zone": "Europe/Berlin",
        "then": "save",
    } | changed


def stored(database: Database, name: str) -> Connection:
    with database.read() as session:
        return sources.by_name(session, name)


def draft_in(page: str) -> str:
    found = re.search(r'name="draft" value="([^"]+)"', page)
    assert found
    return found[1]


# Adding


def test_a_source_is_checked_then_saved_and_read_at_once(
    client: TestClient, portal: Portal, site: Site
) -> None:
    answer = client.post("/sources/add/scripted", data=form())

    saved = stored(site.database, "My portal")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sources/{saved.id}"
    assert saved.config == {"account": "42", "export": None}
    assert saved.interval_minutes == 120
    assert saved.next_due_at == NOW
    assert SECRET not in saved.secrets
    assert len(portal.seen) == 1
    assert "My portal is saved" in client.get(f"/sources/{saved.id}").text


def test_saving_wakes_the_scheduler(app: Any, client: TestClient, portal: Portal) -> None:
    woken: list[bool] = []
    app.state.site = replace(app.state.site, wake=lambda: woken.append(True))

    client.post("/sources/add/scripted", data=form())

    assert woken == [True]


@pytest.mark.promise("P8")
def test_when_a_check_fails_nothing_is_saved_and_nothing_typed_is_lost(
    client: TestClient, portal: Portal, site: Site
) -> None:
    answer = client.post("/sources/add/scripted", data=form(**{"set.password": "wrong-horse-99"}))

    assert answer.status_code == 422
    page = unescape(answer.text)
    assert "The portal refused the password." in page
    assert "Take the one from the portal's API page." in page
    assert 'value="My portal"' in page
    assert 'value="42"' in page
    assert "wrong-horse-99" not in page
    with site.database.read() as session:
        assert sources.every(session) == []


@pytest.mark.promise("P8")
def test_a_typed_secret_survives_a_wrong_field_without_standing_in_the_page(
    client: TestClient, portal: Portal, site: Site
) -> None:
    refused = client.post("/sources/add/scripted", data=form(**{"set.account": "forty-two"}))
    assert refused.status_code == 422
    assert "It must look like 42." in refused.text
    assert SECRET not in refused.text

    again = form(**{"set.password": "", "draft": draft_in(refused.text)})
    answer = client.post("/sources/add/scripted", data=again)

    assert answer.status_code == 303
    assert site.vault.open(stored(site.database, "My portal").secrets) == {"password": SECRET}


def test_the_draft_of_another_form_opens_nothing(
    client: TestClient, portal: Portal, source: int, site: Site
) -> None:
    other = form(**{"set.account": "x", "set.password": "another-horse-99"})
    refused = client.post("/sources/add/scripted", data=other)
    foreign = form(**{"set.password": "", "draft": draft_in(refused.text)})

    client.post(f"/sources/{source}/edit", data=foreign | {"then": "anyway"})
    forged = client.post("/sources/add/scripted", data=foreign | {"draft": "x"})

    assert site.vault.open(stored(site.database, "My portal").secrets) == {"password": SECRET}
    assert forged.status_code == 422
    assert "This is needed." in forged.text


def test_a_failing_check_can_be_overruled(client: TestClient, portal: Portal, site: Site) -> None:
    wrong = form(**{"set.password": "wrong-horse-99"})
    refused = client.post("/sources/add/scripted", data=wrong)
    assert "Save anyway" in refused.text
    assert "Save anyway" not in client.get("/sources/add/scripted").text

    again = form(**{"set.password": "", "draft": draft_in(refused.text), "then": "anyway"})
    assert client.post("/sources/add/scripted", data=again).status_code == 303
    assert stored(site.database, "My portal").id


def test_checking_alone_saves_nothing(client: TestClient, portal: Portal, site: Site) -> None:
    answer = client.post("/sources/add/scripted", data=form(then="check"))

    assert "Accepted." in answer.text
    with site.database.read() as session:
        assert sources.every(session) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"set.account": ""}, "This is needed."),
        ({"name": " "}, "Enter a name."),
        ({"every": "1", "unit": "minutes"}, "is read at most every 5 minutes."),
        ({"every": "often"}, "Enter a whole number, or set times."),
        ({"cron": "every day"}, "This is not a cron expression."),
        ({"quiet": "at night"}, "Two times of day"),
        ({"time_zone": "Mars/Olympus"}, "Choose a time zone."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    client: TestClient, portal: Portal, changed: dict[str, str], says: str
) -> None:
    answer = client.post("/sources/add/scripted", data=form(**changed))

    assert answer.status_code == 422
    assert says in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'value="My portal"' in answer.text or "name" in changed


def test_everything_that_is_wrong_is_said_at_once(client: TestClient, portal: Portal) -> None:
    wrong = {"set.account": "x", "set.password": "", "cron": "never", "quiet": "at night"}
    page = client.post("/sources/add/scripted", data=form(**wrong)).text

    for says in ("look like 42.", "This is needed.", "not a cron expression", "Two times of day"):
        assert says in page


def test_a_name_that_is_taken_is_said_at_the_name(client: TestClient, source: int) -> None:
    answer = client.post("/sources/add/scripted", data=form(name="The portal"))

    assert answer.status_code == 422
    assert "There is a connection named The portal already." in answer.text


def test_an_uploaded_file_waits_through_a_failed_check_and_then_lies_with_its_connection(
    client: TestClient, portal: Portal, site: Site
) -> None:
    upload = {"set.export": ("../../up and away.csv", b"a,b\n1,2\n")}
    refused = client.post(
        "/sources/add/scripted", data=form(**{"set.password": "wrong-horse-99"}), files=upload
    )
    assert "up and away.csv" in refused.text
    _config, folder = portal.seen[-1]
    assert (folder / "up and away.csv").read_bytes() == b"a,b\n1,2\n"

    again = form(draft=draft_in(refused.text))
    assert client.post("/sources/add/scripted", data=again).status_code == 303
    saved = stored(site.database, "My portal")
    assert saved.config["export"] == "up and away.csv"
    lies = site.settings.uploads / str(saved.id) / "up and away.csv"
    assert lies.read_bytes() == b"a,b\n1,2\n"
    assert not folder.exists()


def test_choosing_shows_what_each_connector_reads_and_needs(client: TestClient, admin: int) -> None:
    page = unescape(client.get("/sources/add").text)

    for connector in registry.connectors().values():
        assert connector.manifest.name in page
        assert connector.manifest.summary in page
        assert all(need.where in page for need in connector.manifest.needs)
        assert client.get(f"/sources/add/{connector.manifest.id}").status_code == 200
    assert client.get("/sources/add/nothing").status_code == 404


# Editing


@pytest.mark.promise("P8")
def test_editing_shows_what_is_stored_but_no_secret_and_keeps_it_when_left_empty(
    client: TestClient, source: int, site: Site
) -> None:
    page = client.get(f"/sources/{source}/edit").text
    assert 'value="42"' in page
    assert SECRET not in page
    assert "stored, leave empty to keep it" in page

    changed = form(**{"set.password": "", "set.account": "43", "name": "Renamed"})
    assert client.post(f"/sources/{source}/edit", data=changed).status_code == 303
    saved = stored(site.database, "Renamed")
    assert saved.config["account"] == "43"
    assert site.vault.open(saved.secrets) == {"password": SECRET}


def test_under_a_lost_key_the_secrets_are_asked_for_anew(
    client: TestClient, source: int, site: Site
) -> None:
    with site.database.write() as session:
        sources.get(session, source).secrets = Vault(["a key that is lost now"]).seal({"a": "b"})

    page = client.get(f"/sources/{source}/edit")
    assert page.status_code == 200
    assert "leave empty to keep it" not in page.text
    without = client.post(f"/sources/{source}/edit", data=form(**{"set.password": ""}))
    assert "This is needed." in without.text
    assert client.post(f"/sources/{source}/edit", data=form()).status_code == 303
    assert site.vault.open(stored(site.database, "My portal").secrets) == {"password": SECRET}


def test_a_secret_can_be_forgotten(client: TestClient, source: int, site: Site) -> None:
    client.post(f"/sources/{source}/edit", data=form(**{"set.token": "t-123456"}))
    assert site.vault.open(stored(site.database, "My portal").secrets)["token"] == "t-123456"

    client.post(f"/sources/{source}/edit", data=form(**{"forget.token": "1"}))

    assert site.vault.open(stored(site.database, "My portal").secrets) == {"password": SECRET}


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

    asked = re.findall(r'<small class="faint">(.*?)</small>', page.split("<h2>Runs</h2>")[1])

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
