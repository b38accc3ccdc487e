"""Settings › Calendars: an address is made, shown once, tried, and taken back."""

import logging
import re

import pytest
from starlette.testclient import TestClient

from app.services import accounts
from app.web.site import Site
from connectors.sdk.redact import RedactingFilter
from tests.app.web.conftest import NOW

PATH = "/settings/calendars"
FORM = {"query": "tab=unowned", "name": "Partner dates", "kind": "vevent", "alarms": ["1", "7"]}


def made(client: TestClient, **changed: object) -> str:
    """The path of a new calendar, as its page shows it."""
    answer = client.post(PATH, data=FORM | changed)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    (https,) = re.findall(r'id="once"[^>]* value="([^"]+)"', answer.text)
    (webcal,) = re.findall(r'id="once-webcal"[^>]* value="([^"]+)"', answer.text)
    assert webcal.partition("://")[::2] == ("webcal", https.partition("://")[2])
    return "/calendar/" + https.rpartition("/calendar/")[2]


def test_an_address_is_shown_once_and_opens_the_calendar(client: TestClient, site: Site) -> None:
    path = made(client)
    secret = path.removeprefix("/calendar/").removesuffix(".ics")
    page = client.get(PATH).text
    assert secret not in page
    assert f"<code>{secret[:6]}…</code>" in page
    assert "Partner dates" in page
    assert "events, alarms 1 day before, 7 days before" in page
    assert "never" in page

    nobody = TestClient(client.app, base_url=str(client.base_url))
    answer = nobody.get(path, headers={"User-Agent": "Thunderbird/140.0"})
    assert answer.status_code == 200
    assert answer.text.startswith("BEGIN:VCALENDAR")
    assert "by Thunderbird at testclient" in client.get(PATH).text
    assert "read by Thunderbird at testclient" in client.get("/settings/outputs").text


def test_without_a_name_it_is_called_as_its_view(client: TestClient) -> None:
    for query, name in (("", "Everything open"), ("owner=backup", "What I back up")):
        assert f"The address of “{name}”" in client.post(PATH, data={"query": query}).text


def test_a_view_leads_to_its_own_calendar(client: TestClient) -> None:
    client.post("/views", data={"name": "Cisco", "query": "vendor=Cisco"})
    views = client.get("/views").text
    assert 'href="/settings/calendars?view=view%3D1"' in views
    assert "<code>/feed.json?view=1</code>" in views
    page = client.get(f"{PATH}?view=view%3D1").text
    assert '<option value="view=1" selected>Cisco</option>' in page
    assert "follows it" not in views
    client.post(PATH, data={"query": "view=1"})
    assert "Your calendar “Cisco” follows it." in client.get("/views").text


def test_a_test_tells_what_it_holds(client: TestClient, site: Site) -> None:
    made(client)
    assert "holds 0 dates." in client.post(f"{PATH}/1/test", follow_redirects=True).text
    assert client.post(f"{PATH}/2/test").status_code == 404


def test_revoking_asks_first_and_then_the_address_opens_nothing(
    client: TestClient, site: Site
) -> None:
    path = made(client)
    assert "Programs that read its address get nothing from then on" in client.get(PATH).text
    said = client.post(f"{PATH}/1/revoke", follow_redirects=True).text
    assert "opens nothing any more" in said
    assert client.get(path).status_code == 404
    assert "Partner dates</b>" not in client.get(PATH).text
    assert client.post(f"{PATH}/1/revoke").status_code == 404


def test_nobody_sees_or_ends_the_calendar_of_another(client: TestClient, site: Site) -> None:
    path = made(client)
    with site.database.write() as session:
        lee = accounts.add_user(session, email="lee@partner.example", name="Lee", now=NOW)
        session.flush()
        token = accounts.open_session(session, lee.id or 0, now=NOW)
    other = TestClient(client.app, base_url=str(client.base_url), headers=client.headers)
    other.cookies.set("partner-inbox-session", token)
    assert "Partner dates" not in other.get(PATH).text
    assert other.post(f"{PATH}/1/revoke").status_code == 404
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"query": "view=99"}, "There is no such view"),
        ({"query": "tab=done"}, "There is no such view"),
        ({"kind": "vjournal"}, "There is no such kind"),
        ({"name": "x" * 61}, "The name is too long"),
        ({"alarms": ["1", "99"]}, "There is no such alarm"),
        ({"alarms": ["7", "soon", "9" * 5000]}, "There is no such alarm"),
    ],
)
def test_what_cannot_be_a_calendar_is_refused_with_what_helps(
    client: TestClient, changed: dict[str, str], said: str
) -> None:
    sent = FORM | {"busy": "1"} | changed
    answer = client.post(PATH, data=sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{sent["name"]}"' in answer.text
    ticked = re.findall(r'<input type="checkbox"[^>]* value="(\d+)" checked', answer.text)
    assert ticked == [*(one for one in sent["alarms"] if one in ["0", "1", "7", "30"]), "1"]
    assert client.get("/settings/outputs").text.count("Partner dates") == 0


def test_a_log_never_has_the_address(client: TestClient) -> None:
    path = made(client)
    line = logging.LogRecord("any", logging.INFO, "", 0, "GET %s 200", (path,), None)
    assert RedactingFilter().filter(line)
    assert line.getMessage() == "GET /calendar/[redacted].ics 200"
