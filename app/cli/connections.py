"""connectors, connection."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from app.cli.base import Opened, err, group, out, plain, print_json
from app.core.words import Clock, when_words
from app.errors import Invalid
from app.services import checking, configs, sources
from connectors import registry
from connectors.sdk.connector import Check, CheckState

connectors = typer.Typer(
    help="The platforms and kinds of source that can be connected.", no_args_is_help=True
)
connection = typer.Typer(
    help="Configured accounts: add, list, check, remove.", no_args_is_help=True
)
group.add_typer(connectors, name="connectors")
group.add_typer(connection, name="connection")

MARKS = {
    CheckState.OK: "[green]ok[/]  ",
    CheckState.WARN: "[yellow]warn[/]",
    CheckState.FAIL: "[red]fail[/]",
}


@connectors.command("list")
def list_connectors(
    as_json: bool = typer.Option(False, "--json", help="One line of JSON, for scripts."),
) -> None:
    """What can be connected, what it reads and which settings it takes."""
    found = [one.manifest for one in registry.connectors().values()]
    if as_json:
        print_json(
            [
                {
                    "id": manifest.id,
                    "name": manifest.name,
                    "streams": [stream.name for stream in manifest.streams],
                    "settings": {
                        name: {
                            "title": info.title or name,
                            "required": info.is_required(),
                            "secret": name in configs.secret_names(manifest.config),
                        }
                        for name, info in manifest.config.model_fields.items()
                    },
                }
                for manifest in found
            ]
        )
        return
    for manifest in found:
        out.print(f"\n[bold]{manifest.id}[/]  {plain(manifest.name)}: {plain(manifest.summary)}")
        reads = ", ".join(stream.title.lower() for stream in manifest.streams)
        out.print(f"  reads    {plain(reads)}")
        hidden = configs.secret_names(manifest.config)
        for name, info in manifest.config.model_fields.items():
            notes = [
                "required" if info.is_required() else "",
                "secret" if name in hidden else "",
                info.description or info.title or "",
            ]
            told = ", ".join(note for note in notes if note)
            out.print(f"  setting  {name:<18} {plain(told)}", soft_wrap=True)


@connectors.command("check")
def check_connector(
    connector_id: str = typer.Argument(..., metavar="NAME", help="The connector, see list."),
    as_json: bool = typer.Option(False, "--json", help="One line of JSON, for scripts."),
) -> None:
    """Run the conformance suite against the connector's simulated platform."""
    from connectors.sdk import conformance  # noqa: PLC0415  (loads the simulated platforms)

    try:
        found = registry.connector(connector_id)
    except registry.UnknownConnector:
        known = ", ".join(registry.connectors())
        raise Invalid(
            f"There is no connector named {connector_id}.", remedy=f"There are: {known}."
        ) from None
    failed = False
    results = []
    for result in conformance.run(found, registry.sandbox(connector_id)):
        failed |= result.outcome is conformance.Outcome.FAILED
        results.append(
            {
                "id": result.id,
                "title": result.title,
                "outcome": result.outcome,
                "text": result.text,
            }
        )
        if not as_json:
            told = f"{result.title}. {result.text}".rstrip()
            out.print(f"{result.id} {result.outcome:<9} {plain(told)}", soft_wrap=True)
    if as_json:
        print_json(results)
    if failed:
        raise typer.Exit(1)


@connection.command()
def add(
    connector_id: str = typer.Argument(..., metavar="CONNECTOR", help="See `connectors list`."),
    name: str = typer.Option(..., help="What to call it."),
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="A setting; VALUE may be @file. Repeat it."
        ),
    ] = None,
    check: bool = typer.Option(True, "--check/--no-check", help="Try it before saving."),
) -> None:
    """Connect an account. A required secret that is not given is asked for, unseen."""
    opened = Opened()
    manifest = sources.manifest_of(connector_id)
    values = _values(settings or [])
    for key in sorted(configs.secret_names(manifest.config)):
        if key not in values and manifest.config.model_fields[key].is_required():
            values[key] = typer.prompt(key, hide_input=sys.stdin.isatty(), err=True)
    config = configs.validate(manifest, values)
    if check:
        with err.status("Checking …"):
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


@connection.command("list")
def list_connections(
    as_json: bool = typer.Option(False, "--json", help="One line of JSON, for scripts."),
) -> None:
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
    out.print(table)


@connection.command("check")
def check_connection(name: str = typer.Argument(..., help="The connection's name.")) -> None:
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


@connection.command()
def remove(
    name: str = typer.Argument(..., help="The connection's name."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
) -> None:
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
        out.print(
            f"{MARKS[one.state]} {plain(one.name)}: {plain(one.text)}{plain(fix)}", soft_wrap=True
        )
