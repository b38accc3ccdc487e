"""How one talks to the Cloud Channel API: the signed sign-in, and its one way to page."""

from collections.abc import Iterator
from typing import Any

from connectors.google_cloud_channel import key
from connectors.google_cloud_channel.config import SCOPE, SIGN_IN, GoogleConfig
from connectors.google_cloud_channel.refusals import DELEGATE, REMEDIES, refusal
from connectors.sdk.auth import Authorized, JwtBearer
from connectors.sdk.connector import ReadContext
from connectors.sdk.errors import AuthFailed, ConnectorError, Incomplete
from connectors.sdk.http import Reply
from connectors.sdk.paging import by_cursor
from connectors.sdk.redact import register


class _Signature(JwtBearer):
    """A service account that acts for a user."""

    proof = "the service account's signature for the acting user"
    remedy = DELEGATE


class Google:
    """One connection's calls. Nothing of it outlives a read."""

    def __init__(self, config: GoogleConfig, context: ReadContext) -> None:
        secret = config.service_account_key.get_secret_value()
        register(secret)
        found = key.read(secret)
        self._root = f"{config.base_url}/v1"
        self._account = f"accounts/{config.account_id}"
        self._credentials = _Signature(
            context.http,
            token_url=config.token_url,
            issuer=found.email,
            subject=config.acting_user,
            audience=SIGN_IN,  # by Google's own library too, wherever it is sent
            private_key=found.private_key,
            key_id=found.key_id,
            claims={"scope": SCOPE},
            now=context.http.now,
            remedies=REMEDIES,
        )
        self._http = Authorized(context.http, self._credentials)

    def sign_in(self) -> None:
        """A token, or the error that says what to correct."""
        self._credentials.token()

    def customers(self) -> Iterator[list[Any]]:
        """The pages of the reseller's own customers."""
        return self._pages(f"{self._account}/customers", "customers", size=50)

    def entitlements(self, customer: str) -> Iterator[list[Any]]:
        """The pages of what one customer has; ``customer`` is its resource name.

        Raises ``Incomplete`` where the customer went away since it was listed.
        """
        return self._pages(f"{customer}/entitlements", "entitlements", size=100)

    def skus(self) -> Iterator[list[Any]]:
        """The pages of all that the reseller may sell: an entitlement names it by codes only."""
        return self._pages("products/-/skus", "skus", size=1000, account=self._account)

    def offers(self) -> Iterator[list[Any]]:
        """The pages of the offers that the reseller can sell today."""
        return self._pages(f"{self._account}/offers", "offers", size=1000)

    def links(self) -> Iterator[list[Any]]:
        """The pages of a distributor's links; who is none may not see that list."""
        return self._pages(
            f"{self._account}/channelPartnerLinks", "channelPartnerLinks", size=200, view="FULL"
        )

    def _pages(self, path: str, name: str, *, size: int, **params: str) -> Iterator[list[Any]]:
        """Google leaves an empty list out of its answer. That is believed when it is said twice."""

        def ask(cursor: dict[str, Any]) -> Reply:
            return self._ask(path, name, {"pageSize": size, **params, **cursor})

        def fetch(cursor: dict[str, Any]) -> Reply:
            reply = ask(cursor)
            return reply if name in (reply.json() or ()) else ask(cursor)

        for body in by_cursor(
            fetch,
            items=lambda body: _listed(body, name),
            cursor=lambda body: body.get("nextPageToken"),
            param="pageToken",
        ):
            yield _listed(body, name)

    def _ask(self, path: str, name: str, params: dict[str, Any]) -> Reply:
        reply = self._http.request(
            "GET",
            f"{self._root}/{path}",
            params=params,
            headers={"Accept": "application/json"},
            also_ok=(400, 403, 404),
        )
        if reply.status < 300:
            return reply
        raise _refused(reply, name)


def _refused(reply: Reply, name: str) -> ConnectorError:
    if name == "entitlements" and reply.status == 404:
        return Incomplete("A customer went away while the customers were read.")
    if name == "channelPartnerLinks" and reply.status == 403:
        return AuthFailed(
            "Google lets only a distributor read channel partner links.",
            status=403,
            remedy="Edit the connection and switch off reading channel partner links.",
        )
    return refusal(reply, "channel partner links" if name == "channelPartnerLinks" else name)


def _listed(body: Any, name: str) -> list[Any]:
    """The list in an answer. One that says nothing else either is an empty list."""
    if isinstance(body, dict) and not set(body) - {"nextPageToken"}:
        return []
    found: list[Any] = body[name]
    return found
