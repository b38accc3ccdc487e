"""The sign-ins that a declaration can name. No secret is in an address that anybody sees."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx2
from pydantic import SecretStr

from connectors.http_api import model
from connectors.http_api.config import HttpApiConfig
from connectors.http_api.jmes import Path
from connectors.sdk.auth import Authorized, Bearer, ClientCredentials, RefreshToken
from connectors.sdk.basic import basic
from connectors.sdk.connector import ReadContext
from connectors.sdk.errors import FormatChanged, Rejected
from connectors.sdk.http import HttpSession, Reply
from connectors.sdk.mapping import BadField
from connectors.sdk.redact import register

Send = Callable[..., Reply]
"""As ``HttpSession.request``."""


def signed(config: HttpApiConfig, context: ReadContext) -> Send:
    """Requests with the declaration's sign-in."""
    told = config.loaded.told.sign_in
    match told:
        case model.KeySignIn(query=str(name)):
            return _in_query(context, name, _revealed(config.key))
        case model.OAuthSignIn() | model.LoginSignIn():
            return Authorized(context.http, credentials(told, config, context)).request
    return _with(context, _headers(told, config))


def _headers(told: model.Part, config: HttpApiConfig) -> dict[str, str]:
    """The headers of a sign-in whose secret stays as it is."""
    match told:
        case model.KeySignIn(header=str(name)):
            second = told.secret_header
            other = {second: _revealed(config.client_secret)} if second else {}
            return {name: f"{told.prefix}{_revealed(config.key)}", **other}
        case model.BearerSignIn():
            return {"Authorization": f"Bearer {_revealed(config.key)}"}
        case model.BasicSignIn(key="username"):
            return basic(_revealed(config.key), None)
        case model.BasicSignIn(key="password"):
            return basic("key", config.key)
        case model.BasicSignIn():
            return basic(config.username, config.password)
    return {}


def credentials(
    told: model.OAuthSignIn | model.LoginSignIn, config: HttpApiConfig, context: ReadContext
) -> Bearer:
    """What fetches and renews the token."""
    if isinstance(told, model.LoginSignIn):
        return Login(context, config, told)
    scope = {"scope": told.scope} if told.scope else {}
    more: dict[str, Any] = {
        "token_url": config.token_url,
        "now": lambda: context.now,
        "extra": {**scope, **told.extra},
        "as_json": told.send == "json",
        "in_header": told.client == "basic",
    }
    if told.type == "password":
        return PasswordGrant(context.http, config, **more)
    if told.type == "refresh_token":
        return RefreshToken(
            context.http,
            refresh_token=config.refresh_token or SecretStr(""),
            secrets=context.secrets,
            client_id=config.client_id,
            client_secret=config.client_secret,
            **more,
        )
    return ClientCredentials(
        context.http,
        client_id=config.client_id or "",
        client_secret=config.client_secret or SecretStr(""),
        **more,
    )


class Login(Bearer):
    """A token for user name and password, in the platform's own way."""

    proof = "the user name and password"
    remedy = "Edit the connection and enter user name and password again."

    def __init__(
        self, context: ReadContext, config: HttpApiConfig, told: model.LoginSignIn
    ) -> None:
        self._told = told
        super().__init__(
            context.http,
            token_url=config.token_url or "",
            fields={
                **told.extra,
                told.username: config.username or "",
                told.password: _whole(config.password),
            },
            now=lambda: context.now,
            as_json=told.send == "json",
        )

    def headers(self) -> dict[str, str]:
        """The token where the platform wants it."""
        return {self._told.header: f"{self._told.prefix}{self.token()}"}

    def _granted(self, fields: Mapping[str, str]) -> dict[str, Any]:
        try:
            reply = self._post(fields)
            if reply.status == 401:
                raise self._refused("it answers 401", status=401)
            token = Path(self._told.token)(reply.json())
        except Rejected as refusal:
            raise self._refused(f"it answers {refusal.status}") from None
        except (FormatChanged, BadField):
            raise self._refused("its answer holds no token") from None
        if not isinstance(token, str) or not token:
            raise self._refused("its answer holds no token")
        return {"access_token": token}


class PasswordGrant(Bearer):
    """OAuth 2.0 with user name and password, for platforms that know nothing newer."""

    proof = "the user name and password"
    remedy = "Edit the connection and enter user name and password again."

    def __init__(
        self,
        http: HttpSession,
        config: HttpApiConfig,
        *,
        extra: Mapping[str, str],
        in_header: bool,
        **more: Any,
    ) -> None:
        client = {"client_id": config.client_id, "client_secret": _revealed(config.client_secret)}
        super().__init__(
            http,
            fields={
                "grant_type": "password",
                "username": config.username or "",
                "password": _whole(config.password),
                **{name: value for name, value in client.items() if value and not in_header},
                **extra,
            },
            headers=basic(config.client_id, config.client_secret) if in_header else None,
            **more,
        )


def _with(context: ReadContext, sign: Mapping[str, str]) -> Send:
    def send(method: str, url: str, *, headers: Mapping[str, str], **others: Any) -> Reply:
        return context.http.request(method, url, headers={**headers, **sign}, **others)

    return send


def _in_query(context: ReadContext, name: str, key: str) -> Send:
    """A link to the next page may have the key already: it stands there once."""

    def send(method: str, url: str, **others: Any) -> Reply:
        return context.http.request(
            method, str(httpx2.URL(url).copy_set_param(name, key)), **others
        )

    return send


def _whole(secret: SecretStr | None) -> str:
    """With the blanks around it: they belong to a password."""
    value = secret.get_secret_value() if secret else ""
    register(value)
    return value


def _revealed(secret: SecretStr | None) -> str:
    value = secret.get_secret_value().strip() if secret else ""
    register(value)
    return value
