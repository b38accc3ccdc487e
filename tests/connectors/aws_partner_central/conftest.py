"""The simulated AWS on loopback, recorded answers on loopback, and our connector before them."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.aws_partner_central.config import AwsConfig
from connectors.aws_partner_central.connector import AwsPartnerCentral
from connectors.aws_partner_central.sandbox import Sandbox
from connectors.sdk.connector import Check, Complete, Page, ReadContext
from connectors.sdk.http import HttpPolicy, HttpSession
from connectors.sdk.records import AnyRecord
from connectors.sdk.sandbox import SandboxClock, SandboxHost

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KEYS = {"access_key_id": "AKIARECORDEDANSWERS1", "secret_access_key": "recorded/only/Zq81Lm"}


class Recorded:
    """Answers each operation with what was recorded for it, one after the other.

    The last answer of an operation is repeated. ``asked`` holds the members of each request.
    """

    def __init__(self, answers: Mapping[str, list[Any]]) -> None:
        self._answers = {name: list(listed) for name, listed in answers.items()}
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def operation(self, path: str, headers: Mapping[str, str]) -> str:
        return headers["x-amz-target"].rpartition(".")[2]

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        headers = {k.decode().lower(): v.decode() for k, v in scope["headers"]}
        name = self.operation("", headers)
        message = await receive()
        self.asked.append((name, json.loads(message["body"])))
        listed = self._answers[name]
        answer = listed.pop(0) if len(listed) > 1 else listed[0]
        status = 200
        if isinstance(answer, tuple):
            status, answer = answer
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        kind = (b"content-type", b"application/x-amz-json-1.0")
        await send({"type": "http.response.start", "status": status, "headers": [kind]})
        await send({"type": "http.response.body", "body": body})


class Reading:
    """What a connection reads: every page of every stream, and how each stream ended."""

    def __init__(self, config: AwsConfig, now: datetime) -> None:
        self.config = config
        self.now = now
        self.slept: list[float] = []
        self.http = HttpSession(
            HttpPolicy(hosts=("127.0.0.1",), private_hosts=frozenset({"127.0.0.1"})),
            now=lambda: now,
            sleep=self.slept.append,
        )

    def stream(
        self, name: str, state: Mapping[str, Any] | None = None
    ) -> tuple[list[AnyRecord], Page, Complete]:
        """The records, all that was quarantined (as one page), and the end."""
        context = ReadContext(http=self.http, now=self.now, state=state or {})
        pages: list[Page] = []
        end: Complete | None = None
        for event in AwsPartnerCentral().read(name, self.config, context):
            assert end is None, "nothing comes after the end"
            if isinstance(event, Page):
                pages.append(event)
            else:
                end = event
        assert end is not None
        records = [record for page in pages for record in page.records]
        bad = Page(quarantined=tuple(q for page in pages for q in page.quarantined))
        return records, bad, end

    def check(self) -> dict[str, Check]:
        context = ReadContext(http=self.http, now=self.now)
        return {each.name: each for each in AwsPartnerCentral().check(self.config, context)}


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(SandboxClock(NOW))


@pytest.fixture
def host(sandbox: Sandbox) -> Iterator[SandboxHost]:
    with SandboxHost({"aws": sandbox}) as host:
        yield host


Connect = Callable[..., Reading]


@pytest.fixture
def connect(sandbox: Sandbox, host: SandboxHost) -> Iterator[Connect]:
    """Connections to the simulated platform, with some settings changed."""
    opened: list[Reading] = []

    def connect(**changed: Any) -> Reading:
        settings = dict(sandbox.config(host.url("aws"))) | changed
        opened.append(Reading(AwsConfig(**settings), NOW))
        return opened[-1]

    yield connect
    for reading in opened:
        reading.http.close()


@pytest.fixture
def reading(connect: Connect) -> Reading:
    return connect()


@pytest.fixture
def replay() -> Iterator[Callable[..., tuple[Reading, Recorded]]]:
    """A connection to recorded answers: ``replay(ListOpportunities=[{…}, {…}])``."""
    opened: list[tuple[SandboxHost, Reading]] = []

    def replay(**answers: list[Any]) -> tuple[Reading, Recorded]:
        recorded = Recorded(answers)
        host = SandboxHost({"aws": recorded})
        host.__enter__()
        reading = Reading(AwsConfig(**KEYS, endpoint_url=host.url("aws")), NOW)
        opened.append((host, reading))
        return reading, recorded

    yield replay
    for host, reading in opened:
        reading.http.close()
        host.__exit__()
