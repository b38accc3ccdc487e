"""How one talks to StreamOne Ion: the sign-in whose token is good for one use, and two pagers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from connectors.sdk.auth import Authorized, RefreshToken
from connectors.sdk.connector import ReadContext
from connectors.sdk.errors import AuthFailed, ConfigInvalid
from connectors.sdk.http import Reply
from connectors.sdk.paging import by_cursor, by_offset
from connectors.td_synnex_ion.config import PORTAL, IonConfig

PAGE = 100
"""Rows asked for at once. Ion documents no largest page; the pagers count what came."""


class _Token(RefreshToken):
    """Ion gives a new refresh token with each access token and takes the old one no more."""

    proof = "the refresh token"
    remedy = (
        f"Issue a new refresh token in the {PORTAL}, then edit the connection and enter it. "
        "Let no other program use it."
    )


class Ion:
    """One connection's calls. Nothing of it outlives a read but the refresh token."""

    def __init__(self, config: IonConfig, context: ReadContext) -> None:
        self._account = f"{config.base_url}/api/v3/accounts/{quote(config.account_id, safe='')}"
        self._credentials = _Token(
            context.http,
            token_url=f"{config.base_url}/oauth/token",
            refresh_token=config.refresh_token,
            secrets=context.secrets,
            now=context.http.now,
        )
        self._http = Authorized(context.http, self._credentials)

    def sign_in(self) -> None:
        """A token, or ``AuthFailed`` with the way to another one."""
        self._credentials.token()

    def subscriptions(self) -> Iterator[tuple[list[Any], int | None]]:
        """The pages of all subscriptions, whatever their status, each with the announced total."""
        for body in by_offset(
            self._sure("subscriptions", "items"),
            items=lambda body: _listed(body, "items"),
            offset="pagination.offset",
            size=("pagination.limit", PAGE),
            total=_total,
        ):
            yield _listed(body, "items"), _total(body)

    def customers(self) -> Iterator[list[Any]]:
        """The pages of the account's end customers."""
        return self._by_token("customers")

    def orders_on_hold(self) -> Iterator[list[Any]]:
        """The pages of orders that wait for somebody."""
        return self._by_token("orders", status="ON_HOLD")

    def _by_token(self, name: str, **only: str) -> Iterator[list[Any]]:
        for body in by_cursor(
            self._sure(name, name, {**only, "pageSize": PAGE}),
            items=lambda body: _listed(body, name),
            cursor=lambda body: body.get("nextPageToken"),
            param="pageToken",
        ):
            yield _listed(body, name)

    def _sure(
        self, path: str, key: str, fixed: Mapping[str, Any] | None = None
    ) -> Callable[[dict[str, Any]], Reply]:
        """Asks for a page of a list, and once more where the answer leaves out the list.

        Ion's own client takes a left out list for an empty one. So is it taken here, but only
        when it is said twice.
        """

        def fetch(params: dict[str, Any]) -> Reply:
            asked = {**(fixed or {}), **params}
            reply = self._ask(path, asked)
            return reply if key in (reply.json() or ()) else self._ask(path, asked)

        return fetch

    def _ask(self, path: str, params: Mapping[str, Any]) -> Reply:
        """One answer. Ion's own client takes a 404 for an empty list, of subscriptions only for
        an error; they are read first, so that a wrong account never looks like an empty one.
        """
        try:
            reply = self._http.request(
                "GET",
                f"{self._account}/{path}",
                params=params,
                headers={"Accept": "application/json"},
                also_ok=(404,),
            )
        except AuthFailed as refusal:
            raise _not_seen(path) if refusal.status == 403 else refusal from None
        if reply.status != 404:
            return reply
        if path != "subscriptions":
            return replace(reply, status=200, body=b"{}")
        raise ConfigInvalid(
            "StreamOne Ion knows no account with this account ID.",
            remedy=f"Compare the account ID: {PORTAL} › Settings › Account Information.",
        )


def _not_seen(path: str) -> AuthFailed:
    return AuthFailed(
        f"StreamOne Ion does not let this sign-in see {path}.",
        status=403,
        remedy=f"Have a refresh token issued by somebody who sees {path} in the {PORTAL}, then edit"
        " the connection and enter it.",
    )


def _listed(body: Any, key: str) -> list[Any]:
    """The list in an answer. One that says nothing else either is an empty list."""
    if isinstance(body, dict) and key not in body and _says_nothing(body):
        return []
    found: list[Any] = body[key]
    return found


def _says_nothing(body: Mapping[str, Any]) -> bool:
    return not set(body) - {"paginationResponse"} and not _total(body)


def _total(body: Any) -> int | None:
    """The announced number of rows. Ion's own documentation does not tell of it: 0 is no word."""
    said = body.get("paginationResponse")
    total = said.get("totalSize") if isinstance(said, dict) else None
    return int(str(total)) or None if str(total).isdecimal() else None
