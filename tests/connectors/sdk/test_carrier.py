"""Without a socket between them a connector and a sandbox do the same as with one."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from connectors.sdk.conformance.stage import Stage
from connectors.sdk.errors import ConfigInvalid, Unavailable
from connectors.sdk.http import HttpPolicy, HttpSession
from connectors.sdk.sandbox import ON_THE_WIRE, Fault, FaultKind
from connectors.sdk.sandbox.carrier import Carrier
from tests.connectors.sdk.northwind.connector import Northwind
from tests.connectors.sdk.northwind.sandbox import Sandbox

HERE = "http://127.0.0.1:9"


def said_by(request: Request) -> PlainTextResponse:
    """A plain function, which Starlette runs in a thread."""
    return PlainTextResponse(f"{request.url.path} {request.url.query} {request.headers['x-a']}")


async def in_parts(request: Request) -> StreamingResponse:
    body = await request.body()
    return StreamingResponse(iter([b"<", body, b">"]), headers={"content-length": "5"})


@pytest.fixture
def session() -> Iterator[HttpSession]:
    routes = [Route("/a b", said_by), Route("/parts", in_parts, methods=["POST"])]
    policy = HttpPolicy(
        hosts=("127.0.0.1", "elsewhere.example"), private_hosts=frozenset({"127.0.0.1"}), attempts=1
    )
    with (
        Carrier(Starlette(routes=routes), HERE) as carrier,
        HttpSession(policy, carrier=carrier) as found,
    ):
        yield found


def test_a_request_arrives_as_on_the_wire(session: HttpSession) -> None:
    reply = session.request("GET", f"{HERE}/a%20b", params={"q": "ü"}, headers={"X-A": "1"})
    assert reply.text() == "/a b q=%C3%BC 1"


def test_a_body_goes_and_an_answer_in_parts_comes_whole(session: HttpSession) -> None:
    assert session.request("POST", f"{HERE}/parts", data=b"abc").body == b"<abc>"


def test_nobody_is_at_another_address(session: HttpSession) -> None:
    with pytest.raises(Unavailable):
        session.request("GET", "https://elsewhere.example/")


def test_what_is_no_http_does_not_leave(session: HttpSession) -> None:
    with pytest.raises(ConfigInvalid):
        session.request("GET", f"{HERE}/a%20b", headers={"X-A": "1\r\nX-B: 2"})


@pytest.mark.parametrize("size", [0, 40])
@pytest.mark.parametrize("fault", [None, *sorted(set(FaultKind) - ON_THE_WIRE)])
def test_a_read_ends_the_same_on_the_wire_and_off_it(fault: FaultKind | None, size: int) -> None:
    found = []
    for wire in (True, False):
        with Stage(Northwind(), Sandbox, size, wire=wire) as stage:
            if fault is not None:
                stage.plan(Fault(kind=fault, after=2))
            readings = [stage.read(stream) for stream in ("renewals", "notices")]
            here = stage.url.rpartition("/")[0].removeprefix("http://")
            outcomes = [reading.outcome().replace(here, "") for reading in readings]
            asked = [reading.asked for reading in readings]
            found.append(([reading.hashes for reading in readings], outcomes, asked))
    assert found[0] == found[1]


@pytest.mark.parametrize("fault", sorted(ON_THE_WIRE))
def test_what_happens_on_the_way_is_not_shown_off_the_wire(fault: FaultKind) -> None:
    stage = Stage(Northwind(), Sandbox, wire=False)
    with stage, pytest.raises(AssertionError, match="only be shown on the wire"):
        stage.plan(Fault(kind=fault))
