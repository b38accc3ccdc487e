"""No secret leaves through a text (P8)."""

import json
import logging
from base64 import b64encode
from io import StringIO
from typing import Any
from urllib.parse import quote_plus

import pytest

from connectors.sdk.errors import ConnectorError
from connectors.sdk.http import HttpSession
from connectors.sdk.redact import MASK, REMEMBERED, RedactingFilter, Screen, redact, register
from tests.connectors.sdk.conftest import OpenSession
from tests.connectors.sdk.raw_server import Raw, RawServer, json_reply, reply

CANARY = "canary-7Qx/9+Z=="

PATTERNS = [
    f"Authorization: Bearer {CANARY}",
    f"authorization={CANARY}",
    f"Authorization: Basic {CANARY}",
    f"{{'Authorization': 'Bearer {CANARY}'}}",
    f'{{"access_token": "{CANARY}", "n": 1}}',
    f'{{"client_secret":"{CANARY}"}}',
    f'{{"refreshToken" : "{CANARY}"}}',
    f'{{"apiKey": "a\\"b{CANARY}"}}',
    f'{{"password": "{CANARY}',
    f"password={CANARY}&x=1",
    f"api_key={CANARY}",
    f"x-api-key: {CANARY}",
    f"X-Amz-Security-Token={CANARY}",
    f"X-Amz-Signature: {CANARY}",
    f"sig={CANARY}",
    f"pwd={CANARY}",
    f"Cookie: a=1; session={CANARY}; b=2",
    f"Set-Cookie: id={CANARY}; Path=/",
    f"https://user:{CANARY}@example.com/x".replace("/9", "9"),
    f"GET https://example.com/feed.ics?key={CANARY} failed",
    f"see https://example.com/a?{CANARY}",
]


@pytest.mark.promise("P8")
@pytest.mark.parametrize("text", PATTERNS)
def test_what_looks_like_a_secret_is_masked(text: str) -> None:
    masked = redact(text)

    assert "canary" not in masked
    assert "9+Z" not in masked
    assert MASK in masked


@pytest.mark.parametrize(
    "text",
    [
        "The platform answered 503.",
        '{"id": 12, "name": "Token ring renewal", "due": "2026-03-31", "amount": "1200.50"}',
        "Sign-in: 3 of 4 tokens are valid until 2026-03-31",
        "basic support, bearer of the certificate",
        "https://example.com/a/b#c",
        "author: Müller",
    ],
)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    "form",
    [
        "canary-a b/c+d",
        "canary-a%20b%2Fc%2Bd",
        "canary-a+b%2Fc%2Bd",
        "Y2FuYXJ5LWEgYi9jK2Q=",
    ],
)
def test_a_known_value_is_masked_in_every_form_in_which_it_travels(form: str) -> None:
    assert redact(f"x {form} y", secrets=["canary-a b/c+d"]) == f"x {MASK} y"


def test_a_password_that_merely_looks_like_an_address_is_masked_too() -> None:
    assert redact("x canary9://[Xy y", secrets=["canary9://[Xy"]) == f"x {MASK} y"


def test_a_known_value_with_quotes_is_masked_inside_json() -> None:
    assert redact(r'"x canary\"quoted y"', secrets=['canary"quoted']) == f'"x {MASK} y"'


def test_a_very_short_value_does_not_blank_ordinary_words() -> None:
    assert redact("an item is due", secrets=["is", ""]) == "an item is due"


def test_the_longest_of_overlapping_values_is_masked_whole() -> None:
    assert redact("canary-long-tail", secrets=["canary", "canary-long-tail"]) == MASK


@pytest.fixture
def log() -> Any:
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactingFilter())
    logger = logging.getLogger("tests.redact")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, stream
    logger.removeHandler(handler)


@pytest.mark.promise("P8")
def test_a_log_line_is_masked_in_message_arguments_and_traceback(log: Any) -> None:
    logger, stream = log
    register("canary-registered")

    logger.warning("got %s for %s", "canary-registered", "password=canary-2")
    logger.warning("%d items", "canary-registered")
    try:
        int("canary-registered and api_key=canary-3")
    except ValueError:
        logger.exception("while asking with token=canary-4")
    logger.warning({"client_secret": "canary-5"})

    assert "canary" not in stream.getvalue()
    assert "ValueError" in stream.getvalue()
    assert stream.getvalue().count(MASK) >= 6


@pytest.mark.promise("P8")
def test_among_many_secrets_each_is_found_whole_coded_and_cut_off() -> None:
    many = [f"Kanarie+{n}/among-many-{n * 7919}" for n in range(400)]
    register(*many)

    for secret in many[::40]:
        for told in (
            secret,
            secret.lower(),
            quote_plus(secret),
            b64encode(secret.encode()).decode(),
        ):
            assert redact(f"before {told} after") == f"before {MASK} after"
        assert redact(f"it ends with {secret[:-3]}") == f"it ends with {MASK}"


def test_a_form_that_two_secrets_share_stays_known_until_both_are_forgotten() -> None:
    register("Kanarie-Shared-1")
    register("kanarie-shared-1")  # how the other one is written as a host's name
    for n in range(REMEMBERED - 1):
        register(f"canary-other-{n}")

    assert redact("at kanarie-shared-1") == f"at {MASK}"
    assert redact("at Kanarie-Shared-1") == "at Kanarie-Shared-1"
    register("canary-one-more")
    assert redact("at kanarie-shared-1") == "at kanarie-shared-1"


@pytest.mark.promise("P8")
def test_a_secret_in_use_stays_known_however_many_tokens_come_and_go() -> None:
    for n in range(3 * REMEMBERED):
        register(f"canary-token-{n}")
        if n % 500 == 0:
            register("canary-password")

    assert "canary" not in redact(f"canary-password and canary-token-{3 * REMEMBERED - 1}")
    assert redact("canary-token-0") == "canary-token-0", "or memory grows with every token"


SECRETS = {"q": "canary-query", "h": "canary-header", "b": "canary-body"}

ANSWERS = {
    "fine": json_reply({"ok": True}),
    "401": reply(status=401),
    "403": reply(status=403),
    "404": json_reply({"token": "canary-answer"}, status=404),
    "429": reply(status=429, headers=[("Retry-After", "999")]),
    "500": reply(status=500),
    "cut": reply(b"[", length=9, close=True),
    "gone": Raw(parts=[], close=True),
    "not HTTP": Raw(parts=[b"canary-answer\r\n\r\n"], close=True),
    "a page": reply("<form>password=canary-answer</form>"),
    "a redirect away": reply(
        status=302, headers=[("Location", "https://evil.example/?token=canary-answer")]
    ),
    "a redirect with a user": reply(
        status=302, headers=[("Location", "https://canary-answer:canary-answer@127.0.0.1/")]
    ),
    "an encoding": reply(b"x", headers=[("Content-Encoding", "br")]),
}


@pytest.mark.promise("P8")
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_no_secret_of_a_request_is_in_errors_logs_or_reprs(
    server: RawServer,
    session: OpenSession,
    caplog: pytest.LogCaptureFixture,
    answer: Raw,
) -> None:
    server.plan(answer)
    caplog.set_level(logging.DEBUG)
    seen = ask(session(attempts=2), server.url("/rows?key=canary-query"))

    assert "canary" not in seen + caplog.text


def ask(http: HttpSession, url: str) -> str:
    """All that can be seen of one request with secrets in every place."""
    try:
        got = http.request(
            "POST",
            url,
            params={"k": "canary-query"},
            headers={"X-Key": "canary-header"},
            data=b"canary-body",
        )
        return f"{got!r} {got.url} {got.json()}"
    except ConnectorError as error:
        chain: list[BaseException | None] = [error, error.__cause__]
        chain += [] if error.__suppress_context__ else [error.__context__]
        return f"{chain!r} {error.remedy} {vars(error) | {'body': b''}}"


ADDRESS = (
    "https://cal.example.com/ical/private-0a1b2c3d4e5f/Team%20x.ics?key=Zz9Yy8Xx7Ww6Vv5&view=all"
)


@pytest.mark.promise("P8")
@pytest.mark.parametrize(
    "text",
    [
        ADDRESS,
        "The requested URL /ical/private-0a1b2c3d4e5f/Team%20x.ics?key=Zz9Yy8Xx7Ww6Vv5&view=all",
        "no calendar private-0a1b2c3d4e5f",
        "the key Zz9Yy8Xx7Ww6Vv5 has expired",
        "<p>/ical/private-0a1b2c3d4e5f/Team x.ics?key=Zz9Yy8Xx7Ww6Vv5&amp;view=all</p>",
        "redirects to private-0a1b2c3d4e5f.example.net",
        "a row that ends with private-0a1b2c3",
    ],
)
def test_of_a_secret_address_the_parts_that_open_it_are_secret_too(text: str) -> None:
    masked = redact(text, secrets=[ADDRESS])

    assert MASK in masked
    assert "0a1b2c" not in masked
    assert "Yy8Xx" not in masked


@pytest.mark.promise("P8")
def test_the_words_in_a_secret_address_are_no_secret() -> None:
    text = "Read the ical of cal.example.com: view all, key unknown"

    assert redact(text, secrets=[ADDRESS]) == text


@pytest.mark.promise("P8")
@pytest.mark.parametrize("kept", [12, 15, 20, 24])
def test_a_secret_that_was_cut_off_is_masked_as_far_as_it_goes(kept: int) -> None:
    secret = "canary-5Tq8-cut-anywhere-9"

    assert redact(f"… said {secret[:kept]}", secrets=[secret]) == f"… said {MASK}"


def test_a_sentence_as_a_password_does_not_blank_what_begins_like_it() -> None:
    text = "Partner Inbox is up to date."

    assert redact(text, secrets=["Partner Inbox, open your doors"]) == text


@pytest.mark.promise("P8")
@pytest.mark.parametrize(
    ("title", "suspect"),
    [
        ("See https://cal.example.com/ical/private-0a1b2c3d4e5f/Team%20x.ics?key=1", True),
        ("Zz9Yy8Xx7Ww6Vv5 private-0a1b2c3d4e5f", True),
        ("A private calendar of cal.example.com", False),
    ],
)
def test_a_screen_finds_a_connections_own_secrets_in_its_records(title: str, suspect: bool) -> None:
    screen = Screen([ADDRESS, "short"])
    record = {"title": title, "facts": [["short", title]]}

    assert screen.suspects(json.dumps(record).encode()) == suspect
    assert ("private-0a1b" in json.dumps(screen.clean(record))) is False
    assert "0a1b2c" not in repr(screen)
