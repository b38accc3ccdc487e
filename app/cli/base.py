"""What all commands share: the root command, output, and the opened application."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape

from app import __version__, crash, logs
from app.config import Settings, load, misspelt
from app.db import Database
from app.jobs.syncing import Syncer
from app.main import open_database
from app.secrets import Vault, vault_of
from connectors.sdk import redact

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

group = typer.Typer(
    name="partner-inbox",
    help="Every vendor's and distributor's deadlines, goals and reporting requirements in one "
    "inbox that the partner owns. Configured by environment, prefix PARTNER_INBOX_.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@dataclass
class Opened:
    """The configured application as a command uses it; each part is opened when first asked for."""

    data_dir: Path | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    """Settings that are so whatever the environment says."""

    @cached_property
    def settings(self) -> Settings:
        """Read from the environment once."""
        settings = load(self.data_dir, **self.given)
        redact.register(*settings.secrets)
        for sentence in misspelt(settings.data_dir):
            err.print(f"[yellow]{plain(sentence)}[/]", soft_wrap=True)
        logs.configure(settings.log_level)
        if settings.crash_at:
            crash.arm(settings.crash_at)
        return settings

    @cached_property
    def database(self) -> Database:
        """Migrated to the newest schema first; raises ``CannotStart``."""
        return open_database(self.settings)

    @cached_property
    def vault(self) -> Vault:
        """The configured keys."""
        return vault_of(self.settings)

    @cached_property
    def syncer(self) -> Syncer:
        """Runs syncs in this process."""
        return Syncer(database=self.database, vault=self.vault, settings=self.settings)

    def now(self) -> datetime:
        """The edge's clock."""
        return datetime.now(UTC)


def plain(text: str) -> str:
    """Text of others, so that rich takes nothing in it as markup."""
    return escape(text)


def print_json(value: Any) -> None:
    """One line of JSON on standard output, for scripts."""
    typer.echo(json.dumps(value, default=str))


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"partner-inbox {__version__}")
        raise typer.Exit


@group.callback()
def _root(
    _version_: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    pass
