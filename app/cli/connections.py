"""connection: add, list, check, remove."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typer
from rich.table import Table

from app.cli.base import err, live, out, plain, print_json, print_table
from app.cli.opened import Opened
from app.core.words import Clock, when_words
from app.errors import Invalid
from app.services import checking, configs, sources
from connectors.sdk.connector import Check, CheckState

MARKS = {
    CheckState.OK: "[green]ok[/]  ",
    CheckState.WARN: "[yellow]warn[/]",
    CheckState.FAIL: "[red]fail[/]",
}


def add(connector_id: str, *, name: str, settings: list[str], check: bool) -> None:
    """Connect an account. A required secret that is not given is asked for, unseen."""
    opened = Opened()
    manifest = sources.manifest_of(connector_id)
    with opened.database.read() as session:
        sources.free(session, name)
    values = _values(settings)
    for key in sorted(configs.secret_names(manifest.config)):
        if key not in values and manifest.config.model_fields[key].is_required():
            values[key] = typer.prompt(key, hide_input=sys.stdin.isatty(), err=True)
    config = configs.validate(manifest, values)
    if check:
        with live.status("Checking …"):
            checks = checking.check(
                connector_id,
                config,
                private_hosts=opened.settings.allowed_private_hosts,
                now=opened.now(),
            )
        _print_checks(checks)
        if any(one.state is CheckState.FAIL for one in checks):
            err.print("[red]Not saved.[/] Correct it, or save it as it is with --no-check.")
            raise typer.Exit(1)
    with opened.database.write() as session:
        sources.add(
            session,
            name=name,
            connector=connector_id,
            values=values,
            vault=opened.vault,
            now=opened.now(),
        )
    out.print(f"Added {plain(name)}. Read it now: partner-inbox sync {plain(name)!r}")


def _values(settings: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for entry in settings:
        key, equals, value = entry.partition("=")
        if not equals:
            raise Invalid("What --set has is not KEY=VALUE.", remedy="Write --set name=value.")
        if value.startswith("@"):
            value = _text_of(Path(value[1:]), key)
        values[key] = value
    return values


def _text_of(path: Path, key: str) -> str:
    if not path.is_file():
        raise Invalid(f"There is no file {path} for {key}.", remedy="Correct the path after the @.")
    try:
        return path.read_text().strip()
    except UnicodeDecodeError:
        raise Invalid(f"{path} for {key} is no text.", remedy="Name a text file.") from None


def show(*, as_json: bool) -> None:
    """All connections with their health, how old what they tell is and when they are due."""
    opened = Opened()
    with opened.database.read() as session:
        found = sources.every(session)
    if as_json:
        shown = {
            "id", "name", "connector", "health", "last_success_at", "copied_at", "next_due_at",
            "error",
        }  # fmt: skip
        print_json([one.model_dump(mode="json", include=shown) for one in found])
        return
    clock = Clock(now=opened.now(), zone=opened.settings.zone)
    table = Table("Name", "Connector", "Health", "Read", "Problem", box=None, pad_edge=False)
    for one in found:
        read = when_words(one.last_success_at, clock) if one.last_success_at else "never"
        if one.copied_at:
            read = f"uploaded {when_words(one.copied_at, clock)}"
        table.add_row(plain(one.name), one.connector, one.health, read, plain(one.error or ""))
    print_table(table)


def check(name: str) -> None:
    """Try a connection's named checks; exits with 1 when one fails."""
    opened = Opened()
    with opened.database.read() as session:
        found = sources.by_name(session, name)
    config = sources.config_of(found, opened.vault)
    checks = checking.check(
        found.connector,
        config,
        private_hosts=opened.settings.allowed_private_hosts,
        now=opened.now(),
        files=opened.settings.uploads / str(found.id),
    )
    _print_checks(checks)
    if any(one.state is CheckState.FAIL for one in checks):
        raise typer.Exit(1)


def remove(name: str, *, yes: bool) -> None:
    """Forget the credentials and stop reading; its items stay, shown as removed."""
    opened = Opened()
    with opened.database.read() as session:
        found = sources.by_name(session, name)
    if not yes:
        typer.confirm(f"Remove {name}?", abort=True, err=True)
    assert found.id is not None
    with opened.database.write() as session:
        sources.remove(session, found.id, now=opened.now(), actor_id=None)
    out.print(f"Removed {plain(name)}.")


def _print_checks(checks: Iterable[Check]) -> None:
    for one in checks:
        fix = f" {one.fix}" if one.fix and one.state is not CheckState.OK else ""
        out.print(f"{MARKS[one.state]} {plain(one.name)}: {plain(one.text)}{plain(fix)}")
