"""Northwind on loopback, and a raw server, a clock and sessions for HTTP."""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.sdk.http import HttpPolicy, HttpSession
from connectors.sdk.limits import Limits
from connectors.sdk.sandbox import SandboxClock, SandboxHost
from tests.connectors.sdk.northwind.sandbox import Sandbox
from tests.connectors.sdk.raw_server import RawServer

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Time:
    """A clock that moves only when somebody sleeps or says so."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def clock(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def server() -> Iterator[RawServer]:
    with RawServer() as server:
        yield server


OpenSession = Callable[..., HttpSession]


@pytest.fixture
def session(time: Time) -> Iterator[OpenSession]:
    """Opens sessions that may reach loopback, on the test's clock, without jitter."""
    opened: list[HttpSession] = []

    def open_session(
        hosts: tuple[str, ...] = ("127.0.0.1",),
        private: tuple[str, ...] = ("127.0.0.1",),
        **more: Any,
    ) -> HttpSession:
        mine = {"resolve", "tls", "chance", "turns", "sleep", "clock"}
        given = {name: more.pop(name) for name in mine & more.keys()}
        defaults = {
            "now": time.now,
            "sleep": time.sleep,
            "clock": time.clock,
            "chance": lambda: 0.0,
            "turns": Limits(),
        }
        policy = HttpPolicy(hosts=hosts, private_hosts=frozenset(private), **more)
        opened.append(HttpSession(policy, **(defaults | given)))
        return opened[-1]

    yield open_session
    for http in opened:
        http.close()


class Sockets:
    """Every address that the process connects to while a test watches."""

    def __init__(self) -> None:
        self.connected: list[Any] = []
        self.watching = False
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if self.watching and event == "socket.connect":
            self.connected.append(args[1])


_sockets = Sockets()  # one for the process: audit hooks cannot be taken out again


@pytest.fixture
def sockets() -> Iterator[Sockets]:
    _sockets.connected.clear()
    _sockets.watching = True
    yield _sockets
    _sockets.watching = False


@pytest.fixture
def northwind() -> Sandbox:
    return Sandbox(SandboxClock(datetime(2026, 3, 2, 9, tzinfo=UTC)), size=25)


@pytest.fixture
def host(northwind: Sandbox) -> Iterator[SandboxHost]:
    with SandboxHost({"northwind": northwind}) as running:
        yield running
