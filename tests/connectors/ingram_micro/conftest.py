"""A simulated Ingram account on loopback, and the connector that reads it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.ingram_micro.connector import IngramMicro
from connectors.ingram_micro.sandbox import Sandbox
from connectors.sdk.connector import Check, Complete, Page, Quarantined, ReadContext
from connectors.sdk.errors import ConnectorError
from connectors.sdk.http import HttpPolicy, HttpSession
from connectors.sdk.limits import Limits
from connectors.sdk.records import Deadline, Money
from connectors.sdk.sandbox import SandboxClock, SandboxHost

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NAME = "ingram"


@dataclass
class Reading:
    """One read: what came, how it ended."""

    pages: list[Page] = field(default_factory=list)
    end: Complete | None = None
    error: ConnectorError | None = None

    @property
    def records(self) -> dict[str, Deadline]:
        found = [record for page in self.pages for record in page.records]
        assert all(isinstance(record, Deadline) for record in found)
        return {record.external_id: record for record in found if isinstance(record, Deadline)}

    @property
    def quarantined(self) -> list[Quarantined]:
        return [row for page in self.pages for row in page.quarantined]

    @property
    def state(self) -> Mapping[str, Any]:
        assert self.end is not None
        return self.end.state


class Desk:
    """The account, its host and a connection to it; time passes only when something waits."""

    def __init__(self, host: SandboxHost, sandbox: Sandbox, clock: SandboxClock) -> None:
        self.host = host
        self.sandbox = sandbox
        self.clock = clock
        self.settings = dict(sandbox.config(host.url(NAME)))
        self._passed = 0.0
        self._turns = Limits()

    def session(self) -> HttpSession:
        policy = HttpPolicy(
            hosts=("127.0.0.1",),
            private_hosts=frozenset({"127.0.0.1"}),
            rate=IngramMicro.manifest.rate,
        )
        return HttpSession(
            policy,
            now=self.clock.now,
            sleep=self._sleep,
            clock=lambda: self._passed,
            chance=lambda: 0.5,
            turns=self._turns,
        )

    def read(self, stream: str, state: Mapping[str, Any] | None = None) -> Reading:
        reading = Reading()
        with self.session() as http:
            try:
                events = IngramMicro().read(stream, self._config(), self._context(http, state))
                for event in events:
                    if isinstance(event, Page):
                        reading.pages.append(event)
                    else:
                        reading.end = event
            except ConnectorError as error:
                reading.error = error
        return reading

    def check(self) -> dict[str, Check]:
        with self.session() as http:
            found = list(IngramMicro().check(self._config(), self._context(http, None)))
        return {check.name: check for check in found}

    def asked(self, path: str = "") -> list[tuple[str, str, int]]:
        return [call for call in self.host.requests(NAME) if path in call[1]]

    def _config(self) -> Any:
        return IngramMicro.manifest.config.model_validate(self.settings)

    def _context(self, http: HttpSession, state: Mapping[str, Any] | None) -> ReadContext:
        return ReadContext(http=http, now=self.clock.now(), state=state or {})

    def _sleep(self, seconds: float) -> None:
        self._passed += seconds
        self.clock.move(timedelta(seconds=seconds))


def open_desk(*, size: int = 0) -> Iterator[Desk]:
    clock = SandboxClock(START)
    sandbox = Sandbox(clock, size=size)
    with SandboxHost({NAME: sandbox}) as host:
        yield Desk(host, sandbox, clock)


@pytest.fixture
def desk() -> Iterator[Desk]:
    yield from open_desk()


@pytest.fixture
def large() -> Iterator[Desk]:
    """350 renewals beside the story: four pages."""
    yield from open_desk(size=350)


def amount(value: str, currency: str | None = "USD") -> Money:
    from decimal import Decimal

    return Money(amount=Decimal(value), currency=currency)
