"""How one talks to impact.com: Basic sign-in, the pinned version, refusals in words, pages.

impact.com's own contract describes a list without any paging. Its answers have it all the same,
as attributes of the list whose values are text: "@page", "@numpages", "@pagesize", "@total".
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from connectors.impact_com.config import PORTAL, ImpactComConfig
from connectors.sdk.basic import basic
from connectors.sdk.connector import ReadContext
from connectors.sdk.errors import AuthFailed, ConnectorError, FormatChanged, Rejected
from connectors.sdk.http import Reply
from connectors.sdk.mapping import BadField, decimal_of, joined, objects, text_of
from connectors.sdk.paging import by_number

VERSION = "16"
PAGE_SIZE = 100
REFUSED = (400, 401, 403, 404, 405, 422)

SIGN_IN_FIX = f"Copy Account SID and Auth Token again: {PORTAL}."


class Impact:
    """One connection's calls. Nothing of it outlives a session."""

    def __init__(self, config: ImpactComConfig, context: ReadContext) -> None:
        self._base = f"{config.base_url}/Mediapartners/{config.account_sid}"
        self._headers = {
            "Accept": "application/json",  # XML comes without it
            "IR-Version": VERSION,
            **basic(config.account_sid, config.auth_token),
        }
        self.session = context.http

    def pages(
        self, name: str, params: Mapping[str, Any] | None = None
    ) -> Iterator[tuple[list[Any], int | None]]:
        """A list's pages, each with the announced total, where it is announced."""
        rows = partial(rows_of, key=name)
        fetch = partial(self._page, name, params or {})
        for body in by_number(
            fetch,
            items=rows,
            page="Page",
            size=("PageSize", PAGE_SIZE),
            total=total_of,
            pages=partial(pages_of, key=name),
        ):
            yield rows(body), total_of(body)

    def count(self, name: str, params: Mapping[str, Any] | None = None) -> int:
        """How many rows a list has, at least, and so whether it may be read at all."""
        body = self._page(name, params or {}, {"Page": 1, "PageSize": PAGE_SIZE}).json()
        total = total_of(body)
        return len(rows_of(body, name)) if total is None else total

    def _page(self, name: str, params: Mapping[str, Any], more: Mapping[str, Any]) -> Reply:
        reply = self.session.request(
            "GET",
            f"{self._base}/{name}",
            params={**params, **more},
            headers=self._headers,
            also_ok=REFUSED,
        )
        if reply.status in REFUSED:
            raise refusal(reply, name)
        return reply


def rows_of(body: Any, key: str) -> list[Any]:
    """The rows of a list answer; a missing list is a changed format, unless its total is 0."""
    whole = body if isinstance(body, dict) else {}
    found = whole.get(key)
    if isinstance(found, list):
        return found
    if not found and total_of(whole) == 0:
        return []
    said = _said(whole)
    raise FormatChanged(
        f'impact.com\'s answer has no list named "{key}"{f": {said}" if said else "."}'
    )


def total_of(body: Any) -> int | None:
    """The announced number of rows, written as text; None where none is announced."""
    return _number(body, "@total")


def pages_of(body: Any, key: str) -> int:
    """The announced number of pages. An answer without any counter is the whole list, as the
    contract has it; but not where it is as long as a page may be.
    """
    found = _number(body, "@numpages")
    if found is None and total_of(body) is None and len(rows_of(body, key)) >= PAGE_SIZE:
        raise FormatChanged("impact.com does not say how many pages its list has.")
    return 1 if found is None else found


def refusal(reply: Reply, name: str) -> ConnectorError:
    """The error that a refusing answer becomes, with impact.com's own words."""
    if reply.status == 401:
        return AuthFailed(
            "impact.com does not accept the Account SID and Auth Token.",
            status=401,
            remedy=SIGN_IN_FIX,
        )
    if reply.status == 403:
        return AuthFailed(
            f"impact.com does not let this access token read {name}.",
            status=403,
            remedy=f"Add the scope {name} to the access token: {PORTAL}.",
        )
    said = ""
    with suppress(FormatChanged):
        said = _said(reply.json())
    return Rejected(
        f"impact.com refused to list {name} with {reply.status}{f': {said}' if said else '.'}",
        status=reply.status,
        body=reply.body,
    )


def _said(body: Any) -> str:
    """The sentences of an error: its message, and what it says of single fields."""
    whole = body if isinstance(body, dict) else {}
    errors = whole.get("Errors")
    pairs = [(error.get("Field"), error.get("Message")) for error in objects(errors)]
    texts = [_text(whole.get("Message"))]
    texts += [joined(_text(field), _text(text), by=": ") for field, text in pairs]
    return joined(*dict.fromkeys(texts), by="; ")


def _text(value: Any) -> str | None:
    with suppress(BadField):
        return text_of(value, limit=200)
    return None


def _number(body: Any, name: str) -> int | None:
    try:
        found = decimal_of(body.get(name) if isinstance(body, dict) else None, field=name)
    except BadField as error:
        raise FormatChanged(f"impact.com's paging cannot be read: {error}") from None
    if found is not None and found != int(found):
        raise FormatChanged(f"impact.com's paging cannot be read: {name} is {found}")
    return None if found is None else int(found)
