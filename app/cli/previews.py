"""preview: what settings would bring, before anything is saved."""

from dataclasses import asdict

import typer

from app.cli.base import live, out, plain, print_json
from app.cli.connections import entered
from app.cli.opened import Opened
from app.core.words import Clock, due_full
from app.errors import Invalid
from app.keeping import Kept
from app.services import configs, previewing, sources
from app.services.checking import Trial
from app.services.previewing import Previews, RecordLine, StreamPreview
from connectors.sdk.connector import Secrets
from connectors.sdk.manifest import ConnectorConfig


def of_settings(connector_id: str, settings: list[str], *, as_json: bool) -> None:
    """What a connection with these settings would read. Nothing is saved."""
    manifest = sources.manifest_of(connector_id)
    _offered(connector_id)
    config = configs.validate(manifest, entered(manifest, settings))
    _show(Opened(), connector_id, config, None, as_json=as_json)


def of_connection(name: str, *, as_json: bool) -> None:
    """What a connection reads now. Nothing is stored."""
    opened = Opened()
    with opened.database.read() as session:
        found = sources.by_name(session, name)
    _offered(found.connector)
    assert found.id is not None
    config = sources.config_of(found, opened.vault)
    secrets = Kept(opened.database, opened.vault, found.id)
    _show(opened, found.connector, config, secrets, as_json=as_json)


def _offered(connector_id: str) -> None:
    if not previewing.offered(connector_id):
        raise Invalid(
            f"{connector_id} has no preview.",
            remedy="Try its settings with: partner-inbox connection check.",
        )


def _show(
    opened: Opened,
    connector_id: str,
    config: ConnectorConfig,
    secrets: Secrets | None,
    *,
    as_json: bool,
) -> None:
    trial = Trial(
        private_hosts=opened.settings.allowed_private_hosts, now=opened.now(), secrets=secrets
    )
    with live.status("Asking for the first pages …"):
        found = previewing.preview(connector_id, config, trial=trial)
    if as_json:
        print_json(asdict(found))
    else:
        _tell(found, Clock(now=opened.now(), zone=opened.settings.zone))
    if found.ended or any(one.problem for one in found.streams):
        raise typer.Exit(1)


def _tell(found: Previews, clock: Clock) -> None:
    for one in found.streams:
        _tell_stream(one, clock)
    if found.ended:
        out.print(f"\n[red]{plain(found.ended.text)}[/] {plain(found.ended.fix)}")


def _tell_stream(one: StreamPreview, clock: Clock) -> None:
    out.print(f"\n[bold]{plain(one.title)}[/]  {plain(one.answer)}".rstrip())
    out.print(f"  {plain(one.asked)}")
    if one.note:
        out.print(f"  {plain(one.note)}")
    if one.problem:
        out.print(f"  [red]{plain(one.problem)}[/] {plain(one.fix)}")
        if one.sample:
            out.print(plain(_indented(one.sample)))
    for record in one.records:
        out.print(f"  {plain(record.title)}")
        out.print(f"      {plain(_facts(record, clock))}")
    for reason, raw in one.bad:
        out.print(f"  [yellow]{plain(reason)}[/]")
        out.print(plain(_indented(raw)))
    if not (one.problem or one.records or one.bad):
        out.print("  No row on the first page becomes a record.")


def _facts(record: RecordLine, clock: Clock) -> str:
    due = due_full(record.due, clock) if record.due else "no date"
    return " · ".join(filter(None, (record.kind, due, record.worth, record.status)))


def _indented(text: str) -> str:
    return "\n".join(f"      {line}" for line in text.splitlines())
