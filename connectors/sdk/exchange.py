"""One request on the wire and its whole answer."""

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any, Protocol, cast

import httpcore2
import httpx2

from connectors.sdk import bodies
from connectors.sdk.addresses import host_of
from connectors.sdk.errors import FormatChanged, Incomplete, Unavailable
from connectors.sdk.messages import HttpPolicy, Reply
from connectors.sdk.outgoing import unsendable
from connectors.sdk.wire import Cut, Deadline, Wire

ERROR_BYTES = 64 * 1024
"""How much of a refusal is read."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What holds for all hops and attempts of one request.

    ``beginning``: every answer is for the caller, and of its body so many bytes are enough.
    """

    deadline: Deadline
    also_ok: Collection[int] = ()
    proof: bodies.Proof | None = None
    throttled: Callable[[Reply], bool] | None = None
    beginning: int | None = None

    def wants(self, status: int) -> bool:
        """Whether the answer is for the caller, so that its body must be whole."""
        return status < 300 or status in self.also_ok or self.beginning is not None


class Carrier(Protocol):
    """What brings requests to where they go, and the answers back."""

    def handle_request(self, request: httpcore2.Request) -> httpcore2.Response: ...

    def close(self) -> None: ...


def connections(wire: Wire, tls: SSLContext) -> Carrier:
    """Those of one session, kept open between requests."""
    return httpcore2.ConnectionPool(ssl_context=tls, network_backend=wire, keepalive_expiry=5.0)


class Exchange:
    """What one session asks and is answered."""

    def __init__(self, policy: HttpPolicy, carrier: Carrier) -> None:
        self._policy = policy
        self._carrier = carrier

    def close(self) -> None:
        self._carrier.close()

    def send(self, request: httpx2.Request, terms: Terms) -> Reply:
        """The answer, whatever its status; no redirect is followed.

        Raises ``Unavailable`` or ``Incomplete`` when there is none or not all of it.
        """
        host = host_of(request.url)
        try:
            response = self._carrier.handle_request(self._on_wire(request, terms.deadline))
        except httpcore2.TimeoutException:
            raise Unavailable(f"{host} did not answer in time.") from None
        except httpcore2.LocalProtocolError:
            raise unsendable() from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError):
            raise Unavailable(f"{host} broke off the connection.") from None
        try:
            return self._read(request, response, terms)
        finally:
            response.close()

    def _on_wire(self, request: httpx2.Request, deadline: Deadline) -> httpcore2.Request:
        url, policy = request.url, self._policy
        timeouts = {
            "connect": Cut(policy.connect_timeout, deadline),
            "read": Cut(policy.read_timeout, deadline),
            "write": Cut(policy.read_timeout, deadline),
            "pool": policy.connect_timeout,
        }
        return httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions={"timeout": timeouts},
        )

    def _read(self, request: httpx2.Request, response: httpcore2.Response, terms: Terms) -> Reply:
        headers, status = httpx2.Headers(response.headers), response.status
        try:
            body = self._body(request, response, headers, terms)
        except (Unavailable, Incomplete, FormatChanged):
            if terms.wants(status):
                raise
            body = b""  # of a refusal the status says enough
        url = str(request.url).partition("#")[0].partition("?")[0]  # parsing anew costs more
        return Reply(status=status, headers=headers, body=body, url=url)

    def _body(
        self,
        request: httpx2.Request,
        response: httpcore2.Response,
        headers: httpx2.Headers,
        terms: Terms,
    ) -> bytes:
        if terms.beginning is not None:
            return _beginning(response, headers, terms.beginning)
        host = host_of(request.url)
        try:
            return bodies.read(
                cast("Any", response.stream),
                headers,
                max_bytes=self._policy.max_bytes if terms.wants(response.status) else ERROR_BYTES,
                bodyless=request.method == "HEAD" or response.status in (204, 304),
                proof=terms.proof,
            )
        except httpcore2.TimeoutException:
            raise Unavailable(f"{host} stopped in the middle of its answer.") from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError):
            raise Incomplete(f"{host} broke off in the middle of its answer.") from None


def _beginning(response: httpcore2.Response, headers: httpx2.Headers, size: int) -> bytes:
    """As much of the body as comes, up to ``size``: its end is of no interest."""
    kept = bytearray()
    # What breaks it off breaks off nothing but the text: the status has been said.
    with suppress(
        httpcore2.TimeoutException,
        httpcore2.NetworkError,
        httpcore2.ProtocolError,
        Incomplete,
        FormatChanged,
    ):
        for part in bodies.decoded(cast("Any", response.stream), headers, size):
            kept += part
            if len(kept) >= size:
                break
    return bytes(kept[:size])
