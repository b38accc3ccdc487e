"""Pulling: a platform read through its connector, against the same requests sent bare.

The platform is the simulated one, on loopback. What it needs itself is in both times alike; what
differs is ours: building and signing, guards, limits, proofs of completeness, records.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urljoin

import httpx2

from app.bench.load import UnexpectedAnswer
from app.bench.merge import timed
from connectors import registry
from connectors.sdk.connector import Complete, Connector, ReadContext
from connectors.sdk.http import HttpSession
from connectors.sdk.limits import Limits
from connectors.sdk.policy import policy_of
from connectors.sdk.sandbox import RunningClock, Sandbox, SandboxHost
from connectors.sdk.sandbox.contract import Message, Receive, Send

NAME = "platform"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
REST = timedelta(minutes=5)
"""Between two reads: by then no platform counts the calls of the one before."""


@dataclass(kw_only=True)
class Heard:
    """A request as it came over the wire, when by the platform's clock, and what it got."""

    at: datetime
    method: str
    target: str
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""
    status: int = 0


class Overheard:
    """A simulated platform that keeps what it is asked, and is otherwise as it was."""

    def __init__(self, sandbox: Sandbox, clock: RunningClock) -> None:
        self.heard: list[Heard] = []
        self.config, self.advance = sandbox.config, sandbox.advance
        self.drop, self.restore = sandbox.drop, sandbox.restore
        self._answer, self._clock = sandbox.app, clock

    async def app(self, scope: Message, receive: Receive, send: Send) -> None:
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        heard = Heard(
            at=self._clock.now(),
            method=scope["method"],
            target=(scope["raw_path"] + query).decode("ascii"),
            headers=scope["headers"],
        )
        self.heard.append(heard)

        async def listen() -> Message:
            message = await receive()
            heard.body += message.get("body", b"")
            return message

        async def answer(message: Message) -> None:
            heard.status = message.get("status", heard.status)
            await send(message)

        await self._answer(scope, listen, answer)


@dataclass(frozen=True, kw_only=True)
class Pull:
    """One connector and its platform. They share a clock, and to wait is to move it.

    So our own limit is kept and the platform's quota never touched, and no second of waiting
    is measured. ``bare`` is the floor's client, ``sign_in`` a part of the path at which the
    platform gives tokens, ``reads`` how often a ratio reads it, each time beside its floor.
    """

    connector: Connector
    platform: Overheard
    url: str
    clock: RunningClock
    bare: httpx2.Client
    sign_in: str | None = None
    reads: int = 1

    def ratio(self) -> float:
        """The floor's seconds / ours."""
        ours = floor = 0.0
        for _ in range(self.reads):
            asked, seconds = self._measured(self.read)
            ours += seconds
            again, seconds = self._measured(partial(self.repeat, asked))
            floor += seconds
            if self.answers(again) != self.answers(asked):
                raise UnexpectedAnswer(f"{self.connector.manifest.id} answers the floor otherwise")
        return floor / ours

    def answers(self, asked: list[Heard]) -> list[int]:
        """What each request got, sign-ins left out.

        A token for one use and a signature of the minute are refused when they come again; to
        refuse costs the platform what it costs to grant.
        """
        return [one.status for one in asked if not self.sign_in or self.sign_in not in one.target]

    def read(self) -> None:
        """All streams to their proven end, as a sync reads them that has nothing stored yet."""
        manifest = self.connector.manifest
        config = manifest.config.model_validate(self.platform.config(self.url))
        with HttpSession(
            policy_of(manifest, config, {"127.0.0.1"}),
            now=self.clock.now,
            sleep=lambda seconds: self.clock.move(timedelta(seconds=seconds)),
            clock=lambda: self.clock.now().timestamp(),
            turns=Limits(),
        ) as http:
            for stream in manifest.streams_of(config):
                context = ReadContext(http=http, now=self.clock.now())
                (ended,) = deque(self.connector.read(stream.name, config, context), maxlen=1)
                assert isinstance(ended, Complete), stream.name

    def repeat(self, asked: list[Heard]) -> None:
        """The same requests, none sooner by the clock than it was sent then."""
        later = self.clock.now() - asked[0].at
        for one in asked:
            self.clock.move(max(one.at + later - self.clock.now(), timedelta()))
            url = urljoin(self.url, one.target)
            self.bare.request(one.method, url, headers=one.headers, content=one.body)

    def _measured(self, act: Callable[[], None]) -> tuple[list[Heard], float]:
        """What was asked, and the seconds that it took."""
        self.clock.move(REST)
        self.platform.heard = []
        seconds = timed(act)
        return self.platform.heard, seconds


def simulated() -> dict[str, type[Sandbox]]:
    """The platforms that can be simulated and asked, by their connectors' ids.

    Not those that speak no HTTP: the floor would have nothing to repeat.
    """
    found = {}
    asking = (one.manifest.id for one in registry.connectors().values() if one.manifest.hosts)
    for connector_id in asking:
        with suppress(registry.NoSandbox):
            sandbox = registry.sandbox(connector_id)
            if not hasattr(sandbox, "speaks"):
                found[connector_id] = sandbox
    return found


@contextmanager
def pulling(connector_id: str, sandbox: type[Sandbox], rows: int, reads: int = 1) -> Iterator[Pull]:
    """That connector beside its running platform, which has so many rows beside its story."""
    clock = RunningClock(START)
    platform = Overheard(sandbox(clock, size=rows), clock)
    with SandboxHost({NAME: platform}) as host, httpx2.Client(trust_env=False) as bare:
        made = Pull(
            connector=registry.connector(connector_id),
            platform=platform,
            url=host.url(NAME),
            clock=clock,
            bare=bare,
            sign_in=getattr(sandbox, "sign_in", None),
            reads=reads,
        )
        made.read()  # the first one loads what a process keeps, such as models
        yield made
