"""Pagers: each yields the pages' decoded bodies until the list's proven end.

All share: a hard stop (``max_pages``), a fingerprint of every page so that a page that
comes twice or a cursor that loops raises ``Incomplete``, and the announced total compared
with what was counted. None of them follows a link to another host. What was yielded before
an error stands; only the end is not proven.

``items`` takes the list out of a body. A list that is missing is not an empty list: what
``items`` cannot find, or what is no list, raises ``FormatChanged``.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx2

from connectors.sdk.errors import FormatChanged, Incomplete, Rejected
from connectors.sdk.http import Reply
from connectors.sdk.links import next_link
from connectors.sdk.tally import Tally, ask, rows_of

Fetch = Callable[[dict[str, Any]], Reply]
"""Asks for one page with these parameters added."""

Items = Callable[[Any], list[Any]]

MAX_PAGES = 10_000

_NO_SUCH_PAGE = (400, 404, 416, 422)


def by_number(
    fetch: Fetch,
    *,
    items: Items,
    page: str = "page",
    first: int = 1,
    size: tuple[str, int] | None = None,
    total: Callable[[Any], int | None] | None = None,
    pages: Callable[[Any], int | None] | None = None,
    more: Callable[[Any], bool | None] | None = None,
    max_pages: int = MAX_PAGES,
) -> Iterator[Any]:
    """Page numbers until the total (or page count) is reached, else until a short or empty page.

    Where the platform itself says whether there is ``more``, that alone decides.

    A total that changes while reading, or that is not reached, raises ``Incomplete`` at the end.

    Without total and page count a short page is the end only if an earlier one was longer:
    a platform may cap the size that was asked for, so a short first page proves nothing
    and the next is asked for.
    """
    fixed = {size[0]: size[1]} if size else {}
    return _counted(
        fetch,
        lambda tally: {page: first + tally.pages, **fixed},
        tally=Tally(size=size[1] if size else None),
        items=items,
        total=total,
        pages=pages,
        more=more,
        max_pages=max_pages,
    )


def by_offset(
    fetch: Fetch,
    *,
    items: Items,
    offset: str = "offset",
    size: tuple[str, int],
    total: Callable[[Any], int | None] | None = None,
    more: Callable[[Any], bool | None] | None = None,
    max_pages: int = MAX_PAGES,
) -> Iterator[Any]:
    """Offsets until the total is reached, else until a short page.

    Where the platform itself says whether there is ``more``, that alone decides.

    The offset grows by the rows that came, not by the size that was asked for, and a short
    first page proves no end (see ``by_number``).
    """
    return _counted(
        fetch,
        lambda tally: {offset: tally.rows, size[0]: size[1]},
        tally=Tally(size=size[1]),
        items=items,
        total=total,
        more=more,
        max_pages=max_pages,
    )


def by_cursor(
    fetch: Fetch,
    *,
    items: Items,
    cursor: Callable[[Any], str | None],
    param: str,
    max_pages: int = MAX_PAGES,
) -> Iterator[Any]:
    """The cursor of each page asks for the next, until there is none.

    An empty page with a cursor is not the end: platforms filter after they page.
    """
    tally = Tally()
    params: dict[str, Any] = {}
    seen: set[str] = set()
    for _ in range(max_pages):
        body = fetch(params).json()
        tally.page(rows_of(items, body))
        yield body
        following = ask(cursor, body)
        if following is None or following == "":
            return
        if str(following) in seen:
            raise Incomplete("The platform's pages lead in a circle.")
        seen.add(str(following))
        params = {param: following}
    raise _too_many(max_pages)


def by_link(
    get: Callable[[str], Reply], url: str, *, max_pages: int = MAX_PAGES
) -> Iterator[Reply]:
    """RFC 8288 ``Link: <…>; rel="next"``, resolved against the page's URL, same host only."""
    tally = Tally()
    seen = {url}
    following = url
    for _ in range(max_pages):
        reply = get(following)
        tally.body(reply.body)
        yield reply
        target = next_link(reply.headers.get("link", ""))
        if target is None:
            return
        following = _same_host(reply.url, target)
        if following in seen:
            raise Incomplete("The platform's pages lead in a circle.")
        seen.add(following)
    raise _too_many(max_pages)


def by_odata(get: Callable[[str], Reply], url: str, *, max_pages: int = MAX_PAGES) -> Iterator[Any]:
    """``@odata.nextLink`` or ``odata.nextLink``; forced to https and the first page's host.

    Platforms behind a gateway put their inner host or plain http into it. A first page
    that came over http (a host that the operator allows) stays on http.
    """
    return _linked(
        get,
        url,
        items=lambda page: page["value"],
        target=lambda page: page.get("@odata.nextLink") or page.get("odata.nextLink"),
        place=partial(_on_host_of, url),
        max_pages=max_pages,
    )


def by_next(
    get: Callable[[str], Reply],
    url: str,
    *,
    items: Items,
    target: Callable[[Any], Any],
    max_pages: int = MAX_PAGES,
) -> Iterator[Any]:
    """The body says where the next page is: resolved against the page's URL, same host only.

    ``target`` gives that address, or nothing on the last page.
    """
    return _linked(get, url, items=items, target=target, place=_same_host, max_pages=max_pages)


def _linked(
    get: Callable[[str], Reply],
    url: str,
    *,
    items: Items,
    target: Callable[[Any], Any],
    place: Callable[[str, str], str],
    max_pages: int,
) -> Iterator[Any]:
    """Pages whose body names the address of the next; ``place`` says where that may be."""
    tally = Tally()
    seen = {url}
    following = url
    for _ in range(max_pages):
        reply = get(following)
        body = reply.json()
        tally.page(rows_of(items, body))
        yield body
        found = ask(target, body)
        if not found:
            return
        following = place(reply.url, str(found))
        if following in seen:
            raise Incomplete("The platform's pages lead in a circle.")
        seen.add(following)
    raise _too_many(max_pages)


def _counted(
    fetch: Fetch,
    where: Callable[[Tally], dict[str, Any]],
    *,
    tally: Tally,
    items: Items,
    total: Callable[[Any], int | None] | None = None,
    pages: Callable[[Any], int | None] | None = None,
    more: Callable[[Any], bool | None] | None = None,
    max_pages: int,
) -> Iterator[Any]:
    """Pages whose place follows from what was counted so far."""
    for _ in range(max_pages):
        try:
            body = fetch(where(tally)).json()
        except Rejected as refusal:
            if tally.looks_ended and refusal.status in _NO_SUCH_PAGE:
                return
            raise
        rows = rows_of(items, body)
        tally.page(rows)
        tally.announce(total=ask(total, body), pages=ask(pages, body), more=ask(more, body))
        if rows or tally.pages == 1:
            yield body
        if tally.at_end(rows):
            tally.check()
            return
    raise _too_many(max_pages)


def _join(base: str, target: str) -> httpx2.URL:
    try:
        return httpx2.URL(base).join(target).copy_with(fragment=None)
    except httpx2.InvalidURL:
        raise FormatChanged("The link to the next page is not a valid address.") from None


def _same_host(base: str, target: str) -> str:
    here, there = httpx2.URL(base), _join(base, target)
    if (here.scheme, here.host, here.port) != (there.scheme, there.host, there.port):
        raise Incomplete("The link to the next page leads to another host.")
    return str(there)


def _on_host_of(first: str, base: str, target: str) -> str:
    home = httpx2.URL(first)
    there = _join(base, target)
    return str(there.copy_with(scheme=home.scheme, host=home.host, port=home.port))


def _too_many(max_pages: int) -> Incomplete:
    return Incomplete(f"The list did not end within {max_pages:,} pages.")
