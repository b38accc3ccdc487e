"""How a session waits: retries, the platform's own asks, deadlines, cancel."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from connectors.sdk.errors import (
    Cancelled,
    FormatChanged,
    Incomplete,
    RateLimited,
    Rejected,
    Unavailable,
)
from connectors.sdk.http import HttpSession
from connectors.sdk.waits import asked
from tests.connectors.sdk.conftest import START, OpenSession, Time
from tests.connectors.sdk.raw_server import Asked, Raw, RawServer, json_reply, reply

OK = json_reply({"ok": True})


def test_a_platform_that_recovers_is_asked_until_it_answers(
    server: RawServer, session: OpenSession, time: Time
) -> None:
    server.plan(reply(status=500), reply(status=502), reply(status=503), OK)
    http = session(attempts=4, chance=lambda: 1.0)

    assert http.request("GET", server.url()).json() == {"ok": True}
    assert time.slept == [1.0, 2.0, 4.0]


def test_a_platform_that_stays_down_is_asked_as_often_as_the_policy_says(
    server: RawServer, session: OpenSession
) -> None:
    server.plan(reply(status=500))

    with pytest.raises(Unavailable, match="cannot now"):
        session(attempts=3).request("GET", server.url())
    assert len(server.asked) == 3


def test_a_query_by_post_is_repeated_with_its_body(server: RawServer, session: OpenSession) -> None:
    server.plan(reply(status=500), OK)

    session().request("POST", server.url(), json={"page": 2})

    assert [asked.json() for asked in server.asked] == [{"page": 2}, {"page": 2}]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_not_repeated(server: RawServer, session: OpenSession, status: int) -> None:
    server.plan(reply(status=status))

    with pytest.raises(Exception, match=r"127\.0\.0\.1"):
        session().request("GET", server.url())
    assert len(server.asked) == 1


def test_a_connection_that_breaks_is_tried_again(server: RawServer, session: OpenSession) -> None:
    server.plan(Raw(parts=[], close=True), Raw(parts=[b"HTTP/1.1 200"], close=True), OK)

    assert session().request("GET", server.url()).json() == {"ok": True}


ASKS = {
    "seconds": ("Retry-After", "7", 7.0),
    "a date": ("Retry-After", format_datetime(START + timedelta(seconds=9), usegmt=True), 9.0),
    "an epoch": ("X-RateLimit-Reset", str(int(START.timestamp()) + 30), 30.0),
    "an epoch in milliseconds": (
        "X-RateLimit-Reset",
        str(int(START.timestamp()) * 1000 + 30_000),
        30.0,
    ),
    "seconds until the reset": ("RateLimit-Reset", "12", 12.0),
}


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
@pytest.mark.parametrize("chance", [0.0, 0.5])
def test_a_platform_that_asks_to_wait_is_not_asked_sooner(
    server: RawServer,
    session: OpenSession,
    time: Time,
    ask: tuple[str, str, float],
    chance: float,
) -> None:
    name, value, seconds = ask
    server.plan(reply(status=429, headers=[(name, value)]), OK)

    session(chance=lambda: chance).request("GET", server.url())

    assert time.slept == [seconds + chance]


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "3600"},
        {"Retry-After": format_datetime(START + timedelta(hours=1), usegmt=True)},
        {"X-RateLimit-Reset": str(int(START.timestamp()) + 3600)},
    ],
)
def test_a_long_ask_is_handed_to_the_schedule_at_once(
    server: RawServer, session: OpenSession, time: Time, headers: dict[str, str]
) -> None:
    server.plan(reply(status=429, headers=headers.items()))

    with pytest.raises(RateLimited) as raised:
        session().request("GET", server.url())

    assert raised.value.until == START + timedelta(hours=1)
    assert time.slept == []
    assert len(server.asked) == 1


def test_an_ask_longer_than_what_is_left_is_handed_to_the_schedule(
    server: RawServer, session: OpenSession, time: Time
) -> None:
    server.plan(reply(status=429, headers=[("Retry-After", "20")]))

    with pytest.raises(RateLimited):
        session(total_timeout=30.0).request("GET", server.url())
    assert time.slept == [20.0]  # the second ask no longer fits


def test_a_throttled_platform_that_names_no_time_gets_a_minute(
    server: RawServer, session: OpenSession, time: Time
) -> None:
    server.plan(reply(status=429))

    with pytest.raises(RateLimited) as raised:
        session(attempts=2).request("GET", server.url())
    assert raised.value.until == time.now() + timedelta(seconds=60)


def test_a_platform_that_is_down_may_say_until_when(
    server: RawServer, session: OpenSession
) -> None:
    server.plan(reply(status=503, headers=[("Retry-After", "1800")]))

    with pytest.raises(Unavailable) as raised:
        session().request("GET", server.url())
    assert raised.value.until == START + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("Mon, 02 Mar 2026 07:00:00 GMT", 0.0),
        ("Mon, 99 Mar 2026 07:00:00 GMT", None),
        ("999999999", 86_400.0),
        ("9" * 400, None),
        ("1.5", 1.5),
        ("٣", None),
    ],
)
def test_a_strange_ask_is_bounded_or_ignored(value: str, seconds: float | None) -> None:
    assert asked({"retry-after": value}, START) == seconds


def test_a_gateway_that_says_only_in_its_sentence_how_long_to_wait_is_heard(
    server: RawServer, session: OpenSession, time: Time
) -> None:
    sentence = "Rate limit is exceeded. Try again in 57 seconds."
    server.plan(json_reply({"statusCode": 429, "message": sentence}, status=429), OK)

    assert session(chance=lambda: 0.0).request("GET", server.url()).json() == {"ok": True}
    assert time.slept == [57.0]


def test_a_header_goes_before_the_sentence(
    server: RawServer, session: OpenSession, time: Time
) -> None:
    body = b'{"message": "Try again in 57 seconds."}'
    server.plan(reply(body, status=429, headers=[("Retry-After", "5")]), OK)

    session(chance=lambda: 0.0).request("GET", server.url())
    assert time.slept == [5.0]


def test_a_body_that_drips_ends_with_the_total_timeout(
    server: RawServer, session: OpenSession, time: Time
) -> None:
    def drip() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
        while not server.stopping.is_set():
            time.passed += 1.0
            yield b" "

    server.plan(Raw(parts=drip()))

    # Which of the two it says depends on how much of the 20 seconds the headers had.
    with pytest.raises(Unavailable, match=r"in time|middle of its answer"):
        session(attempts=1, total_timeout=20.0).request("GET", server.url())


def test_headers_that_drip_end_with_the_total_timeout(
    server: RawServer, session: OpenSession, time: Time
) -> None:
    def drip() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n"
        while not server.stopping.is_set():
            time.passed += 1.0
            yield b"X-Header: 1\r\n"

    server.plan(Raw(parts=drip()))

    with pytest.raises(Unavailable, match="did not answer in time"):
        session(attempts=1, total_timeout=20.0).request("GET", server.url())


def test_a_platform_that_says_nothing_ends_with_the_read_timeout(
    server: RawServer, session: OpenSession
) -> None:
    def silence(_: Asked) -> Raw:
        server.stopping.wait()
        return Raw(parts=[])

    server.plan(silence)

    with pytest.raises(Unavailable, match="did not answer in time"):
        session(attempts=1, read_timeout=0.05).request("GET", server.url())


def test_a_port_where_nobody_listens_is_refused(session: OpenSession) -> None:
    with RawServer() as gone:
        url = gone.url()

    with pytest.raises(Unavailable, match="refused the connection"):
        session(attempts=1).request("GET", url)


def test_a_name_that_nobody_knows_says_so(session: OpenSession) -> None:
    def nobody(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    http = session(hosts=("api.example.com",), attempts=1, resolve=nobody)

    with pytest.raises(Unavailable, match=r"api\.example\.com is not known"):
        http.request("GET", "https://api.example.com/")


def test_a_lookup_that_hangs_ends_with_the_connect_timeout(session: OpenSession) -> None:
    released = threading.Event()

    def hang(host: str, port: int) -> list[str]:
        released.wait()
        return []

    http = session(hosts=("api.example.com",), attempts=1, resolve=hang, connect_timeout=0.05)

    with pytest.raises(Unavailable, match="looked up in time"):
        http.request("GET", "https://api.example.com/")
    released.set()


def test_a_session_has_a_budget_of_requests(server: RawServer, session: OpenSession) -> None:
    server.plan(OK)
    http = session(max_requests=3)

    for _ in range(3):
        http.request("GET", server.url())
    with pytest.raises(Incomplete, match="more than 3 requests"):
        http.request("GET", server.url())
    assert len(server.asked) == 3


def in_thread(http: HttpSession, url: str) -> tuple[threading.Thread, list[BaseException]]:
    raised: list[BaseException] = []

    def ask() -> None:
        try:
            http.request("GET", url)
        except Cancelled as error:
            raised.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    return thread, raised


@pytest.mark.parametrize("where", ["before the answer", "in the middle of the answer"])
def test_cancel_ends_a_read_from_another_thread(
    server: RawServer, session: OpenSession, where: str
) -> None:
    reading = threading.Event()

    def silence() -> Iterator[bytes]:
        if where == "in the middle of the answer":
            yield b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n["
        reading.set()
        server.stopping.wait()

    server.plan(Raw(parts=silence()))
    http = session(sleep=None)
    thread, raised = in_thread(http, server.url())
    assert reading.wait(10)

    http.cancel()

    thread.join(10)
    assert [type(error) for error in raised] == [Cancelled]
    with pytest.raises(Cancelled):
        http.request("GET", server.url())


def test_cancel_ends_a_wait_from_another_thread(server: RawServer, session: OpenSession) -> None:
    answered = threading.Event()

    def slow_down(_: Asked) -> Raw:
        answered.set()
        return reply(status=429, headers=[("Retry-After", "50")])

    server.plan(slow_down)
    http = session(sleep=None)
    thread, raised = in_thread(http, server.url())
    assert answered.wait(10)

    http.cancel()

    thread.join(10)
    assert [type(error) for error in raised] == [Cancelled]


def test_cancel_ends_a_lookup_from_another_thread(session: OpenSession) -> None:
    looking, released = threading.Event(), threading.Event()

    def hang(host: str, port: int) -> list[str]:
        looking.set()
        released.wait()
        return []

    http = session(hosts=("api.example.com",), resolve=hang, sleep=None)
    thread, raised = in_thread(http, "https://api.example.com/")
    assert looking.wait(10)

    http.cancel()

    thread.join(10)
    released.set()
    assert [type(error) for error in raised] == [Cancelled]


def test_a_closed_session_leaves_no_thread_and_no_socket(
    server: RawServer, session: OpenSession
) -> None:
    server.plan(OK)
    before = set(threading.enumerate())
    with session() as http:
        http.request("GET", server.url())

    ours = [t for t in set(threading.enumerate()) - before if t.name == "dns"]
    assert ours == []
    with pytest.raises(Cancelled):
        http.request("GET", server.url())


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (Rejected, reply(status=404)),
        (FormatChanged, reply(status=302, headers=[("Location", "http://127.0.0.1:1/")])),
    ],
)
def test_an_error_after_the_answer_leaves_the_connection_usable(
    server: RawServer, session: OpenSession, error: Any, answer: Raw
) -> None:
    server.plan(answer, OK)
    http = session(private=(f"127.0.0.1:{server.port}",))

    with pytest.raises(error):
        http.request("GET", server.url())
    assert http.request("GET", server.url()).json() == {"ok": True}
