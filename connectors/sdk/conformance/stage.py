"""A sandbox on loopback, and a connector that reads it as a sync would."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import SecretStr

from connectors.sdk.conformance.shapes import rows_in
from connectors.sdk.connector import (
    Check,
    Complete,
    Connector,
    InMemory,
    NotOffered,
    Page,
    Quarantined,
    ReadContext,
    Unchanged,
)
from connectors.sdk.errors import AuthFailed, ConnectorError, RateLimited
from connectors.sdk.http import HttpSession
from connectors.sdk.limits import Limits
from connectors.sdk.manifest import ConnectorConfig, StreamSpec
from connectors.sdk.policy import policy_of
from connectors.sdk.records import AnyRecord, content_hash, encode
from connectors.sdk.sandbox import ON_THE_WIRE, Asked, Fault, Sandbox, SandboxClock, SandboxHost

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""When every sandbox of the suite begins."""

NAME = "platform"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One read of one stream, however it ended.

    ended    its Complete, Unchanged or NotOffered, if it came to that
    error    what it raised; None when the generator ended by itself
    asked    the requests that it took: method, path, status
    waits    seconds that the session slept between them
    origin   scheme, host and port of the sandbox, which are others on each stage
    """

    stream: str
    records: tuple[AnyRecord, ...]
    quarantined: tuple[Quarantined, ...]
    ended: Complete | Unchanged | NotOffered | None
    error: Exception | None
    asked: tuple[tuple[str, str, int], ...]
    waits: tuple[float, ...] = ()
    origin: str = ""

    @property
    def whole(self) -> bool:
        """Whether it says that the stream was read to its end."""
        return isinstance(self.ended, Complete) and self.error is None

    @property
    def state(self) -> Mapping[str, Any]:
        """What it leaves for the next read."""
        return self.ended.state if isinstance(self.ended, Complete) else {}

    @cached_property
    def hashes(self) -> dict[str, bytes]:
        """The content hash of every record, by id."""
        there = self.origin.encode()
        return {
            r.external_id: content_hash(encode(r).replace(there, b"") if there else encode(r))
            for r in self.records
        }

    def unaccounted(self, before: Mapping[str, bytes]) -> set[str]:
        """Ids that were there before and are neither read nor named as quarantined now."""
        return set(before) - set(self.hashes) - {q.external_id or "" for q in self.quarantined}

    def outcome(self) -> str:
        """How it ended, in words."""
        if self.error is not None:
            return f"{type(self.error).__name__}: {self.error}"
        return "an end without Complete" if self.ended is None else type(self.ended).__name__


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One 200 of a read; ``nth`` counts those of the same path from 0."""

    path: str
    nth: int
    content_type: str
    body: bytes

    def kind(self) -> tuple[str, ...]:
        """Alike for answers whose rows have the same fields, like the details of two rows."""
        rows = rows_in(self.content_type, self.body)
        return rows.shape() if rows else (self.path,)


class Time:
    """Real seconds plus those that were slept, which pass at once; the sandbox's time follows."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._slept = 0.0
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._slept += seconds
        self._clock.move(timedelta(seconds=seconds))

    def monotonic(self) -> float:
        return time.monotonic() + self._slept


@dataclass
class Stage:
    """A running sandbox and what reads it. A context manager.

    policy   names fields of ``HttpPolicy`` that shall differ
    wire     whether requests go over sockets. Without, they are handed over, which costs a
             fraction and shows the same, but for what happens to bytes on their way
    """

    connector: Connector
    sandbox_class: type[Sandbox]
    size: int = 0
    policy: Mapping[str, Any] = field(default_factory=dict)
    wire: bool = True

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        self._seen: Counter[str] = Counter()
        self._turns = Limits()
        self.secrets = InMemory()  # what a platform replaced counts for the next read too
        self.clock = SandboxClock(START)
        self.time = Time(self.clock)
        self.sandbox = self.sandbox_class(self.clock, seed=1, size=self.size)
        self.host = self._stack.enter_context(SandboxHost({NAME: self.sandbox}))
        self.carrier = None if self.wire else self._stack.enter_context(self.host.carrier())
        self.url = self.host.url(NAME)
        self._connect()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def _connect(self) -> None:
        """Enters what a person has from the platform now; what it replaced before is forgotten."""
        self.values = dict(self.sandbox.config(self.url))
        self.config = self.connector.manifest.config.model_validate(self.values)
        self.secrets = InMemory()

    def plan(self, *faults: Fault) -> None:
        here = {fault.kind for fault in faults}
        assert self.wire or not here & ON_THE_WIRE, f"{here} can only be shown on the wire"
        self.host.plan(NAME, *faults)

    def fired(self) -> int:
        return self.host.fired(NAME)

    def before(self, hook: Callable[[Asked], None] | None) -> None:
        self.host.before(NAME, hook)

    def move_to(self, address: str) -> None:
        """From now on the settings point to another address, where nobody answers."""
        values = json.dumps(self.values)
        for base in self.host.addresses(NAME):
            scheme = base.partition("://")[0]
            values = values.replace(base, f"{scheme}://{address.partition('://')[2]}")
        values = json.loads(values)
        self.config = self.connector.manifest.config.model_validate(values)
        host = urlsplit(address).hostname or ""
        self.policy = {**self.policy, "private_hosts": frozenset({"127.0.0.1", host})}

    @property
    def requests(self) -> list[tuple[str, str, int]]:
        return self.host.requests(NAME)

    def answers(self, stream: str) -> list[Answered]:
        """The answers of one read, of each path and shape the first."""
        found: dict[tuple[str, ...], Answered] = {}

        def keep(answer: Answered) -> None:
            found.setdefault(answer.kind(), answer)

        with self._hearing(keep):
            self.read(stream)
        return list(found.values())

    @contextmanager
    def instead_of(self, answer: Answered, body: bytes) -> Iterator[None]:
        """Every read gets ``body`` in place of that answer."""
        place = (answer.path, answer.nth)
        with self._hearing(lambda heard: body if (heard.path, heard.nth) == place else None):
            yield

    @contextmanager
    def echoing(self, text: str) -> Iterator[None]:
        """Every answer but the token's repeats ``text`` in a shape that nobody expects."""

        def echo(answer: Answered) -> bytes | None:
            return None if b"token" in answer.body else json.dumps({"echo": text}).encode()

        with self._hearing(echo):
            yield

    @contextmanager
    def _hearing(self, act: Callable[[Answered], bytes | None]) -> Iterator[None]:
        """Shows each 200 of a read to ``act``, which may give another body."""

        def rewrite(asked: Asked, content_type: str, body: bytes) -> bytes:
            nth = self._seen[asked.path]
            self._seen[asked.path] += 1
            heard = Answered(path=asked.path, nth=nth, content_type=content_type, body=body)
            other = act(heard)
            return body if other is None else other

        self.host.rewrite(NAME, rewrite)
        try:
            yield
        finally:
            self.host.rewrite(NAME, None)

    def session(self) -> HttpSession:
        """A session of its own, as every sync has one."""
        policy = policy_of(self.connector.manifest, self.config, {"127.0.0.1"})
        return HttpSession(
            replace(policy, **self.policy),
            now=self.clock.now,
            sleep=self.time.sleep,
            clock=self.time.monotonic,
            chance=lambda: 0.5,
            turns=self._turns,
            carrier=self.carrier,
        )

    def context(self, http: HttpSession, state: Mapping[str, Any] | None = None) -> ReadContext:
        return ReadContext(http=http, now=self.clock.now(), state=state or {}, secrets=self.secrets)

    def read(self, stream: str, state: Mapping[str, Any] | None = None) -> Reading:
        """Reads a stream in a session of its own; whatever it raises is in the result.

        After a sign-in that was refused somebody signs in anew before the next read.
        """
        records: list[AnyRecord] = []
        quarantined: list[Quarantined] = []
        ended: Complete | Unchanged | NotOffered | None = None
        error: Exception | None = None
        before, waited = len(self.requests), len(self.time.waits)
        self._seen.clear()
        with self.session() as http:
            try:
                for event in self.connector.read(stream, self.config, self.context(http, state)):
                    if isinstance(event, Page):
                        records.extend(event.records)
                        quarantined.extend(event.quarantined)
                    else:
                        ended = event
            except Exception as raised:  # noqa: BLE001 - what a read raises is what is examined
                error = raised
        if isinstance(error, AuthFailed):
            self._connect()
        return Reading(
            stream=stream,
            records=tuple(records),
            quarantined=tuple(quarantined),
            ended=ended,
            error=error,
            asked=tuple(self.requests[before:]),
            waits=tuple(self.time.waits[waited:]),
            origin=self.url.rpartition("/")[0],
        )

    def check(self) -> list[Check]:
        """The connector's named checks; raises what they raise."""
        with self.session() as http:
            return list(self.connector.check(self.config, self.context(http)))


@dataclass
class Case:
    """What a check is given: who is examined, and what an undisturbed read gives."""

    connector: Connector
    sandbox_class: type[Sandbox]
    _known: dict[int, dict[str, Reading]] = field(default_factory=dict)

    def stage(self, *, size: int = 0, wire: bool = False, **policy: Any) -> Stage:
        return Stage(self.connector, self.sandbox_class, size, policy, wire)

    def undisturbed(self, size: int = 0) -> dict[str, Reading]:
        """Every stream as it reads without any fault, from one stage; read once."""
        if size not in self._known:
            with self.stage(size=size) as stage:
                self._known[size] = {s: stage.read(s) for s in self.streams}
        return self._known[size]

    def configured(self, address: str) -> ConnectorConfig:
        """The settings with which the sandbox is reached at an address."""
        sandbox = self.sandbox_class(SandboxClock(START))
        return self.connector.manifest.config.model_validate(dict(sandbox.config(address)))

    def secrets(self, config: ConnectorConfig) -> list[str]:
        """The values of all secret settings."""
        values = (getattr(config, name) for name in type(config).model_fields)
        return [v.get_secret_value() for v in values if isinstance(v, SecretStr) and v]

    @cached_property
    def specs(self) -> dict[str, StreamSpec]:
        """The streams that the sandbox's settings lead to, by name."""
        config = self.configured("http://127.0.0.1:9/platform")
        return {spec.name: spec for spec in self.connector.manifest.streams_of(config)}

    @property
    def streams(self) -> list[str]:
        return list(self.specs)

    def offered(self, name: str, default: Any = None) -> Any:
        """What the sandbox defines beyond the protocol's required part."""
        return getattr(self.sandbox_class, name, default)

    def positions(self, reading: Reading) -> Iterator[int]:
        """Which of a read's requests to disturb: all of a short one, some of a long one."""
        count = len(reading.asked)
        return iter(sorted({*range(min(count, 4)), count // 2, count - 1} - {-1}))


def is_typed(error: Exception | None) -> bool:
    """Whether an error is one that the sync engine knows what to do with."""
    return error is None or isinstance(error, ConnectorError)


def until_of(error: Exception | None) -> datetime | None:
    """When a ``RateLimited`` says to come back."""
    return error.until if isinstance(error, RateLimited) else None
