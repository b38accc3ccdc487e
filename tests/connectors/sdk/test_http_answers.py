"""What becomes of a platform's answer."""

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from connectors.sdk.errors import (
    AuthFailed,
    ConnectorError,
    FormatChanged,
    Incomplete,
    RateLimited,
    Rejected,
    Unavailable,
)
from tests.connectors.sdk.conftest import OpenSession, Time
from tests.connectors.sdk.raw_server import Raw, RawServer, json_reply, reply

ROWS = b'{"rows": [{"id": 1}, {"id": 2}, {"id": 3}]}'
GZIP = [("Content-Encoding", "gzip")]


def get(server: RawServer, session: OpenSession, **policy: Any) -> Any:
    return session(attempts=1, **policy).request("GET", server.url("/rows"))


def chunked(*parts: bytes, end: bytes = b"0\r\n\r\n", head: bytes = b"") -> Raw:
    sizes = [b"%x\r\n%s\r\n" % (len(part), part) for part in parts]
    start = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + head + b"\r\n"
    return Raw(parts=[start, *sizes, end], close=True)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


WHOLE = {
    "with a length": reply(ROWS),
    "chunked": chunked(ROWS[:10], ROWS[10:]),
    "gzip": reply(gzip.compress(ROWS), headers=GZIP),
    "gzip in two members": reply(gzip.compress(ROWS[:9]) + gzip.compress(ROWS[9:]), headers=GZIP),
    "gzip with padding": reply(gzip.compress(ROWS) + b"\0\0\0", headers=GZIP),
    "gzip in chunks of one byte": chunked(
        *(bytes([byte]) for byte in gzip.compress(ROWS)), head=b"Content-Encoding: gzip\r\n"
    ),
    "deflate": reply(zlib.compress(ROWS), headers=[("Content-Encoding", "deflate")]),
    "deflate without wrapper": reply(raw_deflate(ROWS), headers=[("Content-Encoding", "deflate")]),
    "JSON that ends with the connection": reply(ROWS, length=None, close=True),
    "gzip that ends with the connection": reply(
        gzip.compress(ROWS), length=None, close=True, headers=GZIP
    ),
    "called identity": reply(ROWS, headers=[("Content-Encoding", "identity")]),
}


@pytest.mark.parametrize("answer", WHOLE.values(), ids=WHOLE)
def test_a_whole_body_is_given_decoded(
    server: RawServer, session: OpenSession, answer: Raw
) -> None:
    server.plan(answer)

    assert get(server, session).body == ROWS


ZIPPED = gzip.compress(ROWS)
CUT = {
    "shorter than its length": reply(ROWS[:-5], length=len(ROWS), close=True),
    "JSON shorter than its length, but whole": reply(ROWS, length=len(ROWS) + 1, close=True),
    "chunked without the last chunk": chunked(ROWS, end=b""),
    "chunked in the middle of a chunk": chunked(end=b"40\r\n" + ROWS),
    "gzip with a length that matches": reply(ZIPPED[:-10], headers=GZIP),
    "gzip without its checksum": reply(ZIPPED[:-8], headers=GZIP),
    "gzip with a wrong checksum": reply(ZIPPED[:-5] + b"\0" + ZIPPED[-4:], headers=GZIP),
    "gzip whose second member is cut": reply(ZIPPED + ZIPPED[:-3], headers=GZIP),
    "gzip of nothing at all": reply(b"", headers=GZIP),
    "gzip that is none": reply(ROWS, headers=GZIP),
    "gzip that ends with the connection": reply(ZIPPED[:-1], length=None, close=True, headers=GZIP),
    "deflate with a length that matches": reply(
        zlib.compress(ROWS)[:-1], headers=[("Content-Encoding", "deflate")]
    ),
    "JSON that ends with the connection": reply(ROWS[:-1], length=None, close=True),
    "text that ends with the connection": reply(b"a;b\n1;2\n", length=None, close=True),
    "a number that ends with the connection": reply(b"12", length=None, close=True),
}


@pytest.mark.promise("P2")
@pytest.mark.parametrize("answer", CUT.values(), ids=CUT)
def test_a_body_that_is_not_proven_whole_is_incomplete(
    server: RawServer, session: OpenSession, answer: Raw
) -> None:
    server.plan(answer)

    with pytest.raises(Incomplete):
        get(server, session)


def test_a_format_with_its_own_end_proves_a_body_without_a_length(
    server: RawServer, session: OpenSession
) -> None:
    def ends(body: bytes) -> bool:
        return body.rstrip().endswith(b"END:VCALENDAR")

    calendar = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    server.plan(
        reply(calendar, length=None, close=True), reply(calendar[:-5], length=None, close=True)
    )
    http = session(attempts=1)

    assert http.request("GET", server.url(), proof=ends).body == calendar
    with pytest.raises(Incomplete):
        http.request("GET", server.url(), proof=ends)


def test_a_body_that_can_never_be_proven_is_not_asked_for_again(
    server: RawServer, session: OpenSession
) -> None:
    server.plan(reply(b"a;b", length=None, close=True))

    with pytest.raises(Incomplete, match="without a length"):
        session(attempts=4).request("GET", server.url())
    assert len(server.asked) == 1


def test_a_cut_body_is_asked_for_again(server: RawServer, session: OpenSession) -> None:
    server.plan(CUT["gzip with a length that matches"], reply(ROWS))

    assert session().request("GET", server.url()).body == ROWS


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("over", [0, 1])
def test_the_cap_counts_decoded_bytes_exactly(
    server: RawServer, session: OpenSession, zipped: bool, over: int
) -> None:
    body = b"[" + b" " * 998 + b"]"
    server.plan(reply(gzip.compress(body), headers=GZIP) if zipped else reply(body))

    if over:
        with pytest.raises(FormatChanged, match="larger than 999 bytes"):
            get(server, session, max_bytes=len(body) - over)
    else:
        assert get(server, session, max_bytes=len(body)).body == body


def test_an_endless_body_is_cut_at_the_cap(server: RawServer, session: OpenSession) -> None:
    sent = []

    def endless() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
        while not server.stopping.is_set():
            sent.append(65_536)
            yield b" " * 65_536

    server.plan(Raw(parts=endless()))

    with pytest.raises(FormatChanged, match="larger"):
        get(server, session, max_bytes=1_000_000)
    assert sum(sent) < 50_000_000


def test_a_bomb_is_cut_before_it_unfolds(server: RawServer, session: OpenSession) -> None:
    bomb = gzip.compress(bytes(100_000_000))
    server.plan(reply(bomb, headers=GZIP))
    tracemalloc.start()

    with pytest.raises(FormatChanged, match="larger"):
        get(server, session, max_bytes=1_000_000)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


def test_an_encoding_that_was_not_asked_for_is_refused(
    server: RawServer, session: OpenSession
) -> None:
    server.plan(reply(b"\x0b\x02\x80[]\x03", headers=[("Content-Encoding", "br")]))

    with pytest.raises(FormatChanged, match="'br'"):
        get(server, session)
    assert server.asked[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Rejected),
        (401, AuthFailed),
        (403, AuthFailed),
        (404, Rejected),
        (409, Rejected),
        (408, Unavailable),
        (429, RateLimited),
        (500, Unavailable),
        (502, Unavailable),
        (503, Unavailable),
        (304, Rejected),
    ],
)
def test_a_status_becomes_what_the_catcher_does_next(
    server: RawServer, session: OpenSession, status: int, error: type[ConnectorError]
) -> None:
    server.plan(reply(b"{}" if status != 304 else b"", status=status))

    with pytest.raises(ConnectorError) as raised:
        get(server, session)

    assert type(raised.value) is error
    assert "127.0.0.1" in raised.value.message
    assert raised.value.remedy.endswith(".")


def test_a_platform_that_throttles_by_another_status_is_waited_for(
    server: RawServer, session: OpenSession, time: Time
) -> None:
    slow_down = json_reply({"__type": "ThrottlingException"}, status=400)
    server.plan(slow_down, slow_down, json_reply({"rows": []}))

    answer = session().request(
        "GET",
        server.url("/rows"),
        also_ok=(400,),
        throttled=lambda given: b"ThrottlingException" in given.body,
    )

    assert answer.json() == {"rows": []}
    assert len(time.slept) == 2


def test_a_refusal_carries_the_platforms_words(server: RawServer, session: OpenSession) -> None:
    server.plan(json_reply({"message": "pageSize too large", "api_key": "k-1234567"}, status=422))

    with pytest.raises(Rejected) as raised:
        get(server, session)

    assert raised.value.status == 422
    assert b"pageSize too large" in raised.value.body
    assert "pageSize too large" in raised.value.sample
    assert "k-1234567" not in raised.value.sample


def test_a_refusal_counts_though_its_body_is_cut(server: RawServer, session: OpenSession) -> None:
    server.plan(reply(b"nope", status=401, length=400, close=True))

    with pytest.raises(AuthFailed) as raised:
        get(server, session)
    assert raised.value.status == 401


def test_a_status_that_the_caller_expects_is_an_answer(
    server: RawServer, session: OpenSession
) -> None:
    server.plan(reply(status=304), json_reply({"gone": True}, status=404))
    http = session()

    assert http.request("GET", server.url(), also_ok={304}).status == 304
    assert http.request("GET", server.url(), also_ok={404}).json() == {"gone": True}


def test_an_answer_without_content_is_empty(server: RawServer, session: OpenSession) -> None:
    server.plan(reply(status=204, length=None))

    assert get(server, session).body == b""


def test_numbers_keep_every_digit(server: RawServer, session: OpenSession) -> None:
    server.plan(reply(b'{"a": 1.10, "b": 12, "c": 0.1, "d": 123456789012345678901, "e": 1e3}'))

    got = get(server, session).json()

    assert got == {
        "a": Decimal("1.10"),
        "b": 12,
        "c": Decimal("0.1"),
        "d": 123456789012345678901,
        "e": Decimal("1e3"),
    }
    assert str(got["a"]) == "1.10"


LENIENT = {
    "the last of duplicate keys": (b'{"a": 1, "a": 2}', {"a": 2}),
    "a byte order mark": (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
    "a raw tab in a string": (b'{"a": "x\ty"}', {"a": "x\ty"}),
    "half a surrogate pair": (b'{"a": "x\\ud83dy", "n": 1.5}', {"a": "x�y", "n": Decimal("1.5")}),
    "an escaped backslash before a u": (b'{"a": "\\\\ud83d \t"}', {"a": "\\ud83d \t"}),
    "a whole surrogate pair": (b'{"a": "\\ud83d\\ude00\t"}', {"a": "\U0001f600\t"}),
    "a number that no arithmetic holds": (
        b'{"a": 1e99999999999999999999}',
        {"a": "1e99999999999999999999"},
    ),
}


@pytest.mark.parametrize(("body", "value"), LENIENT.values(), ids=LENIENT)
def test_json_is_read_with(
    server: RawServer, session: OpenSession, body: bytes, value: Any
) -> None:
    server.plan(reply(body))

    assert get(server, session).json() == value


def test_json_is_read_in_the_charset_that_it_declares(
    server: RawServer, session: OpenSession
) -> None:
    headers = [("Content-Type", "application/json; charset=ISO-8859-1")]
    server.plan(reply('{"name": "Müller"}'.encode("latin-1"), headers=headers))

    assert get(server, session).json() == {"name": "Müller"}


NOT_JSON = {
    "nothing": b"",
    "words": b"Service is starting",
    "NaN": b'{"amount": NaN}',
    "Infinity": b'{"amount": -Infinity}',
    "cut": b'{"rows": [1, 2',
    "two values": b"{} {}",
    "nested 100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "a million lists": b"[" + b"[]," * 1_000_000 + b"[]]",
    "a number with 100,000 digits": b"[" + b"9" * 100_000 + b"]",
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_not_json_says_so(server: RawServer, session: OpenSession, body: bytes) -> None:
    server.plan(reply(body))

    with pytest.raises(FormatChanged):
        get(server, session).json()


def test_a_sign_in_page_with_200_says_what_it_is(server: RawServer, session: OpenSession) -> None:
    page = "<!DOCTYPE html><title>Log in</title><input type='password' name='p'>"
    server.plan(reply(page, headers=[("Content-Type", "text/html")]))

    with pytest.raises(FormatChanged, match="sign-in page") as raised:
        get(server, session).json()
    assert "sign-in" in raised.value.remedy


def test_another_page_with_200_says_that_it_is_a_page(
    server: RawServer, session: OpenSession
) -> None:
    server.plan(reply("<html><h1>Maintenance</h1></html>"))

    with pytest.raises(FormatChanged, match="web page") as raised:
        get(server, session).json()
    assert "Maintenance" in raised.value.sample


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"\xef\xbb\xbfM\xc3\xbcller", "text/csv", "Müller"),
        ("Müller".encode("utf-16"), "text/csv; charset=utf-8", "Müller"),
        (b"M\xfcller", "text/csv; charset=windows-1252", "Müller"),
        (b"M\xc3\xbcller", "text/csv; charset=punycode", "Müller"),
        (b"M\xfcller", "text/csv", "M�ller"),
        (b"M\xc3\xbcller", 'text/calendar; charset="utf-8"', "Müller"),
    ],
)
def test_text_is_read_in_its_charset(
    server: RawServer, session: OpenSession, body: bytes, content_type: str, text: str
) -> None:
    server.plan(reply(body, headers=[("Content-Type", content_type)]))

    assert get(server, session).text() == text


def test_a_connection_is_used_for_many_requests(
    server: RawServer, session: OpenSession, time: Time
) -> None:
    server.plan(reply(ROWS))
    http = session()

    for _ in range(5):
        http.request("GET", server.url())

    assert server.connections == 1
    assert time.slept == []
