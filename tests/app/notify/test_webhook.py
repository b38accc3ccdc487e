"""One call: signed so that others can check it, led nowhere, and told as what it came to."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from app.notify import webhook
from app.notify.webhook import Call, How, Outcome
from tests.connectors.sdk.conftest import Sockets
from tests.connectors.sdk.conftest import sockets as sockets  # noqa: PLC0414  (a fixture)
from tests.connectors.sdk.raw_server import Raw, RawServer, reply
from tests.connectors.sdk.test_http_guard import INWARD, LED_ASTRAY, PUBLIC, RESOLVED
from tests.support.network import Guard

BODY = b'{"type":"item.due_changed","data":{"title":"Z\xc3\xbcrich"}}'


@pytest.fixture
def receiver() -> Iterator[RawServer]:
    with RawServer() as server:
        server.plan(reply(status=204))
        yield server


def send(
    url: str, *secrets: str, private: tuple[str, ...] = ("127.0.0.1",), **more: Any
) -> Outcome:
    call = Call(
        url=url, secrets=secrets or (webhook.new_secret(),), message_id="msg_abc", body=BODY
    )
    return webhook.send(
        call, private_hosts=private, now=more.pop("now", lambda: datetime.now(UTC)), **more
    )


def test_a_receiver_can_check_who_called_and_that_nothing_was_changed(
    receiver: RawServer,
) -> None:
    secret = webhook.new_secret()

    outcome = send(receiver.url("/in?team=1"), secret)

    (asked,) = receiver.asked
    assert outcome == Outcome(how=How.SENT, status=204)
    assert (asked.method, asked.target, asked.body) == ("POST", "/in?team=1", BODY)
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["webhook-id"] == "msg_abc"
    assert Webhook(secret).verify(asked.body, dict(asked.headers)) == json.loads(BODY)
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        Webhook(secret).verify(asked.body.replace(b"due", b"own"), dict(asked.headers))
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        Webhook(secret).verify(asked.body, {**asked.headers, "webhook-id": "msg_abd"})


def test_who_has_no_package_checks_it_as_the_documentation_says(receiver: RawServer) -> None:
    new, old = webhook.new_secret(), webhook.new_secret()
    send(receiver.url(), new, old)
    (asked,) = receiver.asked
    page = (Path(__file__).parents[3] / "docs" / "outputs" / "webhooks.md").read_text()
    written: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", page, re.DOTALL)[-1], written)

    def is_ours(body: bytes, secret: str, **changed: str) -> bool:
        return bool(written["is_ours"](body, {**asked.headers, **changed}, secret))

    assert is_ours(asked.body, new)
    assert is_ours(asked.body, old)
    assert not is_ours(asked.body + b" ", new)
    assert not is_ours(asked.body, webhook.new_secret())
    assert not is_ours(asked.body, new, **{"webhook-timestamp": "1700000000"})


def test_while_a_secret_is_exchanged_either_one_checks(receiver: RawServer) -> None:
    new, old = webhook.new_secret(), webhook.new_secret()

    send(receiver.url(), new, old)

    (asked,) = receiver.asked
    for secret in (new, old):
        assert Webhook(secret).verify(asked.body, dict(asked.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(webhook.new_secret()).verify(asked.body, dict(asked.headers))


def test_the_signature_is_the_one_that_the_standard_gives_as_its_example() -> None:
    body = b'{"test": 2432232314}'
    at = datetime.fromtimestamp(1614265330, UTC)
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    signed = webhook.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body)

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_every_secret_is_another_one_of_thirty_two_bytes() -> None:
    made = {webhook.new_secret() for _ in range(20)}

    assert len(made) == 20
    assert {len(Webhook(secret)._whsecret) for secret in made} == {32}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (reply("ok", status=202), Outcome(how=How.SENT, status=202, answer="ok")),
        (
            reply("not now", status=503, headers=[("Retry-After", "120")]),
            Outcome(
                how=How.LATER,
                status=503,
                answer="not now",
                error="127.0.0.1:{port} answered 503.",
                asked=120.0,
            ),
        ),
        (
            reply("who?", status=404),
            Outcome(
                how=How.LATER, status=404, answer="who?", error="127.0.0.1:{port} answered 404."
            ),
        ),
        (
            reply(status=410),
            Outcome(
                how=How.GONE,
                status=410,
                error="127.0.0.1:{port} says that it is gone for good (410).",
            ),
        ),
        (
            Raw(parts=[b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf an ans"], close=True),
            Outcome(how=How.SENT, status=200, answer="half an ans"),
        ),
        (
            Raw(parts=[b"HTTP/1.1 200 OK\r\n\r\nno length"], close=True),
            Outcome(how=How.SENT, status=200, answer="no length"),
        ),
        (
            Raw(parts=[b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n.."]),
            Outcome(how=How.SENT, status=200),
        ),
        (
            Raw(parts=[b"HTTP/1.1 200"], close=True),
            Outcome(how=How.LATER, error="127.0.0.1 broke off the connection."),
        ),
    ],
)
def test_an_answer_says_what_is_done_next(
    receiver: RawServer, answer: Raw, expected: Outcome
) -> None:
    receiver.plan(answer)

    outcome = send(receiver.url())

    said = expected.error.format(port=receiver.port)
    assert outcome == Outcome(**{**vars(expected), "error": said})
    assert len(receiver.asked) == 1


def test_of_a_long_answer_the_beginning_is_kept_without_what_is_secret(
    receiver: RawServer,
) -> None:
    secret = webhook.new_secret()
    receiver.plan(
        lambda asked: reply(
            f"{asked.target} {secret} token=abc123 \0" + " ".join(map(str, range(500_000))),
            status=500,
        )
    )

    outcome = send(receiver.url("/hooks/ab10KanarieHookPathXyz10"), secret)

    assert len(outcome.answer) == webhook.ANSWER
    assert outcome.answer.startswith("[redacted] [redacted] token=[redacted] 0 1 2 ")


def test_an_answer_that_never_ends_costs_no_more_than_its_time(receiver: RawServer) -> None:
    stopped = threading.Event()

    def drips() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"
        stopped.wait(30)

    receiver.plan(Raw(parts=drips(), close=True))
    try:
        outcome = send(receiver.url(), timeout=0.2)
    finally:
        stopped.set()

    assert outcome == Outcome(how=How.SENT, status=200, answer="ok")


def test_who_does_not_answer_is_tried_again(receiver: RawServer) -> None:
    stopped = threading.Event()

    def hangs() -> Iterator[bytes]:
        stopped.wait(30)
        yield b""

    receiver.plan(Raw(parts=hangs(), close=True))
    try:
        outcome = send(receiver.url(), timeout=0.2)
    finally:
        stopped.set()

    assert outcome == Outcome(how=How.LATER, error="127.0.0.1 did not answer in time.")


# Where it does not go


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["http://169.254.169.254/latest/meta-data", "/elsewhere"])
def test_no_redirect_is_followed(
    receiver: RawServer, sockets: Sockets, status: int, target: str
) -> None:
    receiver.plan(reply(status=status, headers=[("Location", target)]))

    outcome = send(receiver.url())

    assert (outcome.how, outcome.status) == (How.LATER, status)
    assert "which is not followed" in outcome.error
    assert [address[1] for address in sockets.connected] == [receiver.port]


def test_no_spelling_of_an_inward_address_is_called(sockets: Sockets, network: Guard) -> None:
    def like_the_system(name: str, port: int) -> list[str]:
        if name.rstrip(".").lower() in ("localhost", "localhost.localdomain"):
            return ["127.0.0.1"]
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [str(entry[4][0]) for entry in found]

    for spelled in INWARD:
        outcome = send(f"https://{spelled}/in", private=(), resolve=like_the_system)
        assert outcome.how is How.LATER, spelled
        assert outcome.status is None, spelled
        assert outcome.error, spelled
    assert sockets.connected == []


def test_no_name_that_leads_inward_is_called(sockets: Sockets) -> None:
    for address in RESOLVED:
        for others in ([], [PUBLIC]):
            outcome = send(
                "https://7f000001.nip.example/in",
                private=(),
                resolve=lambda *_, found=(*others, address): found,
            )
            assert "7f000001.nip.example leads to" in outcome.error
    assert sockets.connected == []


def test_a_name_that_changes_its_address_wins_nothing(receiver: RawServer) -> None:
    answers = [["127.0.0.1"], ["127.0.0.1"]]

    outcome = send(
        f"https://rebind.example:{receiver.port}/",
        private=(),
        resolve=lambda *_: answers.pop(0),
    )

    assert "inside our own network" in outcome.error
    assert "PARTNER_INBOX_ALLOWED_PRIVATE_HOSTS" in outcome.error
    assert len(answers) == 1  # looked up once, and that was what was judged
    assert receiver.connections == 0


@pytest.mark.parametrize("url", [*LED_ASTRAY, "https://[", "http://example.com/", "https://x y/"])
def test_what_is_no_address_to_call_is_said_to_be_none(sockets: Sockets, url: str) -> None:
    outcome = send(url, private=())

    assert outcome.how is How.LATER
    assert outcome.error
    assert "secret-9" not in outcome.error
    assert sockets.connected == []


def test_where_the_operator_allows_it_only_that_port_is_called(receiver: RawServer) -> None:
    allowed = send(receiver.url(), private=(f"127.0.0.1:{receiver.port}",))
    another = send(receiver.url(), private=("127.0.0.1:1",))

    assert (allowed.how, another.how) == (How.SENT, How.LATER)
    assert len(receiver.asked) == 1


def test_the_moment_of_the_call_is_signed_not_that_of_the_event(receiver: RawServer) -> None:
    secret, long_ago = webhook.new_secret(), datetime.now(UTC) - timedelta(hours=1)

    send(receiver.url(), secret, now=lambda: long_ago)

    (asked,) = receiver.asked
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(secret).verify(asked.body, dict(asked.headers))


def test_no_repr_shows_what_it_is_called_by(receiver: RawServer) -> None:
    secret = webhook.new_secret()
    call = Call(
        url=receiver.url("/ab11KanarieHookPath"), secrets=(secret,), message_id="m", body=b""
    )

    assert "Kanarie" not in repr(call)
    assert secret not in repr(call)
