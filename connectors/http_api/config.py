"""The settings of one connection: the declaration, and what may never stand in it."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from connectors.http_api import model
from connectors.http_api.declaration import DeclarationInvalid, Loaded, load
from connectors.sdk.manifest import ConnectorConfig, RateLimit, StreamSpec

_NEEDS = {
    "key": ("key",),
    "bearer": ("key",),
    "basic": ("username", "password"),
    "client_credentials": ("client_id", "client_secret"),
    "refresh_token": ("refresh_token",),
    "password": ("username", "password"),
    "login": ("username", "password"),
}
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_EXAMPLE = """\
name: Contoso Partner Portal
base: https://api.contoso.example/v1
sign_in: {type: key, header: X-Api-Key}
streams:
  renewals:
    kind: deadline
    path: /renewals
    map:
      id: id
      title: product
      due: endDate"""


def _needs(told: model.Part) -> tuple[str, ...]:
    """The settings that a sign-in cannot do without."""
    match told:
        case model.BasicSignIn(key=str()):
            return ("key",)
        case model.KeySignIn(secret_header=str()):
            return ("key", "client_secret")
    return _NEEDS.get(getattr(told, "type", ""), ())


class HttpApiConfig(ConnectorConfig):
    """What is read, and who reads it."""

    declaration: str = Field(
        title="Declaration",
        description="In YAML: the API's address, how to sign in, and which lists become which "
        "records. Paths into an answer are JMESPath. All keys, and whole examples to copy, are in "
        "the help.",
        json_schema_extra={"widget": "textarea", "shared": True, "placeholder": _EXAMPLE},
    )
    key: SecretStr | None = Field(
        None,
        title="Key or token",
        description="For a sign-in of type key or bearer, or basic with a key.",
        json_schema_extra={"group": "Sign-in"},
    )
    username: str | None = Field(
        None,
        title="User name",
        description="For a sign-in of type basic, password or login.",
        json_schema_extra={"group": "Sign-in"},
    )
    password: SecretStr | None = Field(
        None,
        title="Password",
        description="For a sign-in of type basic, password or login.",
        json_schema_extra={"group": "Sign-in"},
    )
    client_id: str | None = Field(
        None,
        title="Client ID",
        description="For a sign-in of type client_credentials, or where another needs it.",
        json_schema_extra={"group": "Sign-in"},
    )
    client_secret: SecretStr | None = Field(
        None,
        title="Client secret",
        description="For a sign-in of type client_credentials, or where another needs it.",
        json_schema_extra={"group": "Sign-in"},
    )
    refresh_token: SecretStr | None = Field(
        None,
        title="Refresh token",
        description="For a sign-in of type refresh_token. Where the platform replaces it, the "
        "new one is kept.",
        json_schema_extra={"group": "Sign-in"},
    )

    @field_validator("key", "password", "client_secret", "refresh_token")
    @classmethod
    def _empty_is_none(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value and value.get_secret_value().strip() else None

    @field_validator("declaration")
    @classmethod
    def _in_order(cls, value: str) -> str:
        load(value)
        return value

    @model_validator(mode="after")
    def _can_sign_in(self) -> Self:
        told = self.loaded.told.sign_in
        lacks = [name for name in _needs(told) if getattr(self, name) is None]
        if lacks:
            titles = (type(self).model_fields[name].title or name for name in lacks)
            raise ValueError(
                f"The declaration signs in with {told.type}, which also needs: {', '.join(titles)}."
            )
        return self

    @classmethod
    def wanted(cls, values: Mapping[str, Any]) -> tuple[str, ...]:
        """What the sign-in needs; nothing where the declaration is not in order."""
        with suppress(DeclarationInvalid):
            told = load(str(values.get("declaration") or "")).told.sign_in
            return tuple(name for name in _needs(told) if not values.get(name))
        return ()

    def own_rate(self) -> RateLimit | None:
        """The limit that the declaration names."""
        told = self.loaded.told.rate
        if told is None:
            return None
        calls, _, span = told.partition("/")
        return RateLimit(calls=int(calls), seconds=_SECONDS[span])

    @property
    def loaded(self) -> Loaded:
        """The declaration; raises ``DeclarationInvalid`` only where nobody validated it."""
        return load(self.declaration)

    @property
    def base_url(self) -> str:
        """The API's address."""
        return self.loaded.told.base

    @property
    def token_url(self) -> str | None:
        """The token endpoint's address, where there is one."""
        return self.loaded.token_url

    def named_streams(self) -> tuple[StreamSpec, ...]:
        """The declaration's streams; none where it is not in order."""
        with suppress(DeclarationInvalid, AttributeError):
            return tuple(plan.spec for plan in self.loaded.plans.values())
        return ()
