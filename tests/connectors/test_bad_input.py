"""Whatever a platform sends, no connector loses a row unsaid, asks for ever or leaves its hosts.

One matrix for all of them, beside the suite's own checks. What lies below HTTP (certificates,
names, an answer that ends with its connection) is proven of the one session that all of them use,
in ``tests/connectors/sdk``.
"""

import gzip
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from connectors.registry import connectors, sandbox
from connectors.sdk.conformance.completeness import must_account
from connectors.sdk.conformance.stage import Case, is_typed
from connectors.sdk.sandbox import Answer, Fault, FaultKind

pytestmark = pytest.mark.heavy

CONNECTORS = {
    name: one
    for name, one in connectors().items()
    if one.manifest.hosts and not hasattr(sandbox(name), "speaks")
}
"""Those that ask something of somebody over HTTP; other trouble of a mailbox is in test_mail.py."""
EVER = 10_000
SMALL = 1024 * 1024
"""Bytes of an answer that the session takes here, so that a flood is short."""
ELSEWHERE = "127.0.0.2"


def header(answer: Answer, name: bytes, value: bytes) -> Answer:
    kept = tuple(pair for pair in answer.headers if pair[0].lower() != name)
    return replace(answer, headers=(*kept, (name, value)))


def status(code: int, *headers: tuple[bytes, bytes]) -> Callable[[Answer], Answer]:
    return lambda _own: Answer(status=code, headers=headers, body=b"")


def body(make: Callable[[bytes], bytes]) -> Callable[[Answer], Answer]:
    return lambda own: replace(own, body=make(own.body))


def twice(document: bytes) -> bytes:
    """Each key of each object first with null: what counts is the last."""
    return re.sub(rb'([{,]\s*)("(?:[^"\\]|\\.)*")(\s*:)', rb"\1\2:null,\2\3", document)


def unnumbered(document: bytes) -> bytes:
    return re.sub(rb"(:\s*)-?\d+(?:\.\d+)?(?=\s*[,}\]])", rb"\g<1>1e999", document)


def with_nan(document: bytes) -> bytes:
    return re.sub(rb"(:\s*)-?\d+(?:\.\d+)?(?=\s*[,}\]])", rb"\g<1>NaN", document)


BOMB = gzip.compress(b" " * (16 * SMALL))


def bomb(own: Answer) -> Answer:
    return header(replace(own, body=BOMB), b"content-encoding", b"gzip")


CHANGES: dict[str, Callable[[Answer], Answer]] = {
    "502": status(502),
    "503": status(503),
    "503 for two hours": status(503, (b"retry-after", b"7200")),
    "nothing at all": body(lambda _own: b""),
    "another content type": lambda own: header(own, b"content-type", b"application/octet-stream"),
    "another charset": body(lambda own: own.decode("utf-8", "replace").encode("utf-16")),
    "numbers that are none": body(with_nan),
    "numbers without an end": body(unnumbered),
    "100,000 lists in each other": body(lambda _own: b"[" * 100_000),
    "each key twice": body(twice),
    "null": body(lambda _own: b"null"),
    "an error as a 200": body(lambda _own: b'{"error": {"code": 500, "message": "no"}}'),
    "a gzip bomb": bomb,
    "a redirect to itself": status(302, (b"location", b"?")),
    "a redirect to another host": status(302, (b"location", f"http://{ELSEWHERE}/".encode())),
    "a redirect inwards": status(307, (b"location", b"http://169.254.169.254/latest/meta-data")),
}
MATRIX: dict[str, Fault] = {
    **{
        name: Fault(kind=FaultKind.CHANGED, times=EVER, change=change)
        for name, change in CHANGES.items()
    },
    "401 for ever": Fault(kind=FaultKind.UNAUTHORIZED, times=EVER),
    "429 for ever": Fault(kind=FaultKind.THROTTLED, times=EVER, retry_after=None),
    "chunks that end early": Fault(kind=FaultKind.CHUNK_CUT, times=EVER),
    "an answer without end": Fault(kind=FaultKind.ENDLESS, times=EVER),
}


@pytest.fixture(scope="module", params=list(CONNECTORS))
def case(request: pytest.FixtureRequest) -> Case:
    return Case(CONNECTORS[request.param], sandbox(request.param))


@pytest.fixture
def elsewhere() -> Iterator[socket.socket]:
    """A host that nobody was told to ask; it listens to who comes."""
    with socket.socket() as listener:
        listener.bind((ELSEWHERE, 0))
        listener.listen()
        listener.setblocking(False)
        yield listener


@pytest.mark.promise("P9")
@pytest.mark.parametrize("trouble", MATRIX)
def test_bad_input_loses_nothing(case: Case, trouble: str, elsewhere: socket.socket) -> None:
    fault = MATRIX[trouble]
    if "another host" in trouble:
        there = f"http://{ELSEWHERE}:{elsewhere.getsockname()[1]}/".encode()
        fault = replace(fault, change=status(302, (b"location", there)))
    with case.stage(wire=True, max_bytes=SMALL) as stage:
        for stream, whole in case.undisturbed().items():
            last = len(whole.asked) - 1
            for position in sorted({0, last}):
                stage.plan(replace(fault, after=position))
                reading = stage.read(stream)
                where = f"{trouble} from request {position} ({whole.asked[position][1]})"

                assert is_typed(reading.error), f"{stream}: {where}: {reading.outcome()}"
                must_account(case, whole, reading, where)
                assert len(reading.asked) <= 10 * len(whole.asked) + 10, f"{stream}: {where}"
    with pytest.raises(BlockingIOError):
        elsewhere.accept()


def test_the_matrix_changes_what_is_read(case: Case) -> None:
    """A change that touches no answer would prove nothing: those that end a read do."""
    with case.stage(wire=True, max_bytes=SMALL) as stage:
        for name in ("502", "nothing at all", "a gzip bomb", "401 for ever"):
            stage.plan(MATRIX[name])
            readings = [stage.read(stream) for stream in case.streams]
            assert stage.fired(), name
            assert not any(reading.whole for reading in readings), name
