"""Settings: the only place that reads the environment."""

import os
from collections.abc import Set
from difflib import get_close_matches
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import Field, SecretStr, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from app.errors import CannotStart

PREFIX = "PARTNER_INBOX_"
FILE = "_FILE"
SETTINGS_FILE = "settings.env"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
OTHERS = ("TEST_", "BENCH_", "SPECS")
"""What begins like our settings and is read by the tests and the bench."""


def _secret(field: FieldInfo) -> bool:
    return "SecretStr" in str(field.annotation)


class _Files(PydanticBaseSettingsSource):
    """``PARTNER_INBOX_<NAME>_FILE``: the path of a file that holds the value of a secret."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = f"{PREFIX}{field_name.upper()}{FILE}"
        path = os.environ.get(name) if _secret(field) else None
        if not path:
            return None, field_name, False
        try:
            return Path(path).read_text().strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            raise CannotStart(
                f"{name} names {path}, which cannot be read ({why}).",
                remedy="Correct the path, or the file's permissions.",
            ) from None

    def __call__(self) -> dict[str, Any]:
        found = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in found.items() if value is not None}


class Settings(BaseSettings):
    """Configuration by environment; every name has the prefix ``PARTNER_INBOX_``.

    A setting whose value is a secret may also be read from a file: put the path into
    ``PARTNER_INBOX_<NAME>_FILE`` instead.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=None, extra="ignore", frozen=True)

    data_dir: Path = Field(
        default=Path("data"),
        description="Folder for the database, the key file, uploads and files.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="SQLite or Postgres; without it a SQLite file in DATA_DIR.",
        examples=["postgresql://user:password@host/partner_inbox"],
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Encrypts stored credentials. Several, comma-separated: the first encrypts, "
        "all decrypt. Without it a key file is made in DATA_DIR.",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        description="The address under which people reach it; all links are made from it. "
        "Without a path.",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Further host names to answer to, comma-separated.",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="Mail server; smtps://, smtp+starttls:// or smtp:// (plain). "
        "Without it no mail leaves.",
        examples=["smtp+starttls://user:password@mail.example.com:587"],
    )
    mail_from: str = Field(
        default="Partner Inbox <partner-inbox@localhost>",
        description="Sender of digests and notices.",
    )
    mail_per_minute: int = Field(
        default=30,
        ge=0,
        le=1000,
        description="Messages that the mail server takes in a minute; 0 is no limit.",
    )
    allowed_private_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Hosts (host or host:port) that connectors, webhooks and chats may reach on "
        "private or loopback addresses and over plain http, comma-separated.",
    )
    time_zone: str = Field(
        default="UTC",
        description="The company's IANA time zone: what counts as today, and the default "
        "of new users.",
        examples=["Europe/Berlin"],
    )
    company: str = Field(default="", description="The company's name, shown on pages and in mail.")
    max_file_mb: int = Field(
        default=25,
        ge=1,
        le=1000,
        description="Largest file, in MB, that can be put to an item.",
    )
    api_per_minute: int = Field(
        default=600,
        ge=0,
        le=1_000_000,
        description="Requests to the API that one token may make in a minute, of each process; "
        "0: as many as it likes.",
    )
    web_threads: int = Field(
        default=4, ge=1, le=64, description="Threads that answer pages; few are faster on SQLite."
    )
    sync_workers: int = Field(
        default=4, ge=1, le=64, description="Connections that one process syncs at the same time."
    )
    tick_seconds: float = Field(
        default=15.0, gt=0, description="How often the scheduler asks the database who is due."
    )
    token: SecretStr | None = Field(
        default=None,
        description="A token of an inbox, with which `partner-inbox mcp` asks it.",
    )
    crash_at: str | None = Field(
        default=None, description="For tests: the point at which the process dies.", exclude=True
    )
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _Files(settings_cls), dotenv_settings

    @field_validator("allowed_private_hosts", "allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().lower() for part in value.split(",") if part.strip())
        return value

    @field_validator("public_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        try:
            parts = urlsplit(value)
            host = parts.hostname
        except ValueError:
            host = None
        if not host:
            raise ValueError("must name a host, such as https://inbox.example.com")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("must end with the host: the pages cannot lie below a path")
        return value.rstrip("/")

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str) -> str:
        name, address = parseaddr(value)
        local, _, domain = address.rpartition("@")
        try:
            Address(name, addr_spec=f"{local}@{domain.encode('idna').decode()}")
        except (ValueError, MessageError):
            raise ValueError(
                "must be one address, such as Partner Inbox <inbox@example.com>; "
                "a name with a comma in it stands in quotation marks"
            ) from None
        return value

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in LEVELS:
            raise ValueError(f"must be one of {', '.join(LEVELS)}")
        return value.upper()

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones is an OSError
            raise ValueError("must be an IANA time zone such as Europe/Berlin") from None
        return value

    @cached_property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def database(self) -> str:
        """The database's URL, the default filled in. Holds a password: never show it."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'partner-inbox.db'}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no log may ever hold: the keys, and the passwords in addresses."""
        keys = self.secret_key.get_secret_value() if self.secret_key else ""
        urls = (url.get_secret_value() for url in (self.database_url, self.smtp_url) if url)
        quoted = [_password_in(url) for url in urls]
        token = [self.token.get_secret_value()] if self.token else []
        return (*(key.strip() for key in keys.split(",")), *quoted, *map(unquote, quoted), *token)

    @property
    def uploads(self) -> Path:
        """Folder of uploaded files; one folder a connection."""
        return self.data_dir / "uploads"

    @property
    def files(self) -> Path:
        """Folder of the files that people put to items."""
        return self.data_dir / "files"


def _password_in(url: str) -> str:
    """As it stands there, also where the address is not a valid one."""
    user = url.partition("://")[2].rpartition("@")[0]
    return user.partition(":")[2]


def load(data_dir: Path | None = None, **given: Any) -> Settings:
    """The settings of the environment; what it leaves open may stand in DATA_DIR/settings.env.

    ``data_dir`` and ``given`` override the environment's. Raises ``CannotStart``, or pydantic's
    ``ValidationError`` for a value that cannot be.
    """
    if data_dir is not None:
        given["data_dir"] = data_dir
    file = Settings(**given).data_dir / SETTINGS_FILE
    try:
        return Settings(_env_file=file, **given)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise CannotStart(
            f"{file} cannot be read ({why}).", remedy="Correct it, or take it away."
        ) from None


def misspelt(data_dir: Path) -> list[str]:
    """A sentence for each name with our prefix that no setting has: it would do nothing, unseen."""
    fields = Settings.model_fields.items()
    plain = {f"{PREFIX}{name.upper()}" for name, _field in fields}
    files = {f"{PREFIX}{name.upper()}{FILE}" for name, field in fields if _secret(field)}
    said = [_unknown(name, plain | files, "") for name in os.environ]
    file = data_dir / SETTINGS_FILE
    if file.is_file():
        said += [_unknown(name, plain, f" in {file}") for name in dotenv_values(file)]
    return sorted(filter(None, said))


def _unknown(name: str, known: Set[str], where: str) -> str:
    upper = name.upper()
    ours = upper.startswith(PREFIX) and not upper.removeprefix(PREFIX).startswith(OTHERS)
    if not ours or upper in known:
        return ""
    near = get_close_matches(upper, sorted(known), n=1, cutoff=0.8)
    meant = f"Did you mean {near[0]}?" if near else "The README lists those there are."
    return f"{name}{where} is no setting and does nothing. {meant}"
