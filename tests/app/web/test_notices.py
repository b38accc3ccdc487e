"""Settings › Notices: what people are told at once, by mail and in chats."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pydantic import SecretStr
from sqlmodel import select
from starlette.testclient import TestClient

from app.core.words import Clock
from app.core.zones import zone_of
from app.jobs.noticing import Messenger
from app.models import Channel, Delivery, User
from app.services import channels, saved
from app.web.site import Site
from tests.app.web.conftest import NOW
from tests.connectors.sdk.raw_server import RawServer, reply
from tests.support.mail_server import MailServer

PATH = "/settings/notices"
TOKEN = "Kanarie4711ChatToken"
USUAL = {"wants": ["urgent", "source.failing"]}


@pytest.fixture
def receiver() -> Iterator[RawServer]:
    with RawServer() as server:
        server.plan(reply())
        yield server


@pytest.fixture
def site(site: Site, mail_server: MailServer) -> Site:
    """It may speak to this machine, and can send mail."""
    given = {"allowed_private_hosts": ("127.0.0.1",), "smtp_url": SecretStr(mail_server.url)}
    settings = site.settings.model_copy(update=given)
    messenger = Messenger(
        database=site.database, settings=settings, vault=site.vault, owner="page", now=lambda: NOW
    )
    return replace(site, settings=settings, say=messenger.send_one)


def added(client: TestClient, receiver: RawServer, **more: object) -> str:
    """A chat by the form; its page."""
    address = f"json://127.0.0.1:{receiver.port}/in/{TOKEN}"
    typed = {"name": "Hall", "address": address, "whose": "team", **USUAL, **more}
    answer = client.post(PATH, data=typed)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def stored(site: Site) -> list[Channel]:
    with site.database.read() as session:
        return list(session.exec(select(Channel).order_by(Channel.id)))


def test_a_chat_is_added_tried_and_seen_to_work(
    client: TestClient, admin: int, receiver: RawServer, site: Site
) -> None:
    to = added(client, receiver)

    assert client.post(f"{to}/test").headers["location"] == to

    (asked,) = receiver.asked
    assert asked.json()["title"] == "A test from Partner Inbox"
    page = client.get(to).text
    assert "It was sent. Look whether it arrived." in page
    for shown in (page, client.get(PATH).text, client.get("/settings/outputs").text):
        assert "Hall" in shown
        assert "JSON" in shown
        assert "sent" in shown
        assert TOKEN not in shown
    (one,) = stored(site)
    assert TOKEN not in f"{one.address}{one!r}"
    assert channels.address_of(one, site.vault).endswith(TOKEN)


def test_a_chat_that_takes_nothing_says_why_and_a_test_is_made_once(
    client: TestClient, admin: int, receiver: RawServer, site: Site
) -> None:
    receiver.plan(reply(status=403))
    to = added(client, receiver)
    client.post(f"{to}/test")

    page = client.get(to).text
    assert "error=403" in page
    assert "failed" in page
    with site.database.read() as session:
        (one,) = session.exec(select(Delivery))
    assert (one.state, one.next_attempt_at, one.attempts) == ("failed", None, 1)
    assert stored(site)[0].failing_since is None


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name": " "}, "A name has 1 to 60"),
        ({"address": "https://example.com/hook"}, "no address of a chat"),
        ({"query": "tab=mine"}, "shows everybody the same"),
        ({"wants": []}, "Tick at least one"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    client: TestClient, receiver: RawServer, site: Site, typed: dict[str, object], says: str
) -> None:
    address = f"json://127.0.0.1:{receiver.port}/in/{TOKEN}"
    answer = client.post(
        PATH, data={"name": "Hall", "address": address, "whose": "team", **USUAL, **typed}
    )
    assert answer.status_code == 422
    assert says in answer.text
    assert TOKEN not in answer.text
    assert stored(site) == []


def test_a_chat_is_changed_stopped_started_and_removed(
    client: TestClient, admin: int, receiver: RawServer, site: Site
) -> None:
    to = added(client, receiver)
    sealed = stored(site)[0].address

    client.post(to, data={"name": "Office", "wants": ["item.done"], "query": "vendor=Cisco"})
    (one,) = stored(site)
    assert (one.name, one.wants, one.query) == ("Office", ["item.done"], "vendor=Cisco")
    assert one.address == sealed

    client.post(f"{to}/stop")
    assert "Off" in client.get(to).text
    client.post(f"{to}/test")
    assert len(receiver.asked) == 1, "a stopped chat is tried before it is started"
    client.post(f"{to}/start")
    assert stored(site)[0].stopped_at is None
    assert client.post(f"{to}/remove").headers["location"] == PATH
    assert stored(site) == []


def test_the_teams_chats_are_the_admins_and_ones_own_ones_own(
    client: TestClient, admin: int, receiver: RawServer, site: Site
) -> None:
    team, own = added(client, receiver), added(client, receiver, name="Mine", whose="own")
    with site.database.write() as session:
        session.get_one(User, admin).is_admin = False

    assert client.get(team).status_code == 403
    assert client.post(f"{team}/stop").status_code == 403
    assert client.get(own).status_code == 200
    page = client.get(PATH).text
    assert "Mine" in page
    assert "Hall" not in page
    answer = client.post(
        PATH, data={"name": "x", "address": "json://127.0.0.1/", "whose": "team", **USUAL}
    )
    assert answer.status_code == 403
    with site.database.write() as session:
        somebody = User(email="lee@partner.example", name="Lee", created_at=NOW)
        session.add(somebody)
        session.flush()
        for one in session.exec(select(Channel)):
            one.user_id = somebody.id
    assert client.get(own).status_code == 404


def test_a_chat_follows_a_saved_view_and_says_so_when_that_is_gone(
    client: TestClient, admin: int, receiver: RawServer, site: Site
) -> None:
    clock = Clock(now=NOW, zone=zone_of("UTC"))
    with site.database.write() as session:
        saved.save(session, "Cisco", "vendor=Cisco", user_id=admin, clock=clock, shared=True)
    to = added(client, receiver, query="view=1")
    assert '<option value="view=1" selected>Cisco</option>' in client.get(to).text
    mail = {"on": "true", "query": "view=1", **USUAL}
    assert client.post(f"{PATH}/mail", data=mail).status_code == 303

    with site.database.write() as session:
        saved.delete(session, 1, user_id=admin, clock=clock)
    gone = "The view “Cisco” was deleted"
    for path in (to, PATH, "/settings/outputs"):
        assert gone in client.get(path).text
    assert client.get(PATH).text.count(gone) == 2
    assert '<option value="view=" selected>A view that is gone</option>' in client.get(to).text
    for path, typed, says in (
        (to, {"name": "Hall", **USUAL}, "Choose a view that is shared with the team."),
        (f"{PATH}/mail", mail, "Choose one of the list."),
    ):
        answer = client.post(path, data=typed | {"query": "view="})
        assert (answer.status_code, says in answer.text) == (422, True)
    assert client.post(to, data={"name": "Hall", "query": "vendor=HP", **USUAL}).status_code == 303
    page = client.get(to).text
    assert "As it is: vendor=HP" in page
    assert gone not in page


def test_ones_own_mail_is_tried_switched_off_and_chosen(
    client: TestClient, admin: int, site: Site, mail_server: MailServer
) -> None:
    assert client.post(f"{PATH}/mail/test").status_code == 303
    (mail,) = mail_server.messages
    assert mail.mail["Subject"] == "A test from Partner Inbox"
    assert "/unsubscribe/notices/" in mail.mail["List-Unsubscribe"]
    page = client.get("/settings/outputs").text
    assert re.search(r"Mail at once.*?sent", page, re.DOTALL)

    client.post(f"{PATH}/mail", data={"on": "true", "wants": ["item.assigned"]})
    assert [one.wants for one in stored(site)] == [["item.assigned"]]
    client.post(f"{PATH}/mail", data={"wants": ["urgent"]})
    with site.database.read() as session:
        assert not session.get_one(User, admin).notices_on
    assert stored(site)[0].wants == ["item.assigned"], "switching it off forgets no choice"
    assert client.post(f"{PATH}/mail", data={"on": "true"}).status_code == 422
