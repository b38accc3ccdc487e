"""sync: read one connection now, or all."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from app.cli.base import err, live, out, plain, print_json
from app.cli.opened import Opened
from app.errors import Invalid
from app.jobs import syncing
from app.models import Connection, SyncRun, Trigger
from app.services import apart, sources


def sync(name: str, *, everything: bool, as_json: bool) -> None:
    """Read one connection or all; exits with 1 when one could not be read whole."""
    if name and everything:
        raise Invalid("Give either a connection's name or --all, not both.")
    if not name and not everything:
        raise Invalid("Say which connection to sync.", remedy="Give its name, or --all.")
    opened = Opened()
    with opened.database.read() as session:
        known = sources.every(session) if everything else [sources.by_name(session, name)]
    if name:
        apart.refuse_of_sample(known[0])
    chosen = [one for one in known if one.enabled or not everything]
    if not chosen:
        why = "All connections are paused" if known else "There is no connection yet"
        (err if as_json else out).print(f"{why}: nothing was read.")
    runs = run_all(opened, chosen, trigger=Trigger.COMMAND, quiet=as_json)
    for connection, run in runs:
        report(connection, run, as_json=as_json)
    if any(run is None or run.outcome != "ok" for _connection, run in runs):
        raise typer.Exit(1)


def run_all(
    opened: Opened, connections: list[Connection], *, trigger: str, quiet: bool = False
) -> list[tuple[Connection, SyncRun | None]]:
    """Sync these one after the other, with a live bar on a terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("[bold]{task.fields[source]}"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.completed:,.0f} rows"),
        TimeElapsedColumn(),
    )
    runs: list[tuple[Connection, SyncRun | None]] = []
    syncer = syncing.Syncer(database=opened.database, vault=opened.vault, settings=opened.settings)
    still = quiet or not live.is_terminal
    with _stopped_by_hand(), Progress(*columns, console=live, disable=still) as bar:
        for connection in connections:
            assert connection.id is not None
            task = bar.add_task("…", total=None, source=plain(connection.name))

            def watch(seen: syncing.Progress, task: object = task) -> None:
                bar.update(
                    task,  # type: ignore[arg-type]  # rich's TaskID, bound early
                    description=plain(seen.title),
                    completed=seen.outcome.read,
                    total=seen.expected or (seen.outcome.read if seen.done else None),
                )

            run = syncer.run(connection.id, trigger=trigger, watch=watch)
            total = run.read if run else 0
            bar.update(
                task, description=run.outcome if run else "busy", completed=total, total=total or 1
            )
            runs.append((connection, run))
    return runs


@contextmanager
def _stopped_by_hand() -> Iterator[None]:
    """SIGTERM ends a sync as Ctrl+C does: its lease is given back."""
    before = signal.signal(signal.SIGTERM, lambda *_args: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def report(connection: Connection, run: SyncRun | None, *, as_json: bool = False) -> None:
    """How a sync went, in a line."""
    if as_json:
        print_json(
            {
                "connection": connection.name,
                **(run.model_dump(mode="json", exclude={"sample"}) if run else {"outcome": "busy"}),
            }
        )
        return
    if run is None:
        busy = "somebody else is syncing it just now, or was killed at it on another machine"
        out.print(f"{plain(connection.name)}: {busy}: then it is free again within 5 minutes.")
        return
    colour = "green" if run.outcome == "ok" else "red"
    counted = ("read", "new", "changed", "unchanged", "quarantined", "held", "removed")
    counts = ", ".join(f"{getattr(run, name):,} {name}" for name in counted)
    out.print(
        f"{plain(connection.name)}: [{colour}]{run.outcome}[/], {counts}, {run.seconds or 0:.1f} s"
    )
    if run.error:
        out.print(f"  {plain(run.error)} {plain(run.remedy or '')}")
