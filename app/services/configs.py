"""A connector's settings: checked as they were entered, and the secret ones apart."""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr, ValidationError

from app.errors import Invalid
from connectors import registry
from connectors.sdk.manifest import ConnectorConfig, Manifest, StreamSpec


def secret_names(model: type[ConnectorConfig]) -> frozenset[str]:
    """The settings of a connector that are stored encrypted and never shown again."""
    return frozenset(
        name for name, info in model.model_fields.items() if "SecretStr" in str(info.annotation)
    )


def validate(manifest: Manifest, values: Mapping[str, Any]) -> ConnectorConfig:
    """The connector's settings; raises ``Invalid`` with a sentence for each field."""
    try:
        return manifest.config.model_validate(dict(values))
    except ValidationError as error:
        fields = {
            _name(manifest, problem["loc"]): _sentence(
                manifest, problem["type"], problem["msg"], problem["loc"]
            )
            for problem in error.errors(include_input=False, include_url=False)
        }
        raise Invalid("The settings are not complete.", fields=fields) from None


def _name(manifest: Manifest, place: tuple[int | str, ...]) -> str:
    """The setting's name. What is no name is not repeated: it may be a value that went astray."""
    name = ".".join(str(part) for part in place)
    known = bool(place) and place[0] in manifest.config.model_fields
    return name if known or name.isidentifier() else "config"


def _sentence(manifest: Manifest, kind: str, message: str, place: tuple[int | str, ...]) -> str:
    """What is wrong with one setting, without the validator's own jargon."""
    if kind == "missing":
        return "This is needed."
    if kind == "extra_forbidden":
        return "There is no such setting."
    if kind == "string_pattern_mismatch":
        info = manifest.config.model_fields.get(str(place[0])) if place else None
        extra = info.json_schema_extra if info else None
        example = extra.get("placeholder") if isinstance(extra, dict) else None
        return f"It must look like {example}." if example else "It does not have the right form."
    text = message.removeprefix("Value error, ").strip()
    return text if text.endswith(".") else f"{text}."


def manifest_or_none(connector: str) -> Manifest | None:
    """The connector's description; None when it is not installed any more."""
    try:
        return registry.connector(connector).manifest
    except registry.UnknownConnector:
        return None


def streams_of(manifest: Manifest, stored: Mapping[str, Any]) -> tuple[StreamSpec, ...]:
    """What a connection with these stored settings reads, its secrets not among them."""
    return manifest.streams_of(manifest.config.model_construct(**dict(stored)))


def split(config: ConnectorConfig) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings as plain JSON, and the secret ones apart."""
    secret = secret_names(type(config))
    plain = config.model_dump(mode="json", exclude=set(secret))
    hidden = {}
    for name in secret:
        value = getattr(config, name)
        if isinstance(value, SecretStr):
            hidden[name] = value.get_secret_value()
    return plain, hidden


def shared_name(model: type[ConnectorConfig]) -> str | None:
    """The setting whose text is handed on as a file; None where a connector has none."""
    for name, info in model.model_fields.items():
        extra = info.json_schema_extra
        if isinstance(extra, dict) and extra.get("shared"):
            return name
    return None


def files_of(config: ConnectorConfig) -> frozenset[str]:
    """The names of the files that these settings read."""
    return frozenset(
        str(getattr(config, name))
        for name, info in type(config).model_fields.items()
        if isinstance(info.json_schema_extra, dict)
        and info.json_schema_extra.get("widget") == "file"
        and getattr(config, name)
    )
