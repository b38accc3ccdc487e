"""No test talks to anything but this machine.

The guard listens to the interpreter's own audit events, so no library can go round it.
It raises, and it remembers, because code under test may turn the error into data.
"""

import ipaddress
import sys
from collections.abc import Iterator
from typing import Any

import pytest

WATCHED = {"socket.connect", "socket.sendto", "socket.sendmsg"}


class OutsideWorld(RuntimeError):
    """Code under test tried to leave this machine."""


class Guard:
    """Refuses every address that is not loopback, once installed."""

    def __init__(self) -> None:
        self.attempts: list[str] = []
        self._watched = WATCHED  # when the interpreter ends, a module's names go before its hooks

    def install(self) -> None:
        """For the life of the process: audit hooks cannot be taken out again."""
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if event not in self._watched:
            return
        address = args[1]
        if isinstance(address, tuple) and not _is_local(str(address[0])):
            self.attempts.append(f"{address[0]} port {address[1]}")
            raise OutsideWorld(f"a test tried to reach {address[0]} port {address[1]}")


def _is_local(host: str) -> bool:
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


_guard = Guard()


def pytest_configure() -> None:
    """Close the network before the first test module is imported."""
    _guard.install()


@pytest.fixture(autouse=True)
def network() -> Iterator[Guard]:
    """Fails the test that tried to leave the machine, even if the code swallowed the error."""
    _guard.attempts.clear()
    yield _guard
    assert not _guard.attempts, f"tried to leave this machine: {', '.join(_guard.attempts)}"
