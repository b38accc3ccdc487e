"""The opened application, as commands use it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from app import crash, garbage, logs
from app.cli.base import at_end, err, plain
from app.config import Settings, load, misspelt
from app.db import Database
from app.opening import open_database
from app.secrets import Vault, vault_of
from connectors.sdk import redact


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
            err.print(f"[yellow]{plain(sentence)}[/]")
        logs.configure(settings.log_level)
        if settings.crash_at:
            crash.arm(settings.crash_at)
        return settings

    @cached_property
    def database(self) -> Database:
        """Migrated to the newest schema first; raises ``CannotStart``."""
        garbage.settle()  # a command has loaded what it needs when it opens the database
        database = open_database(self.settings)
        at_end.callback(database.close)
        return database

    @cached_property
    def vault(self) -> Vault:
        """The configured keys."""
        return vault_of(self.settings)

    def now(self) -> datetime:
        """The edge's clock."""
        return datetime.now(UTC)
