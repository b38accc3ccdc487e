"""What a connector says of itself; importable without network, static.

The form, the help, the docs page and the redaction of secrets all come from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from connectors.sdk.records import Kind

Capitals = Annotated[
    str, BeforeValidator(lambda code: code.strip().upper() if isinstance(code, str) else code)
]
"""The type of a setting that is a code, of a country or a currency: "us" is meant as US."""


class ConnectorConfig(BaseModel):
    """Base of every connector's settings.

    A secret is a ``SecretStr``. ``Field(title=…, description=…)`` become label and help;
    ``json_schema_extra`` may hold ``placeholder``, ``group``, ``advanced`` (bool) and
    ``widget`` ("textarea", "file"), of a choice also ``labels`` (from a value to the words shown).
    Of a text to be handed on as a file ``shared`` is true.
    """

    # An address may hold a token: a validation error must not repeat what was entered.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @field_validator("*", mode="before")
    @classmethod
    def _as_entered(cls, value: object, info: ValidationInfo) -> object:
        """As people paste it: blanks around a line go, and an optional setting left empty is none.

        A password keeps its blanks, and a text of several lines its lines.
        """
        if not isinstance(value, str) or info.field_name is None:
            return value
        setting = cls.model_fields[info.field_name]
        if not value.strip() and not setting.is_required() and setting.default is None:
            return None
        extra = setting.json_schema_extra
        area = isinstance(extra, dict) and extra.get("widget") == "textarea"
        return value if area or "password" in info.field_name else value.strip()

    def named_streams(self) -> "tuple[StreamSpec, ...] | None":
        """The streams that these settings themselves name; None: those of the manifest.

        Pages ask it of settings that were stored and are not validated again, without their
        secrets: it raises nothing, and names none where it cannot tell.
        """
        return None

    def own_rate(self) -> "RateLimit | None":
        """The limit that these settings themselves name; None: that of the manifest."""
        return None

    @classmethod
    def wanted(cls, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The optional settings that are needed beside these values and are not among them."""
        return ()


class Completeness(StrEnum):
    """What a finished read of a stream proves."""

    FULL_LIST = "full list"
    WINDOW = "window"
    UNKNOWN = "unknown"


class PlatformType(StrEnum):
    """Whose system it is."""

    VENDOR = "vendor"
    DISTRIBUTOR = "distributor"
    GENERIC = "generic"


@dataclass(frozen=True, kw_only=True)
class StreamSpec:
    """One kind of record list that a connector reads.

    ``completeness`` says whether a finished read proves absence: FULL_LIST (all there is),
    WINDOW (all within dates that ``Complete`` names), UNKNOWN (never removes anything).
    ``prose``: its notices are texts that may name deadlines; those are proposed to people.
    """

    name: str
    title: str
    kinds: frozenset[Kind]
    completeness: Completeness = Completeness.FULL_LIST
    prose: bool = False


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """At most ``calls`` requests to one host in ``seconds``."""

    calls: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Need:
    """One thing to have at hand before connecting, and where on the platform it is found."""

    what: str
    where: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """A connector's own description.

    id             the folder's name; stored with every connection, never changed
    vendor         the name that items carry when the platform names no other vendor
    badge, colour  two or three letters and a hex colour for the tile beside an item
    hosts          the only hosts it talks to; ``${field}`` is the host of that setting's URL, or
                   of a property of the settings
    streams        what it reads; none where the settings name them (``streams_of``)
    gives_not      what people would expect but the platform does not give
    permissions    what the sign-in must be allowed, in the platform's words; the docs name each
    docs           the page in ``docs/connectors/`` with needs, limits and removal
    """

    id: str
    version: str
    name: str
    platform: PlatformType
    summary: str
    vendor: str | None
    badge: str
    colour: str
    config: type[ConnectorConfig]
    hosts: tuple[str, ...]
    streams: tuple[StreamSpec, ...]
    interval: timedelta
    minimum_interval: timedelta
    rate: RateLimit | None = None
    needs: tuple[Need, ...] = ()
    gives_not: tuple[str, ...] = ()
    docs: str = ""
    permissions: tuple[str, ...] = ()

    def reach(self, config: ConnectorConfig) -> tuple[str, ...]:
        """The hosts that a connection with these settings may talk to.

        ``${field}`` becomes the host (with its port, where the address names one) of that
        setting's URL; a setting without one adds nothing.
        """
        fields = (entry.removeprefix("${").removesuffix("}") for entry in self.hosts)
        found = (
            _host(getattr(config, name)) if entry.startswith("${") else entry
            for entry, name in zip(self.hosts, fields, strict=True)
        )
        return tuple(host for host in found if host)

    def streams_of(self, config: ConnectorConfig) -> tuple[StreamSpec, ...]:
        """The streams that a connection with these settings reads, in their order."""
        named = config.named_streams()
        return self.streams if named is None else named

    def stream(self, name: str) -> StreamSpec:
        """The stream of that name; raises ``KeyError``."""
        for spec in self.streams:
            if spec.name == name:
                return spec
        raise KeyError(name)


def _host(setting: object) -> str | None:
    text = setting.get_secret_value() if isinstance(setting, SecretStr) else str(setting or "")
    parts = urlsplit(text.strip())
    if parts.hostname is None:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return host if parts.port is None else f"{host}:{parts.port}"
