"""Settings › Webhooks: who is called, is it well, and what was said to each."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from standardwebhooks import Webhook
from starlette.testclient import TestClient

from app.core.words import Clock
from app.core.zones import zone_of
from app.jobs.calling import Sender
from app.main import caller
from app.models import Delivery, DeliveryState, User
from app.services import calling, saved, webhooks
from app.web.site import Site
from tests.app.web.conftest import NOW
from tests.connectors.sdk.raw_server import RawServer, reply

PATH = "/settings/webhooks"


@pytest.fixture
def receiver() -> Iterator[RawServer]:
    with RawServer() as server:
        server.plan(reply("thanks", status=202))
        yield server


@pytest.fixture
def site(site: Site) -> Site:
    """It may call this machine."""
    settings = site.settings.model_copy(update={"allowed_private_hosts": ("127.0.0.1",)})
    sender = Sender(database=site.database, vault=site.vault, settings=settings, now=lambda: NOW)
    return replace(site, settings=settings, call=caller(sender))


def added(client: TestClient, receiver: RawServer, **more: object) -> tuple[str, str]:
    """A webhook by the form: its page, and its secret."""
    typed = {"name": "Tickets", "address": receiver.url("/in/ab12KanarieHookAddressXyz12"), **more}
    page = client.post(PATH, data=typed)
    assert page.status_code == 200, page.text
    assert page.headers["cache-control"] == "no-store"
    found = re.search(r'id="once"[^>]* value="(whsec_[^"]+)"', page.text)
    assert found
    to = re.search(rf'action="({PATH}/\d+)/test"', page.text)
    assert to
    return to[1], found[1].replace("&#43;", "+")


def test_a_webhook_is_added_tried_and_its_answer_seen_at_once(
    client: TestClient, receiver: RawServer
) -> None:
    to, secret = added(client, receiver)

    answer = client.post(f"{to}/test")

    assert answer.headers["location"] == to
    (asked,) = receiver.asked
    headers = dict(asked.headers)
    page = client.get(to).text
    assert "It was taken: 202." in page
    assert "test.ping" in page
    assert "thanks" in page
    assert headers["webhook-id"] in page
    signed = Webhook(secret).sign(headers["webhook-id"], NOW, asked.body.decode())
    assert headers["webhook-signature"] == signed
    for shown in (page, client.get(PATH).text, client.get("/settings/outputs").text):
        assert f"127.0.0.1:{receiver.port}" in shown
        assert "Kanarie" not in shown
        assert secret not in shown
        assert "taken, answered 202" in shown


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name": " "}, "A name has 1 to 60"),
        ({"name": "x" * 61}, "A name has 1 to 60"),
        ({"address": ""}, "not a web address"),
        ({"address": "ftp://example.com/"}, "not a web address"),
        ({"address": "http://example.com/in"}, "does not start with https://"),
        ({"address": "https://10.0.0.8/in"}, "PARTNER_INBOX_ALLOWED_PRIVATE_HOSTS"),
        ({"address": "https://[::ffff:169.254.169.254]/"}, "reserved network address"),
        ({"address": "https://rin:pass@example.com/"}, "without them: every call is signed"),
        ({"address": "https://example.com/" + "x" * 2000}, "1 to 2,000 characters"),
    ],
)
def test_what_cannot_be_called_is_refused_with_a_sentence(
    client: TestClient, typed: dict[str, str], says: str
) -> None:
    page = client.post(PATH, data={"name": "Tickets", "address": "https://example.com/in", **typed})

    assert page.status_code == 422
    assert says in page.text
    assert "No tool is called yet." in page.text


def test_it_is_changed_without_its_address_being_typed_again(
    client: TestClient, receiver: RawServer, site: Site
) -> None:
    to, _secret = added(client, receiver, wants=["item.new", "nonsense"])

    answer = client.post(
        to, data={"name": "Desk", "wants": ["item.due_changed"], "query": "tab=week"}
    )

    assert answer.status_code == 303
    with site.database.read() as session:
        (found,) = webhooks.every(session)
        target = webhooks.target(found, site.vault, now=NOW)
    assert (found.name, found.wants, found.query) == ("Desk", ["item.due_changed"], "tab=week")
    assert target.url == receiver.url("/in/ab12KanarieHookAddressXyz12")
    page = client.get(to).text
    assert re.search(r'value="item.due_changed" checked', page)
    assert "As it is: tab=week" in page


def test_it_follows_a_view_that_shows_everybody_the_same(
    client: TestClient, receiver: RawServer, site: Site, admin: int
) -> None:
    clock = Clock(now=NOW, zone=zone_of("UTC"))
    with site.database.write() as session:
        saved.save(session, "Cisco", "vendor=Cisco", user_id=admin, clock=clock, shared=True)
        saved.save(session, "My own", "tab=mine", user_id=admin, clock=clock, shared=True)
        saved.save(session, "Hidden", "vendor=HP", user_id=admin, clock=clock)
    to, _secret = added(client, receiver, query="view=1")
    page = client.get(to).text
    assert '<option value="view=1" selected>Cisco</option>' in page
    assert ">My own</option>" not in page
    assert ">Hidden</option>" not in page
    for view, says in (("view=2", "shows everybody the same"), ("view=3", "shared")):
        answer = client.post(to, data={"name": "Desk", "query": view})
        assert (answer.status_code, says in answer.text) == (422, True)

    with site.database.write() as session:
        saved.share(session, 1, on=False, user_id=admin, clock=clock)
    gone = "no longer shared with the team"
    assert all(gone in client.get(path).text for path in (to, PATH, "/settings/outputs"))


def test_while_a_secret_is_exchanged_both_sign(
    client: TestClient, receiver: RawServer, site: Site
) -> None:
    to, old = added(client, receiver)

    page = client.post(f"{to}/rotate")

    assert page.headers["cache-control"] == "no-store"
    assert "signs along until" in page.text
    with site.database.read() as session:
        (found,) = webhooks.every(session)
        now_, later = (
            webhooks.target(found, site.vault, now=NOW + timedelta(hours=hours)).secrets
            for hours in (23, 24)
        )
    assert now_[1:] == (old,)
    assert len(later) == 1
    assert later[0] == now_[0] != old


def test_what_waits_when_it_is_stopped_is_dropped_and_can_be_sent_again(
    client: TestClient, receiver: RawServer, site: Site
) -> None:
    to, _secret = added(client, receiver)
    put(site, *range(3))

    client.post(f"{to}/stop")
    client.post(f"{to}/test")  # to see whether it is well again
    stopped = client.get(to).text
    refused = client.post(f"{to}/all-again", data={"hours": "24"})
    client.post(f"{to}/start")
    answer = client.post(f"{to}/all-again", data={"hours": "24"})

    assert stopped.count("dropped") == 3
    assert "taken, answered 202" in stopped
    assert ">Start</button>" in stopped
    assert refused.status_code == 409
    assert answer.status_code == 303
    assert "3 messages will be sent again." in client.get(to).text
    with site.database.read() as session:
        assert len(calling.turns(session, now=NOW)) == 1


def test_one_that_was_taken_is_sent_again_under_its_id(
    client: TestClient, receiver: RawServer
) -> None:
    to, _secret = added(client, receiver)
    client.post(f"{to}/test")
    page = client.get(to).text
    delivery = re.search(r'name="delivery" value="(\d+)"', page)
    assert delivery

    client.post(f"{to}/again", data={"delivery": delivery[1]})

    first, second = receiver.asked
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert client.post(f"{to}/again", data={"delivery": "999"}).status_code == 404


def test_a_failure_says_what_was_answered(client: TestClient, receiver: RawServer) -> None:
    to, _secret = added(client, receiver)
    receiver.plan(reply("no such queue", status=404))

    client.post(f"{to}/test")

    page = client.get(to).text
    assert "answered 404" in page
    assert "no such queue" in page
    assert "is stopped" not in page
    client.get(to)  # the toast goes, the line stays
    assert "answered 404.</span>" in client.get("/settings/outputs").text


def test_a_long_log_has_pages(client: TestClient, receiver: RawServer, site: Site) -> None:
    to, _secret = added(client, receiver)
    put(site, *range(60))

    seen, at = [], to
    for _page in range(3):
        page = client.get(at).text
        seen += re.findall(r'name="delivery" value="(\d+)"', page)
        older = re.search(r'href="([^"]+)#log">Older', page)
        at = older[1].replace("&amp;", "&") if older else ""

    assert seen == [str(number) for number in range(60, 0, -1)]
    assert not at
    assert "There is none." in client.get(f"{to}?show=failed").text
    assert client.get(f"{to}?show=waiting").text.count('name="delivery"') == 25


def test_it_is_removed_with_its_log(client: TestClient, receiver: RawServer, site: Site) -> None:
    to, _secret = added(client, receiver)
    put(site, 1)

    client.post(f"{to}/remove")

    assert client.get(to).status_code == 404
    assert "No tool is called yet." in client.get(PATH).text


def test_only_admins_come_here(client: TestClient, admin: int, site: Site) -> None:
    with site.database.write() as session:
        session.get_one(User, admin).is_admin = False

    assert client.get(PATH).status_code == 403
    assert (
        client.post(PATH, data={"name": "x", "address": "https://example.com"}).status_code == 403
    )
    assert "Webhooks" not in client.get("/settings/outputs").text


def put(site: Site, *numbers: int) -> None:
    """Calls that wait, to the one webhook there is."""
    with site.database.write() as session:
        (found,) = webhooks.every(session)
        for number in numbers:
            session.add(
                Delivery(
                    channel_id=found.id or 0,
                    key=f"event:{number}",
                    body={"type": "item.new", "timestamp": "2026-11-21T08:00:00Z", "data": {}},
                    state=DeliveryState.WAITING,
                    created_at=NOW,
                    next_attempt_at=NOW,
                )
            )
