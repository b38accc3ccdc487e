"""How one talks to Pax8: sign-in, refusals in words, pages."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from connectors.pax8.config import PORTAL, Pax8Config
from connectors.sdk.auth import Authorized, ClientCredentials
from connectors.sdk.connector import ReadContext
from connectors.sdk.errors import AuthFailed, FormatChanged
from connectors.sdk.http import Reply
from connectors.sdk.mapping import BadField, decimal_of, text_of
from connectors.sdk.paging import by_number

AUDIENCE = "https://api.pax8.com"
"""Which of Pax8's APIs a token opens: the partners', whatever the address."""

LARGEST_PAGE = 200
SIGN_IN_FIX = f"Create a new credential and enter its client ID and secret: {PORTAL}."
RIGHTS_FIX = f"Let a Partner Admin create the credential: {PORTAL}."


class Pax8:
    """One connection's calls. Nothing of it outlives a session."""

    def __init__(self, config: Pax8Config, context: ReadContext) -> None:
        self._base = config.base_url
        self.session = context.http
        self._credentials = ClientCredentials(
            context.http,
            token_url=f"{config.base_url}/v1/token",
            client_id=config.client_id,
            client_secret=config.client_secret,
            now=lambda: context.now,
            extra={"audience": AUDIENCE},
            as_json=True,
        )
        self._http = Authorized(context.http, self._credentials)

    def sign_in(self) -> None:
        """A token, or ``AuthFailed`` with the way to better credentials."""
        with _saying_how_to_sign_in("anything"):
            self._credentials.token()

    def ask(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        also_ok: Collection[int] = (),
    ) -> Reply:
        """One answer. A refusal raises as ``HttpSession.request`` says, with Pax8's remedy."""
        with _saying_how_to_sign_in(_named(path)):
            return self._http.request(
                "GET",
                f"{self._base}{path}",
                params=params,
                headers={"Accept": "application/json"},
                also_ok=also_ok,
            )

    def pages(
        self, path: str, params: Mapping[str, Any] | None = None, *, size: str = "size"
    ) -> Iterator[tuple[list[Any], int]]:
        """A list's pages, each with the announced total. ``size`` is the parameter's name."""
        fetch = partial(self._page, path, params or {})
        for body in by_number(
            fetch, items=rows_of, first=0, size=(size, LARGEST_PAGE), total=total_of
        ):
            yield rows_of(body), total_of(body)

    def total(self, path: str, params: Mapping[str, Any] | None = None, *, size: str) -> int:
        """How many rows a list has, and so whether it may be read at all."""
        return total_of(self.ask(path, {**(params or {}), "page": 0, size: 1}).json())

    def _page(self, path: str, params: Mapping[str, Any], more: Mapping[str, Any]) -> Reply:
        return self.ask(path, {**params, **more})


def rows_of(body: Any) -> list[Any]:
    """The rows of a list answer; a missing list is a changed format."""
    found = body.get("content") if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise FormatChanged('Pax8\'s answer has no list named "content".')
    return found


def total_of(body: Any) -> int:
    """The announced number of rows: under "page", or beside the list as some answers have it.

    Pax8 types it as a number of any kind. Without it no end of a list can be proven.
    """
    whole = body if isinstance(body, dict) else {}
    page = whole.get("page")
    counts = page if isinstance(page, dict) else whole
    with suppress(BadField):
        total = decimal_of(counts.get("totalElements"), field="totalElements")
        if total is not None and total == int(total):
            return int(total)
    raise FormatChanged("Pax8 does not say how many rows its list has.")


def said_in(reply: Reply) -> str:
    """Pax8's own words in a refusal, as far as they can be read."""
    with suppress(FormatChanged, BadField):
        body = reply.json()
        said = text_of(body.get("message"), limit=200) if isinstance(body, dict) else None
        if said:
            return f"{said.rstrip('.')} ({reply.status})"
    return str(reply.status)


def _named(path: str) -> str:
    """What a call asks for, such as "companies"; "draftItems" of invoices in plain words."""
    return "drafts of invoices" if path.endswith("/draftItems") else path.split("/")[2]


@contextmanager
def _saying_how_to_sign_in(what: str) -> Iterator[None]:
    try:
        yield
    except AuthFailed as error:
        if error.status == 403:
            message, remedy = f"Pax8 does not let this credential read {what}.", RIGHTS_FIX
        else:
            message, remedy = "Pax8 does not accept the client ID and client secret.", SIGN_IN_FIX
        raise AuthFailed(message, status=error.status, remedy=remedy) from error
