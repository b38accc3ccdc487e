"""Pagers: each yields the pages' decoded bodies until the list's proven end.

All share: a hard stop (``max_pages``), a fingerprint of every page so that a page that
comes twice or a cursor that loops raises ``Incomplete``, and the announced total compared
with what was counted. None of them follows a link to another host.
"""

from collections.abc import Callable, Iterator
from typing import Any

from connectors.sdk.http import Reply

Fetch = Callable[[dict[str, Any]], Reply]
"""Asks for one page with these parameters added."""

MAX_PAGES = 10_000


def by_number(
    fetch: Fetch,
    *,
    items: Callable[[Any], list[Any]],
    page: str = "page",
    first: int = 1,
    size: tuple[str, int] | None = None,
    total: Callable[[Any], int | None] | None = None,
    pages: Callable[[Any], int | None] | None = None,
    max_pages: int = MAX_PAGES,
) -> Iterator[Any]:
    """Page numbers until the total (or page count) is reached, else until a short or empty page.

    A total that changes while reading, or that is not reached, raises ``Incomplete`` at the end.
    """
    raise NotImplementedError


def by_cursor(
    fetch: Fetch,
    *,
    items: Callable[[Any], list[Any]],
    cursor: Callable[[Any], str | None],
    param: str,
    max_pages: int = MAX_PAGES,
) -> Iterator[Any]:
    """The cursor of each page asks for the next, until there is none."""
    raise NotImplementedError


def by_offset(
    fetch: Fetch,
    *,
    items: Callable[[Any], list[Any]],
    offset: str = "offset",
    size: tuple[str, int],
    total: Callable[[Any], int | None] | None = None,
    max_pages: int = MAX_PAGES,
) -> Iterator[Any]:
    """Offsets until the total is reached, else until a short page."""
    raise NotImplementedError


def by_link(
    get: Callable[[str], Reply], url: str, *, max_pages: int = MAX_PAGES
) -> Iterator[Reply]:
    """RFC 8288 ``Link: <…>; rel="next"``, resolved against the page's URL, same host only."""
    raise NotImplementedError


def by_odata(get: Callable[[str], Reply], url: str, *, max_pages: int = MAX_PAGES) -> Iterator[Any]:
    """``@odata.nextLink`` or ``odata.nextLink``; forced to https and the first page's host."""
    raise NotImplementedError
