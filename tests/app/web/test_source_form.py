"""Adding and editing a source: checked before it is saved, and no secret comes back."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.secrets import Vault
from app.services import sources
from app.web.site import Site
from connectors import registry
from tests.app.web.conftest import NOW
from tests.app.web.portal import SECRET, Portal, form, stored


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
def test_a_typed_key_of_many_lines_is_kept_without_standing_in_the_page(
    client: TestClient, portal: Portal
) -> None:
    typed = {"name": "Acme", "set.private_key": "-----BEGIN PRIVATE KEY-----\ncanary-4711\n"}
    refused = client.post("/sources/add/salesforce_prm", data=form(**typed))

    area = re.search(r'<textarea id="f-set.private_key"[^>]*>([^<]*)</textarea>', refused.text)
    assert refused.status_code == 422
    assert area
    assert 'placeholder="entered, leave empty to keep it"' in area[0]
    assert area[1] == ""
    assert "canary-4711" not in refused.text


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


def test_a_secret_that_the_check_used_up_is_saved_as_the_platform_replaced_it(
    client: TestClient, portal: Portal, site: Site
) -> None:
    portal.rotates = True
    checked = client.post("/sources/add/scripted", data=form(then="check"))
    assert checked.status_code == 200
    assert SECRET not in checked.text

    again = form(**{"set.password": "", "draft": draft_in(checked.text)})
    assert client.post("/sources/add/scripted", data=again).status_code == 303

    saved = stored(site.database, "My portal")
    assert site.vault.open(saved.secrets) == {"password": portal.accepts}

    edited = form(**{"set.password": "", "then": "check"})
    assert client.post(f"/sources/{saved.id}/edit", data=edited).status_code == 200
    saved = stored(site.database, "My portal")
    assert site.vault.open(saved.secrets) == {"password": portal.accepts}


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
    settings = {"name": " ", "set.account": "x", "set.password": ""}
    schedule = {"cron": "never", "quiet": "at night"}
    page = client.post("/sources/add/scripted", data=form(**settings, **schedule)).text

    for says in ("Enter a name.", "look like 42.", "This is needed."):
        assert says in page
    for says in ("not a cron expression", "Two times of day"):
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
