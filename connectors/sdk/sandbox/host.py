"""The server: every sandbox under its name, on 127.0.0.1, in one background thread."""

import asyncio
import logging
import socket
import threading
from collections.abc import Mapping, MutableMapping
from functools import partial
from typing import Any, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from connectors.sdk.sandbox.carrier import Carrier
from connectors.sdk.sandbox.contract import Receive, Sandbox, Send
from connectors.sdk.sandbox.faults import Fault, FaultPlan
from connectors.sdk.sandbox.imap import ImapMounts
from connectors.sdk.sandbox.mount import Before, Mount, Rewrite


class SandboxHost:
    """Serves sandboxes on 127.0.0.1, each under ``/<name>``, in a background thread.

    A context manager; leaving it closes every connection and ends the thread. All methods
    may be called from any thread while requests are running.
    """

    def __init__(self, sandboxes: Mapping[str, Sandbox], *, port: int = 0) -> None:
        """``port`` 0 takes a free one, told by ``url`` once the host is entered."""
        self._mounts = {name: Mount(sandbox) for name, sandbox in sandboxes.items()}
        self._port = port
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Raises ``OSError`` when the port is taken."""
        listener = _listen(self._port)
        self._port = listener.getsockname()[1]
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listener)), name="sandbox host", daemon=True
        )
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Closes every connection, frees the port and ends the thread. Twice is once."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
            self._thread = None

    def url(self, name: str) -> str:
        """The base URL of a sandbox, without a slash at its end."""
        if name not in self._mounts:
            raise KeyError(name)
        return f"http://127.0.0.1:{self._port}/{name}"

    def addresses(self, name: str) -> list[str]:
        """Scheme, host and port of each server of a sandbox: HTTP's, and its mailbox's."""
        mailbox = getattr(self._mounts[name].sandbox, "imap", None)
        more = [] if mailbox is None else [f"imap://127.0.0.1:{mailbox.port}"]
        return [f"http://127.0.0.1:{self._port}", *more]

    def carrier(self) -> Carrier:
        """A way to every sandbox without the wire, on which no answer can be cut or be slow."""
        return Carrier(self._app, f"http://127.0.0.1:{self._port}")

    def plan(self, name: str, *faults: Fault) -> None:
        """Replaces the fault plan; counting starts anew. No faults: all answers are the own."""
        self._mounts[name].begin(FaultPlan(faults))

    def fired(self, name: str) -> int:
        """How many answers the current plan has changed."""
        return self._mounts[name].plan.fired

    def requests(self, name: str) -> list[tuple[str, str, int]]:
        """What was asked so far: method, path (or operation), status sent."""
        return list(self._mounts[name].log)

    def before(self, name: str, hook: Before | None) -> None:
        """Calls ``hook`` before each request is answered: to change the platform mid-read."""
        self._mounts[name].before = hook

    def rewrite(self, name: str, hook: Rewrite | None) -> None:
        """Lets ``hook`` replace the body of every 200 that the platform gives."""
        self._mounts[name].rewrite = hook

    async def _serve(self, listener: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        state = ServerState()
        # uvicorn's protocol without its Server, which installs signal handlers, logs to the
        # application's own loggers and looks only ten times a second whether it should end.
        config = uvicorn.Config(
            self._app,
            interface="asgi3",
            lifespan="off",
            log_config=None,
            proxy_headers=False,
            timeout_keep_alive=75,
            ws="none",
        )
        protocol = partial(_QuietProtocol, config=config, server_state=state, app_state={})
        server = await self._loop.create_server(protocol, sock=listener)
        mailboxes = ImapMounts(self._mounts.values())
        await mailboxes.start()
        self._ready.set()
        await self._stop.wait()
        await mailboxes.stop()
        server.close()
        for connection in list(state.connections):
            assert isinstance(connection, H11Protocol)
            connection.transport.abort()
        if state.tasks:  # they see that the connection is gone and end by themselves
            await asyncio.wait(set(state.tasks), timeout=5)

    async def _app(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        name = scope["path"].split("/")[1]
        mount = self._mounts.get(name)
        if mount is None:
            headers = [(b"content-type", b"text/plain"), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 404, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await mount({**scope, "root_path": f"/{name}"}, receive, send)


def _listen(port: int) -> socket.socket:
    # The protocol is named so that asyncio switches Nagle's algorithm off (40 ms an answer).
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


_connections = logging.getLogger("connectors.sandbox.connections")
# An answer that a fault cut on purpose is no error of the server; anything else is.
_connections.addFilter(lambda record: "without completing response" not in record.getMessage())


class _QuietProtocol(H11Protocol):
    """Keeps out of the loggers that belong to the application's own server."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.access_log = False
        self.logger = _connections
