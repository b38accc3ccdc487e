"""How one talks to Microsoft: three APIs, each with an audience, a sign-in and headers of its own.

``Site`` is one of them. A link to the next page is never followed as it stands: Microsoft's
referrals name plain http and a path that does not exist, so that only what is opaque is taken
out of a link, and asked of the address that is known.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import uuid4

import httpx2
from pydantic import SecretStr

from connectors.microsoft.answers import Counted, Following, following
from connectors.microsoft.config import ENTRA, MicrosoftConfig
from connectors.microsoft.refusals import (
    APP_REMEDIES,
    USER_REMEDIES,
    Rights,
    no_rights,
    no_sign_in,
    refusal,
)
from connectors.sdk.auth import Authorized, Bearer, ClientCredentials, RefreshToken
from connectors.sdk.connector import ReadContext
from connectors.sdk.errors import AuthFailed
from connectors.sdk.http import Reply
from connectors.sdk.paging import by_cursor, by_odata

_CUSTOMERS_AT_ONCE = 40  # as Microsoft's documents ask for them


class AppSignIn(ClientCredentials):
    """The app alone, with its secret."""

    proof = "the application's ID and secret"
    remedy = f"Enter tenant, application ID and secret again: {ENTRA}. Secrets expire."


class UserSignIn(RefreshToken):
    """The app for a person, with the refresh token of the Secure Application Model."""

    proof = "the refresh token"
    remedy = (
        "It ran out, was revoked, or a sync was cut off while Microsoft replaced it. Repeat the "
        "consent of the Secure Application Model, with multi-factor sign-in, and enter the new "
        "refresh token."
    )


class Site:
    """One of Microsoft's APIs: its address, who signs in there, what goes with each call."""

    def __init__(
        self,
        context: ReadContext,
        credentials: Bearer,
        *,
        base: str,
        headers: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._credentials = credentials
        self._http = Authorized(context.http, credentials)
        self._base = base
        self._headers = headers

    def sign_in(self) -> None:
        """A token for this API, or ``AuthFailed`` with the way to better credentials."""
        self._credentials.token()

    def ask(
        self,
        path: str,
        rights: Rights,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One answer. A refusal names what ``rights`` says is needed; 404 is ``Rejected``."""
        try:
            reply = self._http.request(
                "GET",
                f"{self._base}{path}",
                params=params,
                headers={"Accept": "application/json", **self._headers(), **(headers or {})},
                also_ok=(400, 403, 404),
            )
        except AuthFailed as error:
            if error.status != 401 or error.remedy != AuthFailed.remedy:
                raise  # the sign-in itself was refused, and says what helps
            raise no_sign_in(rights) from error
        if reply.status == 403:
            raise no_rights(reply, rights)
        if reply.status >= 400:
            raise refusal(reply, rights)
        return reply

    def listed(
        self,
        path: str,
        rights: Rights,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[list[Any]]:
        """An OData list's pages. Of ``@odata.nextLink`` the query counts, and no more."""
        first = f"{self._base}{path}"

        def get(url: str) -> Reply:
            link = httpx2.URL(url)
            if url == first:
                return self.ask(path, rights, params=params, headers=headers)
            return self.ask(path, rights, params=dict(link.params.multi_items()), headers=headers)

        counted = Counted()
        for body in by_odata(get, first):
            counted.page(len(body["value"]), body.get("@odata.count"))
            yield body["value"]
        counted.check()

    def collection(
        self, path: str, rights: Rights, *, params: Mapping[str, Any] | None = None
    ) -> Iterator[list[Any]]:
        """A Partner Center collection's pages, by the continuation token of each."""
        links: dict[str, Following] = {}

        def fetch(more: dict[str, Any]) -> Reply:
            link = links.get(more.get("key", ""))
            if link is None:
                return self.ask(path, rights, params=params)
            return self.ask(path, rights, params=link.params, headers=link.headers)

        def cursor(body: Any) -> str | None:
            link = following(body)
            if link is not None:
                links[link.key] = link
            return link.key if link else None

        counted = Counted()
        pages = by_cursor(fetch, items=lambda body: body["items"], cursor=cursor, param="key")
        for body in pages:
            counted.page(len(body["items"]), body.get("totalCount"))
            yield body["items"]
        counted.check()


class Microsoft:
    """One connection's calls. Nothing of it outlives a read."""

    def __init__(self, config: MicrosoftConfig, context: ReadContext) -> None:
        self.config = config
        self._context = context

    @property
    def graph(self) -> Site:
        address = self.config.graph_url
        return Site(self._context, self._app(address), base=address)

    @property
    def partner_center(self) -> Site:
        """For the app or for a person, as the settings have it."""
        address, token = self.config.partner_center_url, self.config.refresh_token
        person = token if self.config.partner_center_sign_in == "person" else None
        return Site(
            self._context,
            self._user(address, person) if person else self._app(address),
            base=f"{address}/v1",
            headers=_partner_center_headers,
        )

    @property
    def referrals(self) -> Site:
        """For a person; without a refresh token there is none to sign in."""
        assert self.config.refresh_token is not None
        address = self.config.referrals_url
        return Site(
            self._context,
            self._user(address, self.config.refresh_token),
            base=f"{address}/v1.0/engagements",
            headers=lambda: {"client-request-id": str(uuid4())},
        )

    @property
    def _token_url(self) -> str:
        return f"{self.config.sign_in_url}/{self.config.tenant_id}/oauth2/token"

    def _app(self, resource: str) -> AppSignIn:
        return AppSignIn(
            self._context.http,
            token_url=self._token_url,
            client_id=self.config.client_id,
            client_secret=self.config.client_secret,
            now=lambda: self._context.now,
            extra={"resource": resource},
            remedies=APP_REMEDIES,
        )

    def _user(self, resource: str, token: SecretStr) -> UserSignIn:
        return UserSignIn(
            self._context.http,
            token_url=self._token_url,
            client_id=self.config.client_id,
            client_secret=self.config.client_secret,
            refresh_token=token,
            secrets=self._context.secrets,
            now=lambda: self._context.now,
            extra={"resource": resource},
            remedies=USER_REMEDIES,
        )


def customers(site: Site, rights: Rights, *, size: int = _CUSTOMERS_AT_ONCE) -> Iterator[list[Any]]:
    """The customers' pages."""
    return site.collection("/customers", rights, params={"size": size})


def _partner_center_headers() -> Mapping[str, str]:
    return {
        "MS-Contract-Version": "v1",
        "MS-RequestId": str(uuid4()),
        "MS-CorrelationId": str(uuid4()),
        "MS-PartnerCenter-Application": "Partner Inbox",
        "X-Locale": "en-US",
    }
