"""The preview on a source's form: what would come, before anything is saved."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest
from starlette.testclient import TestClient

from app.services import sources
from app.web.site import Site
from connectors.http_api.sandbox import SECRET, Sandbox
from connectors.sdk.sandbox import SandboxClock, SandboxHost
from tests.app.web.conftest import NOW
from tests.app.web.portal import Portal

NAME = "halden"


@pytest.fixture
def halden() -> Iterator[SandboxHost]:
    with SandboxHost({NAME: Sandbox(SandboxClock(NOW))}) as host:
        yield host


@pytest.fixture
def site(site: Site) -> Site:
    """It may ask the simulated platform."""
    allowed = site.settings.model_copy(update={"allowed_private_hosts": ("127.0.0.1",)})
    return replace(site, settings=allowed)


def typed(host: SandboxHost, **changed: str) -> dict[str, str]:
    settings = Sandbox(SandboxClock(NOW)).config(host.url(NAME))
    return {
        "name": "Halden",
        **{f"set.{name}": value for name, value in settings.items()},
        "every": "4",
        "unit": "hours",
        "time_zone": "Europe/Berlin",
        "then": "preview",
    } | changed


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.promise("P8")
def test_a_preview_shows_rows_and_records_and_saves_nothing(
    client: TestClient, site: Site, halden: SandboxHost
) -> None:
    answer = client.post("/sources/add/http_api", data=typed(halden))

    said = words(answer.text)
    assert answer.status_code == 200
    assert "Preview: the first page of each list; nothing is saved" in said
    assert re.search(r"Renewals 200, [\d.]+ KB, 8 rows on the first page", said)
    assert "Cloud Controller renewal deadline · Fri 27 Nov 2026 · €18,400.00 EUR · QUOTED" in said
    assert "Revenue for Gold goal · Thu 31 Dec 2026 · €183,250 of €500,000 · behind" in said
    assert "€7,500.00 EUR left" in said
    assert '"endsOn": "27.11.2026"' in said
    assert SECRET not in answer.text
    with site.database.read() as session:
        assert sources.every(session) == []


def test_rows_that_cannot_be_read_are_shown_with_their_reason(
    client: TestClient, site: Site, halden: SandboxHost
) -> None:
    form = typed(halden)
    form["set.declaration"] = form["set.declaration"].replace("%d.%m.%Y", "%m/%d/%Y")

    said = words(client.post("/sources/add/http_api", data=form).text)

    assert "Renewals some rows cannot be read" in said
    assert "Renewals HR-101: field due is not a date like %m/%d/%Y: '27.11.2026'" in said


def test_a_list_that_is_elsewhere_is_said_beside_the_answer_as_it_came(
    client: TestClient, site: Site, halden: SandboxHost
) -> None:
    form = typed(halden)
    form["set.declaration"] = form["set.declaration"].replace("rows: data\n", "rows: results\n")

    said = words(client.post("/sources/add/http_api", data=form).text)

    assert "Renewals cannot be read" in said
    assert "There is no list at results; there is one at data." in said
    assert "The answer as it came" in said
    assert '"data": [' in said


def test_what_is_wrong_with_a_declaration_is_said_with_line_and_key(
    client: TestClient, halden: SandboxHost
) -> None:
    form = typed(halden)
    form["set.declaration"] = form["set.declaration"].replace("%d.%m.%Y", "%d.%m")

    answer = client.post("/sources/add/http_api", data=form)

    assert answer.status_code == 422
    assert (
        "Line 26, streams.renewals.map.due.format: a date format needs year, month and day"
        in unescape(answer.text)
    )


def test_a_source_that_has_no_preview_offers_none(client: TestClient, portal: Portal) -> None:
    assert 'value="preview"' not in client.get("/sources/add/scripted").text
    assert 'value="preview"' in client.get("/sources/add/http_api").text


def test_the_page_of_a_source_names_the_lists_of_its_declaration(
    client: TestClient, halden: SandboxHost
) -> None:
    saved = client.post("/sources/add/http_api", data=typed(halden, then="save"))

    said = words(client.get(saved.headers["location"]).text)

    assert saved.status_code == 303
    for title in ("Renewals", "Deal registrations", "Targets", "Reports owed", "Marketing funds"):
        assert title in said
