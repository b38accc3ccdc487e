"""Chat: what leaves to which service, and what an address can never make of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from app.notify import chat, chat_process
from app.notify.errors import Refused, TryLater, Unsure
from tests.connectors.sdk.raw_server import Raw, RawServer, reply

MESSAGE = chat.Message(
    title="Webex now due 3 Dec, was 10 Dec – and 3 more",
    lines=[
        chat.Line(
            text="Webex now due 3 Dec\nhttps://inbox.example/items/3",
            markdown="[Webex](https://inbox.example/items/3) now due 3 Dec",
        )
    ],
    more=3,
    home="https://inbox.example/inbox",
)
TOKEN = "Kanarie4711ChatToken"


@pytest.fixture
def receiver() -> Iterator[RawServer]:
    with RawServer() as server:
        server.plan(reply())
        yield server


def send(address: str, *, private: tuple[str, ...] = ("127.0.0.1",), **more: Any) -> None:
    chat.send(chat.Target(address=address, private_hosts=private), MESSAGE, **more)


def test_a_message_arrives_as_the_service_takes_it(receiver: RawServer) -> None:
    send(f"json://127.0.0.1:{receiver.port}/in/{TOKEN}")

    (asked,) = receiver.asked
    assert asked.target == f"/in/{TOKEN}"
    told = asked.json()
    assert told["title"] == MESSAGE.title
    assert told["message"] == (
        "Webex now due 3 Dec\nhttps://inbox.example/items/3\n\n"
        "and 3 more: https://inbox.example/inbox"
    )


def test_who_breaks_off_with_the_message_in_hand_may_have_it(receiver: RawServer) -> None:
    receiver.plan(Raw(parts=[], close=True))
    with pytest.raises(Unsure, match="may have arrived") as told:
        send(f"json://127.0.0.1:{receiver.port}/in/{TOKEN}")
    assert TOKEN not in told.value.message


def test_nobody_there_has_it_surely_not(receiver: RawServer) -> None:
    receiver.__exit__()
    with pytest.raises(TryLater):
        send(f"json://127.0.0.1:{receiver.port}/in/{TOKEN}")


def test_who_hangs_is_not_waited_for(receiver: RawServer) -> None:
    def hang(_asked: object) -> Raw:
        receiver.stopping.wait()
        return reply()

    receiver.plan(hang)
    with pytest.raises(Unsure, match="did not answer within 2 seconds"):
        send(f"json://127.0.0.1:{receiver.port}/?rto=60", timeout=2)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("json://localhost:{port}/", "inside our own network"),
        ("json://169.254.169.254/", "inside our own network"),
        ("fcm://project@apikey/device?mode=oauth2&keyfile=/etc/hostname", "a file of this machine"),
    ],
)
def test_what_an_address_must_not_reach_it_does_not(
    receiver: RawServer, address: str, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        send(address.format(port=receiver.port), private=())
    assert receiver.connections == 0


def test_a_redirect_into_our_network_is_not_followed(receiver: RawServer) -> None:
    with RawServer() as inside:
        inside.plan(reply())
        receiver.plan(reply(status=302, headers=[("Location", inside.url())]))
        with pytest.raises(Refused, match="302"):
            send(f"json://127.0.0.1:{receiver.port}/")
        assert inside.connections == 0


@pytest.mark.parametrize(
    ("said", "handed_over", "kind"),
    [
        ("Failed to send: Unauthorized, error=401.", True, "refused"),
        ("Failed to send: error=404.", True, "refused"),
        ("Failed to send: error=429.", True, "later"),
        ("Failed to send: error=503.", True, "later"),
        ("A Connection error occurred.", True, "unsure"),
        ("A Connection error occurred.", False, "later"),
        ("", True, "unsure"),
        ("", False, "later"),
    ],
)
def test_what_a_failure_means_for_the_next_attempt(said: str, handed_over: bool, kind: str) -> None:
    assert chat_process.outcome(said, handed_over=handed_over)[0] == kind


# What the services get that nobody can reach from a test: their own code, up to the wire


def posted(address: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Where a service's message would go, and its text."""
    asked: list[requests.PreparedRequest] = []

    def take(
        _session: requests.Session, request: requests.PreparedRequest, **_more: Any
    ) -> requests.Response:
        asked.append(request)
        answer = requests.Response()
        answer.status_code, answer._content = 200, b"ok"
        return answer

    monkeypatch.setattr(requests.Session, "send", take)
    plugin = chat_process.plugin_of(address)
    message = {**vars(MESSAGE), "lines": [vars(line) for line in MESSAGE.lines]}
    assert chat_process.say(plugin, message)
    (one,) = asked
    body = one.body or b""
    return str(one.url), body if isinstance(body, str) else body.decode()


OLD_MODULE = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
"""Loaded by the library for its mails, where there still is one."""


@OLD_MODULE
def test_slack_gets_links(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    url, data = posted(address, monkeypatch)
    assert url == address
    told = json.dumps(json.loads(data), ensure_ascii=False)
    assert "<https://inbox.example/items/3|Webex> now due 3 Dec" in told
    assert "<https://inbox.example/inbox|and 3 more>" in told
    assert MESSAGE.title in told


@OLD_MODULE
def test_teams_gets_a_card_with_links(monkeypatch: pytest.MonkeyPatch) -> None:
    address = (
        "https://prod-01.westeurope.logic.azure.com:443/workflows/643385135134fbb8c5a5bcd8b3a2d6b"
        "/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun"
        "&sv=1.0&sig=aV5cdsF-adfsdf123"
    )
    url, data = posted(address, monkeypatch)
    assert url.startswith("https://prod-01.westeurope.logic.azure.com:443/workflows/6433851351")
    card = json.loads(data)["attachments"][0]["content"]
    assert card["type"] == "AdaptiveCard"
    assert "[Webex](https://inbox.example/items/3) now due 3 Dec" in json.dumps(card)


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "TIiajkdnlazkcOXrIdevi7FQ"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "T1JJ3T3L2"),
        ("mailto://user:pass.w0rd%21@example.com", "pass.w0rd!"),
        ("https://h.example.com/x?sig=aV5cdsF-adfsdf123", "aV5cdsF-adfsdf123"),
    ],
)
def test_what_opens_a_chat_is_known_as_a_secret(address: str, part: str) -> None:
    assert part in chat.secrets_in(address)


def test_a_service_is_known_by_its_address_alone() -> None:
    told = chat.service_of(chat.Target(address=f"slack://T1JJ3T3L2/A1BRTD4JD/{TOKEN}Xrde"))
    assert told == "Slack"


@OLD_MODULE
@pytest.mark.parametrize(
    "address", ["https://example.com/hook", "syslog://", "dbus://", "nonsense"]
)
def test_what_is_no_chat_and_what_speaks_to_the_machine_itself_is_none(address: str) -> None:
    assert chat_process.plugin_of(address) is None


def test_a_short_chat_gets_what_it_has_room_for_and_the_number_of_the_rest() -> None:
    lines = [{"text": f"Line {number}", "markdown": ""} for number in range(9)]
    message = {"lines": lines, "more": 1, "home": "https://inbox.example"}
    told = chat_process.text_of(message, 20, markdown=False)
    assert told == "Line 0\n\nLine 1\n\nand 8 more: https://inbox.example"
