"""Requests to a sandbox of this process without a socket between them.

Everything that a connector does is the same as on the wire, and so is everything that a
sandbox answers; only what happens to bytes on their way cannot be shown here.
"""

import asyncio
import threading
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import h11
import httpcore2

from connectors.sdk.sandbox.contract import ASGIApp, Message


class Carrier:
    """Brings requests to one host's sandboxes and their answers back, several threads in turn.

    A context manager. What is asked of any other address is refused, as if nobody were there.
    """

    def __init__(self, app: ASGIApp, address: str) -> None:
        """``address``: scheme, host and port of the host that ``app`` also serves on the wire."""
        place = urlsplit(address)
        self._app = app
        self._there = (place.scheme.encode(), (place.hostname or "").encode(), place.port)
        self._server = (place.hostname, place.port)
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.close()

    def close(self) -> None:
        """What a session does with its connections: there is none, and the next session comes."""

    def handle_request(self, request: httpcore2.Request) -> httpcore2.Response:
        """The whole answer. Raises httpcore's errors for what cannot be sent, or not there."""
        url = request.url
        if (url.scheme, url.host, url.port) != self._there:
            raise httpcore2.ConnectError
        try:  # as on the wire: what is no HTTP does not leave
            sent = h11.Request(method=request.method, target=url.target, headers=request.headers)
        except h11.LocalProtocolError as error:
            raise httpcore2.LocalProtocolError(error) from None
        body = b"".join(request.stream)  # type: ignore[arg-type]  # a sync session's is iterable
        with self._lock:
            return self._loop.run_until_complete(self._asked(self._scope(sent), body))

    def _scope(self, sent: h11.Request) -> dict[str, Any]:
        raw_path, _, query = sent.target.partition(b"?")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": sent.method.decode("ascii"),
            "scheme": "http",
            "server": self._server,
            "client": ("127.0.0.1", 0),
            "root_path": "",
            "path": unquote(raw_path.decode("ascii")),
            "raw_path": raw_path,
            "query_string": query,
            "headers": list(sent.headers),
            "state": {},
        }

    async def _asked(self, scope: dict[str, Any], body: bytes) -> httpcore2.Response:
        parts: list[Message] = []
        come: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            if come:
                return come.pop()
            return await asyncio.Future()  # the client stays until it has its answer

        async def send(message: Message) -> None:
            parts.append(message)

        await self._app(scope, receive, send)
        start, *rest = parts
        content = b"".join(part.get("body", b"") for part in rest)
        return httpcore2.Response(start["status"], headers=start["headers"], content=content)
