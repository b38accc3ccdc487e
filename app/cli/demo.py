"""demo: the sample company on simulated platforms, in the browser."""

import shutil
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import orjson
import typer
from rich.table import Table

from app.cli.base import Opened, err, group, out, plain, print_json
from app.cli.running import run_server
from app.cli.syncs import run_all
from app.core.words import Clock, money_words
from app.demo import company, platforms, story
from app.errors import CannotStart, Conflict
from app.main import create_app
from app.services import accounts, sources

MARKER = "demo.json"
CHANGE_EVERY = 45.0
"""Seconds between two changes on the simulated platforms."""
HOST = "127.0.0.1"


@group.command()
def demo(
    port: int = typer.Option(8000, help="Port of the pages."),
    once: bool = typer.Option(False, "--once", help="Sync, print the summary and exit."),
    as_json: bool = typer.Option(False, "--json", help="The summary as the last line, as JSON."),
    data_dir: Path = typer.Option(Path(".demo"), help="Folder for the demo's database."),  # noqa: B008  (typer's way)
) -> None:
    """Fill an inbox from simulated platforms and show it in the browser.

    Every other command works on the same company while the demo runs:
    PARTNER_INBOX_DATA_DIR=.demo partner-inbox connection list
    """
    port = port if once else free_port(port)
    started = time.monotonic()
    prepare(data_dir)
    now = Opened().now()
    platform_port = _kept_port(data_dir)
    with platforms.running(now=now, port=platform_port) as running:
        opened = Opened(data_dir=data_dir)
        _write_settings(data_dir, running, port)
        _found(opened, running, data_dir)
        with opened.database.read() as session:
            connections = sources.every(session)
        runs = run_all(opened, connections, trigger="demo", quiet=as_json)
        clock = Clock(now=opened.now(), zone=opened.settings.zone)
        _settle_in_once(opened, data_dir, clock)
        found = _summary(opened, clock, time.monotonic() - started)
        if as_json:
            print_json(found.as_json())
        else:
            _print(found)
        failed = [one.name for one, run in runs if run is None or run.outcome != "ok"]
        if failed:
            err.print(f"[red]Not read whole:[/] {plain(', '.join(failed))}")
        if once:
            raise typer.Exit(1 if failed else 0)
        _serve(opened, running, port)


def prepare(folder: Path) -> None:
    """An empty folder, or today's demo. Anything else in that place is left alone."""
    marker = folder / MARKER
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise CannotStart(
            f"{folder} holds something that is not a demo.",
            remedy="Choose another folder with --data-dir.",
        )
    if marker.exists() and orjson.loads(marker.read_bytes())["day"] != _today():
        out.print("The demo's dates are relative to today: yesterday's company is made anew.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if not marker.exists():
        marker.write_bytes(orjson.dumps({"day": _today()}))


def _today() -> str:
    return time.strftime("%Y-%m-%d")


def _kept_port(folder: Path) -> int:
    """The platforms' port of an earlier run, if it is free: stored addresses stay true."""
    kept = orjson.loads((folder / MARKER).read_bytes()).get("platform_port", 0)
    with suppress(OSError), socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, kept))
        return int(kept)
    return 0


def _write_settings(folder: Path, running: platforms.Platforms, port: int) -> None:
    """So that every other command finds the company and may reach its platforms."""
    base = running.host.url("ingram_micro").split("/")[2]
    (folder / "settings.env").write_text(
        f"PARTNER_INBOX_ALLOWED_PRIVATE_HOSTS={base}\n"
        f"PARTNER_INBOX_PUBLIC_URL=http://{HOST}:{port}\n"
        f"PARTNER_INBOX_COMPANY={company.NAME}\n"
    )
    marker = orjson.loads((folder / MARKER).read_bytes())
    marker["platform_port"] = int(base.rpartition(":")[2])
    (folder / MARKER).write_bytes(orjson.dumps(marker))


def _found(opened: Opened, running: platforms.Platforms, folder: Path) -> None:
    """The company, or, when it exists, its connections on today's addresses."""
    now = opened.now()
    planned = running.planned(folder, now=now)
    with opened.database.write() as session:
        if not accounts.user_count(session):
            story.found_company(
                session,
                planned,
                vault=opened.vault,
                now=now,
                time_zone=opened.settings.time_zone,
            )
            return
        for one in planned:
            known = sources.by_name(session, one.name)
            assert known.id is not None
            sources.edit(
                session, known.id, name=one.name, values=one.values, vault=opened.vault, now=now
            )


def _settle_in_once(opened: Opened, folder: Path, clock: Clock) -> None:
    marker = orjson.loads((folder / MARKER).read_bytes())
    if marker.get("settled"):
        return
    with opened.database.write() as session:
        story.settle_in(session, clock=clock)
    (folder / MARKER).write_bytes(orjson.dumps({**marker, "settled": True}))


def _summary(opened: Opened, clock: Clock, seconds: float) -> story.Summary:
    with opened.database.read() as session:
        admin = accounts.user_by_email(session, company.ADMIN[0])
        assert admin is not None
        assert admin.id is not None
        return story.summary(session, clock=clock, user_id=admin.id, seconds=seconds)


def _print(found: story.Summary) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column()
    table.add_row("connections", str(found.connections))
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(found.by_kind.items()))
    table.add_row("items", f"{found.items} ({kinds})")
    table.add_row("overdue", str(found.overdue))
    table.add_row("due in 7 days", str(found.due_in_7_days))
    stake = " + ".join(money_words(money) for money in found.stake)
    table.add_row("at stake in 30 days", plain(stake))
    if found.quarantined:
        table.add_row("unreadable rows", f"{found.quarantined}, see the source's page")
    table.add_row("took", f"{found.seconds:.1f} s")
    out.print(table)


def _serve(opened: Opened, running: platforms.Platforms, port: int) -> None:
    app = create_app(opened.settings)
    with opened.database.write() as session:
        admin = accounts.user_by_email(session, company.ADMIN[0])
        assert admin is not None
        link = accounts.make_link(session, accounts.SIGN_IN, now=opened.now(), user_id=admin.id)
    out.print(f"\nOpen this to be signed in as {company.ADMIN[1]} (it works once):")
    out.print(f"  [bold]{opened.settings.public_url}/link/{link}[/]", soft_wrap=True)
    out.print("The platforms go on changing. Ctrl+C stops.\n")
    stop = threading.Event()
    teller = threading.Thread(target=_go_on, args=(opened, running, stop), daemon=True)
    teller.start()
    try:
        run_server(app, host=HOST, port=port)
    finally:
        stop.set()
        teller.join()


def _go_on(opened: Opened, running: platforms.Platforms, stop: threading.Event) -> None:
    """Every so often a platform changes, and its connection is due."""
    while not stop.wait(CHANGE_EVERY):
        connector, told = running.change()
        with opened.database.write() as session:
            for connection in sources.every(session):
                if connection.connector == connector and connection.id is not None:
                    sources.sync_now(session, connection.id, now=opened.now())
        for sentence in told:
            out.print(f"[dim]{time.strftime('%H:%M:%S')}[/] {plain(sentence)}", soft_wrap=True)


def free_port(port: int) -> int:
    """The port, proven free; raises ``Conflict`` with the remedy."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise Conflict(
                f"Port {port} is in use.", remedy=f"Choose another one: --port {port + 1}."
            ) from None
    return port
