"""serve."""

import errno
import signal
import socket
import sys

import uvicorn
from fastapi import FastAPI

from app.cli.base import out
from app.cli.opened import Opened
from app.cli.working import say_locked
from app.config import Settings
from app.errors import Conflict, Invalid, NotAllowed
from app.main import create_app
from app.services import accounts

EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104  (named, not listened on)


def serve(*, host: str, port: int, jobs: bool) -> None:
    """Serve the pages and feeds, and by default do the syncing too."""
    free_port(host, port)
    opened = Opened()
    opened.settings = _at(opened.settings, host, port)
    app = create_app(opened.settings, jobs=jobs)
    say_locked(opened)
    _say_set_up(opened)
    run_server(app, host=host, port=port)


def _at(settings: Settings, host: str, port: int) -> Settings:
    """With the address it is served at, where none is configured: all links are made from it."""
    if "public_url" in settings.model_fields_set or not port:
        return settings
    name = "127.0.0.1" if host in EVERYWHERE else f"[{host}]" if ":" in host else host
    return settings.model_copy(update={"public_url": f"http://{name}:{port}"})


def free_port(host: str, port: int) -> int:
    """The port, proven free; raises ``Conflict`` or ``Invalid`` with the remedy."""
    try:
        family, kind, _proto, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Conflict(
                f"Port {port} is in use.", remedy=f"Choose another one: --port {_next(port)}."
            ) from None
        if error.errno == errno.EACCES:
            raise NotAllowed(
                f"Port {port} may not be used by this user.",
                remedy="Choose one above 1023: --port 8000.",
            ) from None
        raise Invalid(
            f"This machine cannot listen on {host}.",
            remedy="Use --host 127.0.0.1, or 0.0.0.0 for all of its addresses.",
        ) from None
    return port


def _next(port: int) -> int:
    return port + 1 if port < 65535 else 8000


def run_server(app: FastAPI, *, host: str, port: int) -> None:
    """Serve until asked to stop. Being asked to stop is no failure: SIGTERM ends with 0."""
    # The server raises the signal again when it has closed everything; this is who takes it.
    signal.signal(signal.SIGTERM, lambda *_args: sys.exit(0))
    uvicorn.run(app, host=host, port=port, log_config=None, server_header=False)


def _say_set_up(opened: Opened) -> None:
    """At the first start, before there is anybody: a link that works once. No default password."""
    with opened.database.write() as session:
        if accounts.user_count(session):
            return
        token = accounts.make_link(
            session, accounts.SETUP, now=opened.now(), lifetime=accounts.SETUP_LIFETIME
        )
    out.print("\nNobody can sign in yet. Open this once to create the first account:")
    out.print(f"  {opened.settings.public_url}/set-up/{token}\n")
