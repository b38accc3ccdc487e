"""A simulated partner tenant on loopback, and the connector that reads it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.microsoft.client import Microsoft as Client
from connectors.microsoft.connector import Microsoft
from connectors.microsoft.sandbox import Sandbox
from connectors.sdk.connector import (
    Check,
    Complete,
    InMemory,
    NotOffered,
    Page,
    Quarantined,
    ReadContext,
    Secrets,
)
from connectors.sdk.errors import ConnectorError
from connectors.sdk.http import HttpPolicy, HttpSession
from connectors.sdk.limits import Limits
from connectors.sdk.sandbox import SandboxClock, SandboxHost

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NAME = "microsoft"


@dataclass
class Reading:
    """One read: what came, how it ended."""

    pages: list[Page] = field(default_factory=list)
    end: Complete | NotOffered | None = None
    error: ConnectorError | None = None

    @property
    def records(self) -> dict[str, Any]:
        return {record.external_id: record for page in self.pages for record in page.records}

    @property
    def state(self) -> Mapping[str, Any]:
        """What a read that came to its end leaves for the next."""
        assert isinstance(self.end, Complete)
        return self.end.state

    @property
    def titled(self) -> dict[str, Any]:
        """The records by what their titles begin with, up to the customer."""
        return {record.title.partition(" — ")[0]: record for record in self.records.values()}

    @property
    def quarantined(self) -> list[Quarantined]:
        return [row for page in self.pages for row in page.quarantined]

    def take(self, events: Iterator[Any]) -> "Reading":
        try:
            for event in events:
                if isinstance(event, Page):
                    self.pages.append(event)
                else:
                    self.end = event
        except ConnectorError as error:
            self.error = error
        return self


class Desk:
    """The tenant, its host and a connection to it; time passes only when something waits."""

    def __init__(self, host: SandboxHost, sandbox: Sandbox, clock: SandboxClock) -> None:
        self.host = host
        self.sandbox = sandbox
        self.clock = clock
        self.settings = dict(sandbox.config(host.url(NAME)))
        self.secrets: Secrets = InMemory()
        self.slept: list[float] = []

    def session(self) -> HttpSession:
        return HttpSession(
            HttpPolicy(hosts=("127.0.0.1",), private_hosts=frozenset({"127.0.0.1"})),
            now=self.clock.now,
            sleep=self._sleep,
            clock=lambda: sum(self.slept),
            chance=lambda: 0.5,
            turns=Limits(),
        )

    def read(self, stream: str, state: Mapping[str, Any] | None = None) -> Reading:
        with self.session() as http:
            context = self.context(http, state)
            return Reading().take(Microsoft().read(stream, self.config, context))

    def check(self) -> dict[str, Check]:
        with self.session() as http:
            found = list(Microsoft().check(self.config, self.context(http)))
        return {check.name: check for check in found}

    def client(self, http: HttpSession) -> Client:
        return Client(self.config, self.context(http))

    def asked(self, path: str = "") -> list[tuple[str, str, int]]:
        return [call for call in self.host.requests(NAME) if path in call[1]]

    @property
    def config(self) -> Any:
        return Microsoft.manifest.config.model_validate(self.settings)

    def context(self, http: HttpSession, state: Mapping[str, Any] | None = None) -> ReadContext:
        return ReadContext(http=http, now=self.clock.now(), state=state or {}, secrets=self.secrets)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.move(timedelta(seconds=seconds))


@pytest.fixture
def desk() -> Iterator[Desk]:
    clock = SandboxClock(START)
    sandbox = Sandbox(clock)
    with SandboxHost({NAME: sandbox}) as host:
        yield Desk(host, sandbox, clock)
