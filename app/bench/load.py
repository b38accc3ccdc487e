"""Load on a loopback server: raw keep-alive connections, so that the server is what is measured."""

import asyncio
import socket
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import cycle
from urllib.parse import urlencode

CONNECTIONS = 16
WARM_UP = 32
"""Answers before the clock starts: the first ones load templates and fill what is remembered."""
LONGEST = 30


def header(port: int, request: bytes, name: str) -> str:
    """That header of the answer to one request."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        head = connection.recv(65_536).partition(b"\r\n\r\n")[0].decode("latin-1")
    fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    return fields[name]


class UnexpectedAnswer(Exception):
    """The server answered with another status than the one that is measured."""


def get(path: str, headers: Mapping[str, str] | None = None) -> bytes:
    """A request as it goes over the wire."""
    return _head("GET", path, headers or {})


def post(path: str, form: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
    """A form as a browser sends it from one of our pages."""
    body = urlencode(form).encode()
    told = {
        **headers,
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
    }
    return _head("POST", path, told) + body


def _head(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def waits(port: int, requests: Iterable[bytes], *, status: int = 200) -> list[float]:
    """Seconds until each of these is answered, one after the other on one connection."""
    expected = b"HTTP/1.1 %d " % status
    found = []
    with socket.create_connection(("127.0.0.1", port), timeout=LONGEST) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:
            received = bytearray()
            started = time.perf_counter()
            connection.sendall(request)
            while not _is_whole(received):
                part = connection.recv(262_144)
                if not part:
                    raise UnexpectedAnswer("the server closed the connection")
                received += part
            found.append(time.perf_counter() - started)
            if not received.startswith(expected):
                raise UnexpectedAnswer(received[:400].decode("latin-1"))
    return found


def rate(port: int, requests: Sequence[bytes], *, seconds: float, status: int = 200) -> float:
    """Answers per second while every connection asks again as soon as it is answered."""
    return asyncio.run(_rate(port, requests, seconds, status))


async def _rate(port: int, requests: Sequence[bytes], seconds: float, status: int) -> float:
    tally = _Tally(cycle(requests), b"HTTP/1.1 %d " % status)
    loop = asyncio.get_running_loop()
    callers = [
        (await loop.create_connection(lambda: _Caller(tally), "127.0.0.1", port))[1]
        for _ in range(CONNECTIONS)
    ]
    try:
        async with asyncio.timeout(LONGEST):
            await tally.warm.wait()
        answered, started = tally.answered, time.perf_counter()
        await asyncio.sleep(seconds)
        count = max(tally.answered - answered, 1)  # at least one is under way
        found = count / (time.perf_counter() - started)
    finally:
        tally.asking = False
        await _let_finish(callers)
    if tally.wrong is not None:
        raise UnexpectedAnswer(tally.wrong)
    return found


async def _let_finish(callers: Sequence["_Caller"]) -> None:
    """Until the last question is answered, so that the next measurement has the server alone."""
    await asyncio.wait([caller.idle for caller in callers], timeout=LONGEST)
    for caller in callers:
        caller.transport.abort()


class _Tally:
    """What the connections of one measurement share."""

    def __init__(self, requests: Iterator[bytes], expected: bytes) -> None:
        self.requests = requests
        self.expected = expected
        self.answered = 0
        self.asking = True
        self.warm = asyncio.Event()
        self.wrong: str | None = None

    def answer(self) -> None:
        """One more was answered as expected."""
        self.answered += 1
        if self.answered == WARM_UP:
            self.warm.set()

    def fail(self, why: str) -> None:
        """Ends the measurement."""
        self.wrong = why
        self.warm.set()


class _Caller(asyncio.Protocol):
    """One connection. Reads only as much of HTTP as it takes to see where an answer ends."""

    def __init__(self, tally: _Tally) -> None:
        self.tally = tally
        self.received = bytearray()
        self.transport: asyncio.Transport
        self.idle: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self.received += data
        if not _is_whole(self.received):
            return
        if not self.received.startswith(self.tally.expected):
            self.tally.fail(self.received[:400].decode("latin-1"))
            self._rest()
            return
        self.received.clear()
        self.tally.answer()
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.tally.asking:
            self.tally.fail(f"the server closed the connection ({exc})")
        self._rest()

    def _ask(self) -> None:
        if self.tally.asking:
            self.transport.write(next(self.tally.requests))
        else:
            self._rest()

    def _rest(self) -> None:
        if not self.idle.done():
            self.idle.set_result(None)


def _is_whole(received: bytearray) -> bool:
    """Whether that is a whole answer, its length told before or, in chunks, by an empty one."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = received[:end].lower()  # our server writes names small, others do not
    if b"transfer-encoding: chunked" in head:
        return received.endswith(b"\r\n0\r\n\r\n")
    told = head.partition(b"content-length: ")[2].partition(b"\r")[0]
    return len(received) >= end + 4 + int(told or 0)
