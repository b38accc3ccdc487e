"""How one talks to Cloud-iQ: sign-in with user and client, lists in pages, refusals."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.crayon_cloudiq.config import CLIENTS, USERS, CrayonCloudiqConfig
from connectors.sdk.auth import Authorized, Bearer
from connectors.sdk.basic import basic
from connectors.sdk.connector import ReadContext
from connectors.sdk.errors import AuthFailed, ConfigInvalid, FormatChanged, Incomplete, Rejected
from connectors.sdk.http import HttpSession, Reply
from connectors.sdk.mapping import text_of, within
from connectors.sdk.paging import by_number
from connectors.sdk.redact import register

API = "/api/v1"
TOKEN_PATH = f"{API}/connect/token"
PAGE_SIZE = 100
_OAUTH = {
    "AccessToken": "access_token",
    "ExpiresIn": "expires_in",
    "TokenType": "token_type",
    "Error": "error",
}
_CALLED = {
    "ProductContainers": "reports",
    "AgreementReports": "reports",
    "Agreements": "agreements",
    "Subscriptions": "subscriptions",
    "CustomerTenants": "customer tenants",
    "BlogItems": "announcements",
    "Organizations": "organizations",
    "salescontact": "sales contacts",
}
"""What a person calls that which a path gives."""
_ADDRESS_FIX = "Edit the connection: the address is https://api.crayon.com, or the demo system's."


class UserToken(Bearer):
    """The token of a user, asked for by a client: Crayon writes OAuth's names in its own way."""

    proof = "the client and the user"
    remedy = (
        f"Enter client ID and secret ({CLIENTS}) and the API user's name and password ({USERS}) "
        "again; all four have to be of the same environment."
    )

    def __init__(
        self, http: HttpSession, config: CrayonCloudiqConfig, *, now: Callable[[], datetime]
    ) -> None:
        self._client = basic(config.client_id, config.client_secret)
        password = config.password.get_secret_value()
        register(password)
        super().__init__(
            http,
            token_url=f"{config.base_url}{TOKEN_PATH}",
            fields={
                "grant_type": "password",
                "username": config.username,
                "password": password,
                "scope": "CustomerApi",
            },
            now=now,
        )

    def _post(self, fields: Mapping[str, str]) -> Reply:
        headers = {"Accept": "application/json", **self._client}
        reply = self._http.request(
            "POST", self._url, data=dict(fields), headers=headers, also_ok=(400, 404)
        )
        if reply.status == 404:
            raise ConfigInvalid("There is no Cloud-iQ at this address.", remedy=_ADDRESS_FIX)
        return replace(reply, body=json.dumps(_as_oauth(reply.json())).encode())


def _as_oauth(answer: Any) -> dict[str, Any]:
    given = answer if isinstance(answer, dict) else {}
    return {new: given[old] for old, new in _OAUTH.items() if isinstance(given.get(old), str | int)}


class Cloudiq:
    """One connection's calls. Nothing of it outlives a read."""

    def __init__(self, config: CrayonCloudiqConfig, context: ReadContext) -> None:
        self._base = f"{config.base_url}{API}"
        self.organization = config.organization_id
        self._credentials = UserToken(context.http, config, now=lambda: context.now)
        self._http = Authorized(context.http, self._credentials)

    def sign_in(self) -> None:
        """A token, or ``AuthFailed`` with the way to better credentials."""
        self._credentials.token()

    def ask(self, path: str, **params: Any) -> Reply:
        """A 200, a 204 or a 404; what else there is raises one of the typed errors."""
        try:
            reply = self._http.request(
                "GET",
                f"{self._base}/{path}",
                params=params,
                headers={"Accept": "application/json"},
                also_ok=(400, 404),
            )
        except AuthFailed as refusal:
            raise _not_allowed(path) if refusal.status == 403 else refusal from None
        if reply.status == 400:
            raise _refused(reply)
        return reply

    def found(self, path: str, **params: Any) -> Reply:
        """An answer with content; a 404 is a refusal here."""
        reply = self.ask(path, **params)
        if reply.status == 404:
            raise _refused(reply)
        return reply

    def one(self, path: str) -> Any:
        """One object, or None where Cloud-iQ has none."""
        reply = self.ask(path)
        body = reply.json() if reply.status == 200 and reply.body.strip() else None
        if body is not None and not isinstance(body, dict):
            raise FormatChanged("Cloud-iQ's answer is not the object that its contract says.")
        return body

    def pages(self, path: str, **params: Any) -> Iterator[tuple[list[Any], int]]:
        """A list's pages of raw rows, each with the announced total."""
        asked = {"OrganizationId": self.organization, **params}
        for body in by_number(
            lambda more: self.found(path, **asked, **more),
            items=items_of,
            page="Page",
            size=("PageSize", PAGE_SIZE),
            total=total_of,
        ):
            yield items_of(body), total_of(body)

    def whole(self, path: str, **params: Any) -> list[Any]:
        """A list that comes in one piece; raises ``Incomplete`` if it announces more."""
        body = self.found(path, **params).json()
        rows, total = items_of(body), total_of(body)
        if total != len(rows):
            raise Incomplete(f"Cloud-iQ announced {total:,} rows and gave {len(rows):,}.")
        return rows

    def newest(self, path: str, **params: Any) -> list[Any]:
        """As many rows of a list as one answer gives; its total may be larger."""
        return items_of(self.found(path, **params).json())

    def total(self, path: str, **params: Any) -> int:
        """How many rows a list has, and so whether it may be read at all."""
        asked = {"OrganizationId": self.organization, **params, "Page": 1, "PageSize": 1}
        return total_of(self.found(path, **asked).json())


def items_of(body: Any) -> list[Any]:
    """The rows; an empty list may come as null where Cloud-iQ itself counts none."""
    found = within(body, "Items")
    if isinstance(body, dict) and "Items" in body and found is None and total_of(body) == 0:
        return []
    if not isinstance(found, list):
        raise FormatChanged('Cloud-iQ\'s answer has no list named "Items".')
    return found


def total_of(body: Any) -> int:
    """The announced number of rows. Without it no end of a list can be proven."""
    total = within(body, "TotalHits")
    if not isinstance(total, int) or isinstance(total, bool):
        raise FormatChanged("Cloud-iQ does not say how many rows there are.")
    return total


def _not_allowed(path: str) -> AuthFailed:
    parts = path.split("/")
    what = _CALLED.get(parts[-1]) or _CALLED.get(parts[0], "that")
    return AuthFailed(
        f"Cloud-iQ does not let this user read {what}.",
        status=403,
        remedy=f"Give the API user access to the organization and its data: {USERS}.",
    )


def _refused(reply: Reply) -> Rejected:
    """Cloud-iQ's own sentence: ``{ErrorCode, Message, Parameters, ObjectErrors}``."""
    try:
        said = text_of(within(reply.json(), "Message"), limit=200)
    except (ValueError, FormatChanged):
        said = None
    return Rejected(
        f"Cloud-iQ refused a request with {reply.status}" + (f": {said}" if said else "."),
        status=reply.status,
        body=reply.body,
    )
