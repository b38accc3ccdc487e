"""Simulated platforms on loopback, for conformance, demo and bench.

A platform's ``sandbox.py`` defines one class named ``Sandbox`` that follows the protocol
here. It answers as that platform's contract says, odd shapes included, and knows nothing
of the connector beside it.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

ASGIApp = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]


class SandboxClock:
    """The time that a simulated platform believes in. ``move`` shifts it."""

    def __init__(self, start: datetime) -> None:
        """``start`` is aware; the clock stands still until it is moved."""
        self._now = start

    def now(self) -> datetime:
        return self._now

    def move(self, by: timedelta) -> None:
        self._now += by


class Sandbox(Protocol):
    """One simulated platform: stateful, seeded, all dates relative to its clock.

    ``size`` is how many rows its largest stream holds beside the story (0: the story only).
    """

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None: ...

    @property
    def app(self) -> ASGIApp: ...

    def config(self, base_url: str) -> Mapping[str, Any]:
        """Settings (plain JSON values, secrets in clear) with which a connection reaches it."""
        ...

    def advance(self) -> list[str]:
        """Let the platform change once; the sentences say what moved ("Bid 9912 expired")."""
        ...

    def drop(self, stream: str, count: int) -> list[str]:
        """Take ``count`` rows out of a stream's list; returns their external ids."""
        ...

    def restore(self, stream: str) -> None:
        """Put back what ``drop`` took."""
        ...


class FaultKind(StrEnum):
    """What a fault plan can do to an answer."""

    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    THROTTLED = "429"
    BROKEN = "500"
    SLOW = "slow"
    TRUNCATED = "truncated"
    GZIP_CUT = "gzip-cut"
    GARBAGE = "garbage"
    LOGIN_PAGE = "login-page"
    DUPLICATE_PAGE = "duplicate-page"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """From request number ``after`` (0-based, counted over matching paths) for ``times`` requests.

    ``path`` is a substring of the request path; the sign-in path is matched like any other.
    """

    kind: FaultKind
    path: str = ""
    after: int = 0
    times: int = 1


class SandboxHost:
    """Serves sandboxes on 127.0.0.1, each under ``/<name>``, in a background thread.

    A context manager. ``url(name)`` is the base URL. ``faults`` may be set at any time per
    name. ``requests(name)`` counts what was asked (method, path, status).
    """

    def __init__(self, sandboxes: Mapping[str, Sandbox], *, port: int = 0) -> None:
        raise NotImplementedError

    def __enter__(self) -> "SandboxHost":
        raise NotImplementedError

    def __exit__(self, *exc: object) -> None:
        raise NotImplementedError

    def url(self, name: str) -> str:
        raise NotImplementedError

    def plan(self, name: str, *faults: Fault) -> None:
        raise NotImplementedError

    def requests(self, name: str) -> list[tuple[str, str, int]]:
        raise NotImplementedError
