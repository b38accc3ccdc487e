"""serve, worker, doctor."""

import errno
import logging
import signal
import socket
import sqlite3
import sys
import threading
from urllib.parse import urlsplit

import typer
import uvicorn
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError

from app.cli import failures
from app.cli.base import Opened, group, out, plain, print_json
from app.config import Settings, misspelt
from app.db import Database
from app.errors import CannotStart, Conflict, Invalid, NotAllowed
from app.main import create_app, jobs_of
from app.secrets import REMEDY
from app.services import accounts, sources

log = logging.getLogger(__name__)

EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104  (named, not listened on)
SAFE_SQLITE = (3, 51, 3)


@group.command()
def serve(
    host: str = typer.Option("127.0.0.1", help="Address to listen on."),
    port: int = typer.Option(
        8000, min=0, max=65535, help="Port to listen on; 0: any that is free."
    ),
    jobs: bool = typer.Option(
        True, "--jobs/--no-jobs", help="Also sync and send mail in this process."
    ),
) -> None:
    """Serve the pages and feeds, and by default do the syncing too."""
    free_port(host, port)
    opened = Opened()
    opened.settings = _at(opened.settings, host, port)
    app = create_app(opened.settings, jobs=jobs)
    _say_locked(opened)
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


def _say_locked(opened: Opened) -> None:
    """Pages and all that is stored are of use without the key, so it is no reason not to start."""
    with opened.database.read() as session:
        locked = sources.locked(session, opened.vault)
    if locked:
        log.error("The credentials of %s cannot be read. %s", ", ".join(locked), REMEDY)


def _say_set_up(opened: Opened) -> None:
    """At the first start, before there is anybody: a link that works once. No default password."""
    with opened.database.write() as session:
        if accounts.user_count(session):
            return
        token = accounts.make_link(
            session, accounts.SETUP, now=opened.now(), lifetime=accounts.SETUP_LIFETIME
        )
    out.print("\nNobody can sign in yet. Open this once to create the first account:")
    out.print(f"  {opened.settings.public_url}/set-up/{token}\n", soft_wrap=True)


@group.command()
def worker() -> None:
    """Sync and send mail without serving pages; run as many as you like on Postgres."""
    opened = Opened()
    _say_locked(opened)
    jobs = jobs_of(opened.settings, opened.database, opened.vault)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_args: stop.set())
    jobs.start()
    out.print("The worker is running. Ctrl+C stops it.")
    stop.wait()
    jobs.stop()
    opened.database.close()


@group.command()
def doctor(
    as_json: bool = typer.Option(False, "--json", help="One line of JSON, for scripts."),
) -> None:
    """Check this installation, and say in a line each what is wrong and what helps."""
    found = list(_checks(Opened()))
    if as_json:
        print_json([{"name": n, "state": s, "text": t, "fix": f} for n, s, t, f in found])
    else:
        marks = {"ok": "[green]ok[/]  ", "warn": "[yellow]warn[/]", "fail": "[red]fail[/]"}
        for name, state, text, fix in found:
            out.print(f"{marks[state]} {name}: {plain(text)} {plain(fix)}".rstrip(), soft_wrap=True)
    if any(state == "fail" for _name, state, _text, _fix in found):
        raise typer.Exit(1)


Finding = tuple[str, str, str, str]


def _checks(opened: Opened) -> list[Finding]:
    settings = opened.settings
    found: list[Finding] = [
        ("Setting", "warn", sentence, "") for sentence in misspelt(settings.data_dir)
    ]
    try:
        database = opened.database
    except CannotStart as error:
        return [("Database", "fail", error.message, error.remedy)]
    except DBAPIError as error:
        if not failures.outside(error):
            raise
        return [("Database", "fail", *failures.of_database(error))]
    kind = "SQLite" if database.sqlite else "Postgres"
    found.append(("Database", "ok", f"{kind}, schema up to date.", ""))
    if database.sqlite:
        found.append(_sqlite_version())
    found.append(_keys(opened, database))
    found.append(_public_url(settings.public_url))
    if settings.smtp_url is None:
        found.append(
            ("Mail", "warn", "No mail server.", "Set PARTNER_INBOX_SMTP_URL for the daily digest.")
        )
    else:
        found.append(("Mail", "ok", "A mail server is configured.", ""))
    with database.read() as session:
        if not accounts.user_count(session):
            found.append(
                ("People", "warn", "Nobody can sign in yet.", "Start `partner-inbox serve`.")
            )
        for connection in sources.every(session):
            name = f"Source {connection.name}"
            if connection.error:
                found.append((name, "warn", connection.error, connection.remedy or ""))
            else:
                found.append((name, "ok", f"{connection.health}.", ""))
    return found


def _sqlite_version() -> Finding:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= SAFE_SQLITE:
        return ("SQLite", "ok", f"Version {version}.", "")
    return (
        "SQLite",
        "warn",
        f"Version {version} has a rare fault when several processes write.",
        "Run one process on SQLite (the default), or use 3.51.3 or newer, or Postgres.",
    )


def _keys(opened: Opened, database: Database) -> Finding:
    with database.read() as session:
        known = len(sources.every(session))
        locked = sources.locked(session, opened.vault)
    if locked:
        return ("Keys", "fail", f"The credentials of {', '.join(locked)} cannot be read.", REMEDY)
    return ("Keys", "ok", f"All stored credentials can be read ({known}).", "")


def _public_url(url: str) -> Finding:
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        return (
            "Address",
            "warn",
            f"{url} is not encrypted.",
            "Put a proxy with TLS in front and set PARTNER_INBOX_PUBLIC_URL to https://…",
        )
    return ("Address", "ok", f"{url}", "")
