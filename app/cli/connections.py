"""connection: add, list, check, remove."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import typer
from rich.table import Table

from app.cli.base import err, live, out, plain, print_json, print_table
from app.cli.opened import Opened
from app.core.words import Clock, when_words
from app.errors import Invalid
from app.keeping import Kept
from app.models import Connection
from app.services import apart, checking, configs, sources
from connectors.sdk.connector import Check, CheckState, InMemory
from connectors.sdk.manifest import ConnectorConfig, Manifest

MARKS = {
    CheckState.OK: "[green]ok[/]  ",
    CheckState.WARN: "[yellow]warn[/]",
    CheckState.FAIL: "[red]fail[/]",
}


def add(connector_id: str, *, name: str, settings: list[str], check: bool, as_json: bool) -> None:
    """Ask for the secrets that are needed, try it, and save it unless a check failed."""
    opened = Opened()
    manifest = sources.manifest_of(connector_id)
    with opened.database.read() as session:
        apart.ask_first(session)
        sources.free(session, name)
    values = entered(manifest, settings)
    config = configs.validate(manifest, values)
    secrets = InMemory()
    checks = _tried(opened, connector_id, config, secrets) if check else ()
    values |= secrets.replaced
    if not as_json:
        _print_checks(checks)
    added = None if _failed(checks) else _save(opened, connector_id, name=name, values=values)
    if as_json:
        told = {"id": added and added.id, "name": name.strip(), "connector": connector_id}
        print_json({**told, "checks": _as_json(checks)})
    if added is None:
        err.print("[red]Not saved.[/] Correct it, or save it as it is with --no-check.")
        raise typer.Exit(1)
    if not as_json:
        out.print(f"Added {plain(name)}. Read it now: partner-inbox sync {plain(name)!r}")


def entered(manifest: Manifest, settings: list[str]) -> dict[str, Any]:
    """The settings of a command line; what is needed beside them is asked for, secrets unseen."""
    values = _values(settings)
    hidden = configs.secret_names(manifest.config)
    needed = [key for key in sorted(hidden) if manifest.config.model_fields[key].is_required()]
    for key in (*needed, *manifest.config.wanted(values)):
        if key not in values:
            unseen = key in hidden and sys.stdin.isatty()
            values[key] = typer.prompt(key, hide_input=unseen, err=True)
    return values


def _tried(
    opened: Opened, connector_id: str, config: ConnectorConfig, secrets: InMemory
) -> tuple[Check, ...]:
    with live.status("Checking …"):
        return checking.check(
            connector_id,
            config,
            private_hosts=opened.settings.allowed_private_hosts,
            now=opened.now(),
            secrets=secrets,
        )


def _save(opened: Opened, connector_id: str, *, name: str, values: Mapping[str, Any]) -> Connection:
    with opened.database.write() as session:
        return sources.add(
            session,
            name=name,
            connector=connector_id,
            values=values,
            vault=opened.vault,
            now=opened.now(),
        )


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
        return path.read_text("utf-8-sig").rstrip("\r\n")  # its lines keep their numbers
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
        health = "sample" if one.sample else one.health
        table.add_row(plain(one.name), one.connector, health, read, plain(one.error or ""))
    print_table(table)


def check(name: str, *, as_json: bool) -> None:
    """Try a connection's named checks; exits with 1 when one fails."""
    opened = Opened()
    with opened.database.read() as session:
        found = sources.by_name(session, name)
    assert found.id is not None
    config = sources.config_of(found, opened.vault)
    checks = checking.check(
        found.connector,
        config,
        private_hosts=opened.settings.allowed_private_hosts,
        now=opened.now(),
        files=opened.settings.uploads / str(found.id),
        secrets=Kept(opened.database, opened.vault, found.id),
    )
    if as_json:
        print_json(_as_json(checks))
    else:
        _print_checks(checks)
    if _failed(checks):
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


def _failed(checks: Iterable[Check]) -> bool:
    return any(one.state is CheckState.FAIL for one in checks)


def _as_json(checks: Iterable[Check]) -> list[dict[str, str]]:
    """As the doctor tells what it finds."""
    return [
        {"name": one.name, "state": one.state, "text": one.text, "fix": one.fix} for one in checks
    ]


def _print_checks(checks: Iterable[Check]) -> None:
    for one in checks:
        fix = f" {one.fix}" if one.fix and one.state is not CheckState.OK else ""
        out.print(f"{MARKS[one.state]} {plain(one.name)}: {plain(one.text)}{plain(fix)}")
