"""demo: the sample company on simulated platforms, in the browser."""

import fcntl
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
import typer
from rich.table import Table

from app.cli.base import err, out, plain, print_json, print_table
from app.cli.opened import Opened
from app.cli.serving import free_port, run_server
from app.cli.syncs import run_all
from app.config import SETTINGS_FILE
from app.core.words import Clock, money_words
from app.demo import company, platforms, story
from app.errors import CannotStart, Conflict
from app.jobs.comparing import Comparer
from app.main import create_app
from app.secrets import KEY_FILE
from app.services import accounts, sources
from app.services.contents import Contents

MARKER = "demo.json"
LOCK = "demo.lock"
MADE = (SETTINGS_FILE, KEY_FILE, platforms.EXPORT)
CHANGE_EVERY = 45.0
"""Seconds between two changes on the simulated platforms."""
HOST = "127.0.0.1"


def demo(*, port: int, once: bool, as_json: bool, data_dir: Path) -> None:
    """Fill an inbox from simulated platforms, and serve it unless it is only for ``once``."""
    port = port if once else free_port(HOST, port)
    started = time.monotonic()
    with alone(data_dir):
        renew(data_dir)
        with platforms.running(now=Opened().now(), port=_kept_port(data_dir)) as running:
            opened = Opened(data_dir=data_dir, given=_settings(running, port))
            _write_settings(data_dir, opened.given, running)
            failed = _fill(opened, running, data_dir, started=started, as_json=as_json)
            if once:
                raise typer.Exit(1 if failed else 0)
            _serve(opened, running, port)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """The folder is there and a demo's, and nobody else runs this demo until the block ends.

    Its platforms live in the process: a second one would lead the connections elsewhere. Raises
    ``CannotStart`` for a folder that holds something else, and ``Conflict``.
    """
    if folder.exists() and {path.name for path in folder.iterdir()} - {LOCK} and not _noted(folder):
        raise CannotStart(
            f"{folder} holds something that is not a demo.",
            remedy="Choose another folder with --data-dir.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:  # given back however the process ends
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                f"The demo in {folder} is running already.",
                remedy="Use the one that runs, or another folder with --data-dir.",
            ) from None
        yield


def _fill(
    opened: Opened, running: platforms.Platforms, folder: Path, *, started: float, as_json: bool
) -> list[str]:
    """Read everything and say what is there; the names of what could not be read whole, but for
    the source that is there to show how that looks.
    """
    _found(opened, running, folder)
    with opened.database.read() as session:
        connections = sources.every(session)
    runs = run_all(opened, connections, trigger="demo", quiet=as_json)
    clock = Clock(now=opened.now(), zone=opened.settings.zone)
    _settle_in_once(opened, running, folder, clock)
    Comparer(database=opened.database, now=opened.now, zone=opened.settings.zone).compare()
    failed = [one.name for one, run in runs if run is None or run.outcome != "ok"]
    meant = {platforms.GONE} & set(failed)
    failed = [name for name in failed if name not in meant]
    if meant and not as_json:
        err.print(f"{plain(platforms.GONE)} fails on purpose: look at it under Sources.")
    if failed:
        err.print(f"[red]Not read whole:[/] {plain(', '.join(failed))}")
    found = _summary(opened, clock, time.monotonic() - started)
    if as_json:
        print_json(found.as_json())
    else:
        _print(found)
    return failed


def renew(folder: Path) -> None:
    """Today's company stays; that of another day is made anew."""
    day = _noted(folder).get("day", _today())
    if day != _today():
        err.print("The demo's dates are relative to today: an older company is made anew.")
        _clear(folder)
    _note(folder, day=_today())


def _clear(folder: Path) -> None:
    """Remove what a demo makes, and nothing else; the marker last, so that it can be ended."""
    for path in (*folder.glob("partner-inbox.db*"), *(folder / name for name in MADE)):
        path.unlink(missing_ok=True)
    shutil.rmtree(folder / "uploads", ignore_errors=True)
    (folder / MARKER).unlink()


def _today() -> str:
    return time.strftime("%Y-%m-%d")


def _noted(folder: Path) -> dict[str, Any]:
    """What an earlier run left."""
    try:
        found = orjson.loads((folder / MARKER).read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _note(folder: Path, **values: object) -> None:
    """Whole or not at all: a folder without it is nobody's demo."""
    part = folder / f".{MARKER}.part"
    part.write_bytes(orjson.dumps({**_noted(folder), **values}))
    part.replace(folder / MARKER)


def _kept_port(folder: Path) -> int:
    """The platforms' port of an earlier run, if it is free: stored addresses stay true."""
    kept = _noted(folder).get("platform_port", 0)
    with suppress(Conflict):
        return free_port(HOST, kept)
    return 0


def _settings(running: platforms.Platforms, port: int) -> dict[str, Any]:
    """What holds whatever the environment says: no company of this machine's owner is touched."""
    return {
        "database_url": None,
        "smtp_url": None,
        "company": company.NAME,
        "public_url": f"http://{HOST}:{port}",
        "allowed_private_hosts": running.addresses,
    }


def _write_settings(
    folder: Path, settings: Mapping[str, Any], running: platforms.Platforms
) -> None:
    """So that every other command finds the company and may reach its platforms."""
    (folder / SETTINGS_FILE).write_text(
        f"PARTNER_INBOX_ALLOWED_PRIVATE_HOSTS={','.join(running.addresses)}\n"
        f"PARTNER_INBOX_PUBLIC_URL={settings['public_url']}\n"
        f"PARTNER_INBOX_COMPANY={company.NAME}\n"
    )
    _note(folder, platform_port=int(running.addresses[0].rpartition(":")[2]))


def _found(opened: Opened, running: platforms.Platforms, folder: Path) -> None:
    """The company, or, when it exists, its connections on today's addresses."""
    now = opened.now()
    planned = [*running.planned(folder, now=now), running.gone()]
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
        known = {one.name: one.id for one in sources.every(session)}
        for one in planned:
            if (id_ := known.get(one.name)) is not None:  # else somebody removed or renamed it
                sources.edit(
                    session, id_, name=one.name, values=one.values, vault=opened.vault, now=now
                )


def _settle_in_once(
    opened: Opened, running: platforms.Platforms, folder: Path, clock: Clock
) -> None:
    """What the people have done so far, and what a few platforms changed since they looked."""
    if _noted(folder).get("settled"):
        return
    contents = Contents(folder=opened.settings.files)
    with opened.database.write() as session:
        story.settle_in(session, clock=clock, contents=contents)
        story.look(session, clock=clock)
    moved = running.move_on()
    with opened.database.read() as session:
        connections = [one for one in sources.every(session) if one.connector in moved]
    run_all(opened, connections, trigger="demo", quiet=True)
    _note(folder, settled=True)


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
    print_table(table)


def _serve(opened: Opened, running: platforms.Platforms, port: int) -> None:
    app = create_app(opened.settings)
    with opened.database.write() as session:
        admin = accounts.user_by_email(session, company.ADMIN[0])
        assert admin is not None
        link = accounts.make_link(session, accounts.SIGN_IN, now=opened.now(), user_id=admin.id)
    out.print(f"\nOpen this to be signed in as {company.ADMIN[1]} (it works once):")
    out.print(f"  [bold]{opened.settings.public_url}/link/{link}[/]")
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
            out.print(f"[dim]{time.strftime('%H:%M:%S')}[/] {plain(sentence)}")
