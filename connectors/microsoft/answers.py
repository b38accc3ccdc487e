"""What one of Microsoft's list answers says beside its rows: how many, and what follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from connectors.sdk.errors import FormatChanged, Incomplete
from connectors.sdk.mapping import objects

CONTINUATION = "MS-ContinuationToken"


class Miscounted(Incomplete):
    """A list that holds not as many rows as Microsoft says, or that moved while it was read."""


class Counted:
    """Rows that came, held against what Microsoft announces.

    ``totalCount`` and ``@odata.count`` are seen in its samples both as the count of the whole
    list and as that of the page, so each that is the page's own says nothing of the others.
    """

    def __init__(self) -> None:
        self._rows = 0
        self._pages = 0
        self._own = 0
        self._said: set[int] = set()

    def page(self, rows: int, said: Any) -> None:
        self._rows += rows
        self._pages += 1
        if isinstance(said, int) and not isinstance(said, bool):
            self._own += said == rows
            self._said.add(said)

    def check(self) -> None:
        """Raises ``Miscounted`` unless the rows are as many as were announced."""
        if self._own == self._pages or self._said <= {self._rows}:
            return
        most = max(self._said)
        raise Miscounted(f"Microsoft announced {most:,} rows and gave {self._rows:,}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Following:
    """How the next page of a Partner Center collection is asked for."""

    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What tells one page from another."""
        return repr((sorted(self.params.items()), sorted(self.headers.items())))


def following(body: Any) -> Following | None:
    """The link to the next page; None on the last. Its path is not kept, only what is opaque."""
    links = body.get("links")
    link = links.get("next") if isinstance(links, Mapping) else None
    if link is None:
        return None
    uri = link.get("uri") if isinstance(link, Mapping) else None
    if not isinstance(uri, str):
        raise FormatChanged("Partner Center names a next page, but not where it is.")
    tokens = [
        str(header["value"])
        for header in objects(link.get("headers"))
        if str(header.get("key")).casefold() == CONTINUATION.casefold() and header.get("value")
    ]
    try:
        params = dict(httpx2.URL(uri).params.multi_items())
    except httpx2.InvalidURL:
        raise FormatChanged("Partner Center's link to the next page is no address.") from None
    return Following(params=params, headers={CONTINUATION: tokens[0]} if tokens else {})
