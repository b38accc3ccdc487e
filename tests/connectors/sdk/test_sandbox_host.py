"""The host serves sandboxes over real HTTP and breaks answers when told to."""

import gzip
import json
import logging
import threading
import zlib
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from starlette.requests import Request

from connectors.sdk.sandbox import (
    Asked,
    Fault,
    FaultKind,
    Quota,
    RunningClock,
    SandboxClock,
    SandboxHost,
    Tokens,
)
from tests.connectors.sdk.northwind.sandbox import CLIENT_ID, SECRET, Sandbox

LIST = "/v1/renewals"


@pytest.fixture
def client(host: SandboxHost) -> Iterator[httpx2.Client]:
    """Signed in."""
    with httpx2.Client(base_url=host.url("northwind"), timeout=2) as found:
        token = sign_in(found)
        found.headers["authorization"] = f"Bearer {token}"
        yield found


def sign_in(client: httpx2.Client) -> str:
    form = {"client_id": CLIENT_ID, "client_secret": SECRET}
    token: str = client.post("/oauth/token", data=form).json()["access_token"]
    return token


def test_each_sandbox_answers_under_its_name() -> None:
    clock = SandboxClock(datetime(2026, 3, 2, tzinfo=UTC))
    with SandboxHost({"one": Sandbox(clock), "two": Sandbox(clock, size=9)}) as host:
        for name, total in {"one": 5, "two": 14}.items():
            with httpx2.Client(base_url=host.url(name)) as client:
                token = sign_in(client)
                answer = client.get(LIST, headers={"authorization": token})
                assert answer.json()["total"] == total
        assert httpx2.get(host.url("one").replace("/one", "/three/x")).status_code == 404
        assert host.requests("one") == [("POST", "/oauth/token", 200), ("GET", LIST, 200)]


def test_a_host_leaves_no_thread_and_no_open_port_behind() -> None:
    before = set(threading.enumerate())
    clock = SandboxClock(datetime(2026, 3, 2, tzinfo=UTC))
    with (
        SandboxHost({"northwind": Sandbox(clock)}) as host,
        httpx2.Client(base_url=host.url("northwind")) as client,
    ):
        sign_in(client)
        url = host.url("northwind")
    assert set(threading.enumerate()) == before
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(url)


def test_a_port_that_is_taken_is_said_at_once() -> None:
    clock = SandboxClock(datetime(2026, 3, 2, tzinfo=UTC))
    with SandboxHost({"northwind": Sandbox(clock)}) as host:
        port = httpx2.URL(host.url("northwind")).port
        assert port is not None
        with pytest.raises(OSError, match="in use"), SandboxHost({}, port=port):
            pass


def test_a_host_can_be_stopped_while_an_answer_drips() -> None:
    clock = SandboxClock(datetime(2026, 3, 2, tzinfo=UTC))
    broken: list[Exception] = []

    def ask(url: str, started: threading.Event) -> None:
        try:
            with httpx2.stream("GET", url) as answer:
                started.set()
                answer.read()
        except httpx2.TransportError as error:
            broken.append(error)

    with SandboxHost({"northwind": Sandbox(clock)}) as host:
        host.plan("northwind", Fault(kind=FaultKind.SLOW, seconds=60))
        started = threading.Event()
        asker = threading.Thread(target=ask, args=(host.url("northwind") + LIST, started))
        asker.start()
        assert started.wait(10)
    asker.join()
    assert len(broken) == 1


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    first, again, other = (list(Sandbox(SandboxClock(start), seed=s).renewals) for s in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (FaultKind.UNAUTHORIZED, 401),
        (FaultKind.FORBIDDEN, 403),
        (FaultKind.NOT_FOUND, 404),
        (FaultKind.THROTTLED, 429),
        (FaultKind.BROKEN, 500),
    ],
)
def test_a_fault_answers_with_its_status(
    host: SandboxHost, client: httpx2.Client, kind: FaultKind, status: int
) -> None:
    host.plan("northwind", Fault(kind=kind))
    assert client.get(LIST).status_code == status
    assert client.get(LIST).status_code == 200
    assert host.fired("northwind") == 1


def test_a_throttled_answer_names_the_seconds_to_wait(
    host: SandboxHost, client: httpx2.Client
) -> None:
    host.plan(
        "northwind",
        Fault(kind=FaultKind.THROTTLED, retry_after=17),
        Fault(kind=FaultKind.THROTTLED, after=1, retry_after=None),
    )
    assert client.get(LIST).headers["retry-after"] == "17"
    assert "retry-after" not in client.get(LIST).headers


def test_a_fault_begins_ends_and_matches_as_planned(
    host: SandboxHost, client: httpx2.Client
) -> None:
    host.plan("northwind", Fault(kind=FaultKind.BROKEN, path="renewals", after=1, times=2))
    asked = [client.get(path).status_code for path in (LIST, "/v1/notices", LIST, LIST, LIST)]
    assert asked == [200, 200, 500, 500, 200]
    assert host.fired("northwind") == 2
    assert [status for _, _, status in host.requests("northwind")][1:] == asked


def test_a_cut_body_announces_the_whole_length(host: SandboxHost, client: httpx2.Client) -> None:
    whole = client.get(LIST)
    host.plan("northwind", Fault(kind=FaultKind.TRUNCATED))
    got: list[bytes] = []
    with client.stream("GET", LIST) as answer, pytest.raises(httpx2.RemoteProtocolError):
        deque(map(got.append, answer.iter_raw()))
    assert int(answer.headers["content-length"]) == len(whole.content)
    assert b"".join(got) == whole.content[: len(whole.content) // 2]


def test_a_cut_gzip_body_satisfies_http_but_has_no_end(
    host: SandboxHost, client: httpx2.Client
) -> None:
    whole = client.get(LIST).content
    host.plan("northwind", Fault(kind=FaultKind.GZIP_CUT))
    with client.stream("GET", LIST) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) == len(packed)
    with pytest.raises(EOFError):
        gzip.decompress(packed)
    beginning = zlib.decompressobj(wbits=31).decompress(packed)
    assert beginning
    assert whole.startswith(beginning)


def test_garbage_and_login_page_come_with_200(host: SandboxHost, client: httpx2.Client) -> None:
    host.plan("northwind", Fault(kind=FaultKind.GARBAGE), Fault(kind=FaultKind.LOGIN_PAGE, after=1))
    garbage, page = client.get(LIST), client.get(LIST)
    assert (garbage.status_code, page.status_code) == (200, 200)
    with pytest.raises(json.JSONDecodeError):
        garbage.json()
    assert page.headers["content-type"].startswith("text/html")


def test_a_duplicate_page_is_the_last_good_answer_on_that_path(
    host: SandboxHost, client: httpx2.Client
) -> None:
    host.plan("northwind", Fault(kind=FaultKind.DUPLICATE_PAGE, path="renewals", times=9, after=1))
    first = client.get(LIST, params={"page": 1})
    client.get("/v1/notices")
    assert client.get(LIST, params={"page": 2}).content == first.content
    assert client.get(LIST, params={"page": 3}).content == first.content
    assert host.fired("northwind") == 2


def test_without_an_earlier_answer_nothing_can_be_duplicated(
    host: SandboxHost, client: httpx2.Client
) -> None:
    host.plan("northwind", Fault(kind=FaultKind.DUPLICATE_PAGE))
    assert client.get(LIST).json()["page"] == 1
    assert host.fired("northwind") == 0


def test_a_slow_answer_drips_until_the_client_gives_up(
    host: SandboxHost, client: httpx2.Client
) -> None:
    host.plan("northwind", Fault(kind=FaultKind.SLOW, seconds=60))
    with client.stream("GET", LIST) as answer:
        assert next(answer.iter_raw(chunk_size=3)) == b"   "
    assert client.get(LIST).status_code == 200


def test_a_slow_answer_ends_by_itself(host: SandboxHost, client: httpx2.Client) -> None:
    host.plan("northwind", Fault(kind=FaultKind.SLOW, seconds=0.1))
    with pytest.raises(httpx2.RemoteProtocolError):
        client.get(LIST)


def test_a_hook_may_change_the_platform_before_a_request_is_answered(
    host: SandboxHost, client: httpx2.Client, northwind: Sandbox
) -> None:
    def lose_one(asked: Asked) -> None:
        if asked.path == LIST:
            northwind.drop("renewals", 1)

    host.before("northwind", lose_one)
    assert [client.get(LIST).json()["total"] for _ in range(3)] == [29, 28, 27]
    host.before("northwind", None)
    northwind.restore("renewals")
    assert client.get(LIST).json()["total"] == 30


def test_answers_can_be_rewritten_on_their_way_out(
    host: SandboxHost, client: httpx2.Client
) -> None:
    def blank(asked: Asked, content_type: str, body: bytes) -> bytes:
        return b"{}" if asked.path == LIST and "json" in content_type else body

    host.rewrite("northwind", blank)
    assert client.get(LIST).json() == {}
    assert client.get("/v1/notices").json()["notices"]


def test_tokens_end_by_the_sandboxes_clock(
    host: SandboxHost, client: httpx2.Client, northwind: Sandbox
) -> None:
    assert client.get(LIST).status_code == 200
    northwind.clock.move(timedelta(hours=1))
    assert client.get(LIST).status_code == 401


def test_tokens_may_end_after_so_many_uses_and_all_at_once() -> None:
    tokens = Tokens(SandboxClock(datetime(2026, 3, 2, tzinfo=UTC)), lifetime=timedelta(1), uses=2)
    held = {"authorization": f"Bearer {tokens.issue()}"}
    assert [tokens.accepts(held) for _ in range(3)] == [True, True, False]
    raw = {"apikey": tokens.issue()}
    assert tokens.accepts(raw, header="apikey")
    tokens.revoke()
    assert not tokens.accepts(raw, header="apikey")
    assert not tokens.accepts({})
    assert tokens.issued == 2


def test_a_quota_refuses_until_the_sandboxes_clock_has_moved_on(
    client: httpx2.Client, northwind: Sandbox
) -> None:
    answers = [client.get(LIST) for _ in range(61)]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    assert answers[-1].headers["retry-after"] == "60"
    assert client.get("/v1/notices").status_code == 200  # counted for each path
    northwind.clock.move(timedelta(seconds=60))
    assert client.get(LIST).status_code == 200


def test_by_a_running_clock_a_quota_comes_back_by_itself() -> None:
    passed = [1000.0]
    clock = RunningClock(datetime(2026, 3, 2, tzinfo=UTC), seconds=lambda: passed[0])
    quota = Quota(clock, calls=1, seconds=60)
    assert (clock.now(), quota.wait()) == (datetime(2026, 3, 2, tzinfo=UTC), 0)
    assert quota.wait() == 60
    passed[0] += 61
    assert quota.wait() == 0
    clock.move(timedelta(hours=1))
    assert clock.now() == datetime(2026, 3, 2, 1, 1, 1, tzinfo=UTC)


def test_a_mistake_in_a_sandbox_is_logged_as_such(caplog: pytest.LogCaptureFixture) -> None:
    class Mistaken(Sandbox):
        async def _renewals(self, request: Request) -> Any:
            raise ZeroDivisionError

    clock = SandboxClock(datetime(2026, 3, 2, tzinfo=UTC))
    with SandboxHost({"mistaken": Mistaken(clock)}) as host, caplog.at_level(logging.ERROR):
        assert httpx2.get(host.url("mistaken") + LIST).status_code == 500
    assert "sandbox failed on GET /v1/renewals" in caplog.text


def test_faults_and_log_go_by_operation_where_the_path_says_nothing() -> None:
    class Rpc(Sandbox):
        def operation(self, path: str, headers: dict[str, str]) -> str:
            return f"/{headers.get('x-target', 'none')}"

    clock = SandboxClock(datetime(2026, 3, 2, tzinfo=UTC))
    with SandboxHost({"rpc": Rpc(clock)}) as host:
        host.plan("rpc", Fault(kind=FaultKind.FORBIDDEN, path="ListDeals"))
        for target in ("GetDeal", "ListDeals"):
            httpx2.get(host.url("rpc") + "/any", headers={"X-Target": target})
        assert host.requests("rpc") == [("GET", "/GetDeal", 404), ("GET", "/ListDeals", 403)]


def test_a_listing_drops_restores_and_keeps_its_order(northwind: Sandbox) -> None:
    keys = [str(row["id"]) for row in northwind.renewals]
    assert northwind.renewals.drop(2) == keys[:2]
    assert [str(row["id"]) for row in northwind.renewals] == keys[2:]
    assert northwind.renewals.find(keys[0]) is None
    assert len(northwind.renewals) == len(keys) - 2
    assert [str(row["id"]) for row in northwind.renewals.after(keys[0])] == keys[2:]
    assert northwind.renewals.after("unknown") == []
    northwind.renewals.restore()
    assert [str(row["id"]) for row in northwind.renewals] == keys
    northwind.renewals.reverse()
    assert [str(row["id"]) for row in northwind.renewals] == keys[::-1]


def test_a_listing_filters_sorts_changes_and_grows(northwind: Sandbox) -> None:
    northwind.renewals.change(4419001, status="Won", value="1.00")
    northwind.renewals.add({"id": 5, "status": "Won", "value": "2.00"})
    won = northwind.renewals.select(
        lambda row: row["status"] == "Won", by=lambda row: row["value"], descending=True
    )
    assert [row["id"] for row in won] == [5, 4419001]
    with pytest.raises(KeyError):
        northwind.renewals.change(6, status="Won")
