"""A platform with one password and settings of every sort, for the pages of sources."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pydantic import Field, SecretStr

from app.db import Database
from app.models import Connection
from app.services import sources
from connectors.sdk.connector import Check, CheckState, ReadContext
from connectors.sdk.manifest import ConnectorConfig, Manifest
from tests.support.scripted import Scripted

SECRET = "open-sesame-4711"


class Settings(ConnectorConfig):
    account: str = Field(
        title="Account", pattern="^[0-9]+$", json_schema_extra={"placeholder": "42"}
    )
    password: SecretStr = Field(title="Password")
    token: SecretStr | None = Field(None, title="Token")
    export: str | None = Field(None, title="Export", json_schema_extra={"widget": "file"})


class Portal(Scripted):
    """Accepts one password, and says which files and secrets it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.accepts = SECRET
        self.rotates = False
        self.seen: list[Any] = []

    @property
    def manifest(self) -> Manifest:
        return replace(super().manifest, config=Settings)

    def check(self, config: Settings, context: ReadContext) -> Iterator[Check]:
        self.seen.append((config, context.files))
        used = config.password.get_secret_value()
        good = used == self.accepts
        if good and self.rotates:
            self.accepts = f"{used}-{len(self.seen)}"
            context.secrets.replace("password", used=used, new=self.accepts)
        yield Check(
            name="Sign-in",
            state=CheckState.OK if good else CheckState.FAIL,
            text="Accepted." if good else "The portal refused the password.",
            fix="Take the one from the portal's API page.",
        )


def form(**changed: str) -> dict[str, str]:
    return {
        "name": "My portal",
        "set.account": "42",
        "set.password": SECRET,
        "every": "2",
        "unit": "hours",
        "cron": "",
        "quiet": "",
        "jitter": "0",
        "time_zone": "Europe/Berlin",
        "then": "save",
    } | changed


def stored(database: Database, name: str) -> Connection:
    with database.read() as session:
        return sources.by_name(session, name)
