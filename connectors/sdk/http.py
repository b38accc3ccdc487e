"""The one way out: every request of every connector goes through ``HttpSession``.

Built on httpx2's addresses, bodies and headers and on its own core for the wire, but not on
its ``Client``: redirects, decoding, retries and time must be ours to be provable, and a
client keeps cookies and takes proxies and passwords from the environment.
"""

import random
import threading
import time
from collections.abc import Callable, Collection, Hashable, Mapping
from datetime import UTC, datetime, timedelta
from ssl import SSLContext
from typing import Any, Self, TypeVar, cast

import httpx2

from connectors.sdk import limits, outgoing, waits
from connectors.sdk.addresses import Gate, Resolve, host_of, port_of, resolve
from connectors.sdk.bodies import Proof, Unprovable
from connectors.sdk.errors import ConfigInvalid, FormatChanged, Incomplete, RateLimited, Unavailable
from connectors.sdk.exchange import Carrier, Exchange, Terms, connections
from connectors.sdk.line import Line
from connectors.sdk.messages import HttpPolicy, Reply
from connectors.sdk.verdicts import Trouble, judge
from connectors.sdk.wire import Cut, Deadline, Wire, default_tls

__all__ = ["HttpPolicy", "HttpSession", "Reply"]

T = TypeVar("T")

REDIRECTS = frozenset({301, 302, 303, 307, 308})


class HttpSession:
    """Guarded HTTP for one connection; closes with ``close`` or as a context manager.

    May be used from several threads. ``cancel`` ends it from any of them: what waits or
    reads raises ``Cancelled`` at once, and so does every later request.

    now        aware UTC; what a platform's dates are compared with
    sleep      waits that many seconds; the default ends early when cancelled
    clock      seconds that never jump back, for timeouts and rate limits
    resolve    addresses of a host
    tls        another trust than the system's, for a platform with a CA of its own
    chance     a number in [0, 1), for jitter
    turns      the rate limits to share
    carrier    another way than the wire, to a platform that is simulated in this process
    """

    def __init__(
        self,
        policy: HttpPolicy,
        *,
        now: Callable[[], datetime] | None = None,
        sleep: Callable[[float], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        resolve: Resolve = resolve,
        tls: SSLContext | None = None,
        chance: Callable[[], float] = random.random,
        turns: limits.Limits = limits.SHARED,
        carrier: Carrier | None = None,
    ) -> None:
        self.policy = policy
        self._gate = Gate(policy.hosts, policy.private_hosts)
        self._wire = Wire(self._gate, resolve)
        self._tls = tls
        self._exchange = Exchange(policy, carrier or connections(self._wire, tls or default_tls()))
        self._now = now or _utc_now
        self._sleep = sleep or self._wait
        self._clock = clock
        self._chance = chance
        self._turns = turns
        self._lock = threading.RLock()
        self._sent = 0
        self._made: dict[Hashable, Any] = {}
        self._lines: list[Line] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes every connection; the session cannot be used again."""
        self.cancel()
        self._exchange.close()
        for line in self._lines:
            line.close()
        self._made.clear()

    def cancel(self) -> None:
        """From any thread: whatever this session waits for ends now with ``Cancelled``."""
        self._wire.cancel()

    def now(self) -> datetime:
        """The aware UTC time at this moment of the session, for what has to be signed or dated."""
        return self._now()

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made under this key in this session: made once, gone when it closes."""
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
            return cast(T, self._made[key])

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        data: Mapping[str, str] | bytes | None = None,
        also_ok: Collection[int] = (),
        proof: Proof | None = None,
        throttled: Callable[[Reply], bool] | None = None,
        beginning: int | None = None,
    ) -> Reply:
        """One answer, or one of the typed errors.

        2xx and ``also_ok`` are returned. 401 and 403 raise ``AuthFailed``, 429 waits or
        raises ``RateLimited``, 5xx, timeouts and refused connections are retried and raise
        ``Unavailable``, a cut body raises ``Incomplete``, another 4xx ``Rejected``, a
        redirect that must not be followed ``FormatChanged``. An address outside the policy
        raises ``ConfigInvalid``.

        Every request counts as a read that may be repeated, POST too. ``params`` are added
        to the address's own query, those that are None left out. ``proof`` says of a body
        whose framing proves no end whether its own syntax does; by default JSON can.
        ``throttled`` knows an answer by which the platform asks to slow down with another
        status than 429: it is treated as one. With ``beginning`` whatever is answered is
        returned, redirects too, with so many bytes of its body at most, whole or not.
        """
        request = outgoing.build(method, url, params=params, headers=headers, json=json, data=data)
        deadline = Deadline(self.policy.total_timeout, self._clock)
        terms = Terms(
            deadline=deadline,
            also_ok=also_ok,
            proof=proof,
            throttled=throttled,
            beginning=beginning,
        )
        attempt = 0
        while True:
            attempt += 1
            outcome = self._attempt(request, terms)
            if isinstance(outcome, Reply):
                return outcome
            self._sleep(self._pause(outcome, attempt, deadline))

    def dial(self, host: str, port: int, *, tls: bool) -> Line:
        """A connection for what is no HTTP, under the same policy as every request.

        Without ``tls`` only where the operator allows the host. Raises ``ConfigInvalid`` for a
        host that the policy does not name, and ``Unavailable``. Closing or cancelling the
        session ends it.
        """
        name = self._gate.check_line(host, port, tls=tls)
        deadline = Deadline(self.policy.total_timeout, self._clock)
        self.count()
        self._wire.check_cancelled()
        stream = self._wire.connect_tcp(name, port, Cut(self.policy.connect_timeout, deadline))
        if tls:
            timeout = Cut(self.policy.connect_timeout, deadline)
            # Never HTTP's own: its pool makes that offer HTTP, which a mail server may refuse.
            stream = stream.start_tls(self._tls or default_tls("line"), name, timeout)
        line = Line(
            stream,
            host=name,
            read_timeout=self.policy.read_timeout,
            max_bytes=self.policy.max_bytes,
            deadline=lambda: Deadline(self.policy.total_timeout, self._clock),
        )
        self._lines.append(line)
        return line

    def _pause(self, trouble: Trouble, attempt: int, deadline: Deadline) -> float:
        """Seconds until the next attempt; raises the trouble's error when there is none."""
        pause = trouble.floor + waits.backoff(attempt, self._chance())
        too_long = pause > min(deadline.left(), waits.LONGEST_WAIT)
        if attempt >= self.policy.attempts or too_long:
            raise trouble.error
        return pause

    def _attempt(self, request: httpx2.Request, terms: Terms) -> Reply | Trouble:
        """One try, redirects included."""
        self.count()
        try:
            reply = self._hop(request, terms)
            for _ in range(self.policy.max_redirects):
                if reply.status not in REDIRECTS or terms.wants(reply.status):
                    break
                request, reply = self._redirected(request, reply, terms)
        except Unprovable:
            raise
        except (Unavailable, Incomplete) as error:
            self._wire.check_cancelled()
            return Trouble(error=error)
        if reply.status in REDIRECTS and not terms.wants(reply.status):
            raise FormatChanged(f"{host_of(request.url)} redirects in circles.")
        return judge(reply, terms, self._now())

    def _redirected(
        self, request: httpx2.Request, reply: Reply, terms: Terms
    ) -> tuple[httpx2.Request, Reply]:
        there = outgoing.follow(request, reply)
        try:
            return there, self._hop(there, terms)
        except ConfigInvalid as refusal:
            raise FormatChanged(
                f"{host_of(request.url)} redirects to {host_of(there.url) or 'no host'}, where this"
                " connection may not go.",
                remedy="If the address has moved, enter the new one; it may also want a new"
                f" sign-in. {refusal.remedy}",
            ) from None

    def _hop(self, request: httpx2.Request, terms: Terms) -> Reply:
        """One request on the wire, after the checks that hold for every hop."""
        self._gate.check(request.url)
        self._take_turn(request.url, terms.deadline)
        self._wire.check_cancelled()
        return self._exchange.send(request, terms)

    def count(self) -> None:
        """One more request of the session's budget; raises ``Incomplete`` beyond it."""
        with self._lock:
            self._sent += 1
            if self._sent > self.policy.max_requests:
                most = f"{self.policy.max_requests:,}"
                raise Incomplete(f"The read needed more than {most} requests.")

    def _take_turn(self, url: httpx2.URL, deadline: Deadline) -> None:
        """Waits for the host's rate limit; that wait is ours, not the platform's."""
        if self.policy.rate is None:
            return
        patience = self.policy.total_timeout
        key = f"{host_of(url)}:{port_of(url)}"
        seconds = self._turns.wait(key, self.policy.rate, self._clock(), patience=patience)
        if seconds > patience:
            raise RateLimited(
                f"Other connections use up what {host_of(url)} allows.",
                until=self._now() + timedelta(seconds=seconds),
            )
        if seconds > 0:
            self._sleep(seconds)
            deadline.extend(seconds)

    def _wait(self, seconds: float) -> None:
        self._wire.cancelled.wait(seconds)


def _utc_now() -> datetime:
    return datetime.now(UTC)
