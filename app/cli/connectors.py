"""connectors list, connectors show: what can be connected, and how something is."""

import typer

from app.cli.base import out, plain, print_json
from app.cli.opened import Opened
from app.services import configs, sources
from connectors import registry


def show(*, as_json: bool) -> None:
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
        reads = reads or "what its settings name"
        out.print(f"  reads    {plain(reads)}")
        hidden = configs.secret_names(manifest.config)
        for name, info in manifest.config.model_fields.items():
            notes = [
                "required" if info.is_required() else "",
                "secret" if name in hidden else "",
                info.description or info.title or "",
            ]
            told = ", ".join(note for note in notes if note)
            out.print(f"  setting  {name:<18} {plain(told)}")


def declaration(name: str) -> None:
    """A connection's declaration, byte for byte as it is stored, with a line end."""
    opened = Opened()
    with opened.database.read() as session:
        found = sources.by_name(session, name)
    typer.echo(sources.shared(found, opened.vault).rstrip("\n"))
