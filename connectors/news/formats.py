"""From a feed's bytes to its entries as plain fields, whatever format it has."""

import json
import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urljoin

import feedparser

from connectors.sdk.errors import FormatChanged, Incomplete

Entry = Mapping[str, Any]
"""``id``, ``title``, ``link``, ``published``, ``html``, ``text``, ``author`` and ``tags`` as they
came, None where the feed says nothing.
"""

TAIL = 10_000
"""Bytes in which a feed's end is looked for: caches write remarks behind it."""
_END = re.compile(rb"</(?:rss|feed|rdf:rdf)\s*>(?:\s|<!--.*?-->)*\Z", re.IGNORECASE | re.DOTALL)
NO_FEED = "It is no feed of RSS, Atom or JSON."
_REMEDY = "Copy the feed's own address, not that of the page that shows it, and enter it again."


def whole(body: bytes) -> bool:
    """Whether the body has its own end, where the connection does not prove it."""
    if _is_json(body):
        return body.rstrip().endswith(b"}")
    return _END.search(body[-TAIL:]) is not None


def entries_of(body: bytes, content_type: str | None) -> list[Entry]:
    """The entries in the feed's order; raises ``FormatChanged`` or ``Incomplete`` for the feed."""
    if _is_json(body):
        return _json_feed(body)
    if b"<!ENTITY" in body[:100_000].upper():
        raise FormatChanged("The feed defines entities, which no feed needs.", remedy=_REMEDY)
    parsed = feedparser.parse(
        BytesIO(body),
        response_headers={"content-type": content_type or "application/xml"},
        sanitize_html=False,  # every text is cleaned once, where a record is made
        resolve_relative_uris=True,
    )
    if not parsed.get("version"):
        raise FormatChanged(NO_FEED, remedy=_REMEDY)
    if not whole(body):
        raise Incomplete("The feed arrived without its end.")
    return [_entry(entry, parsed.feed.get("link")) for entry in parsed.entries]


def _is_json(body: bytes) -> bool:
    return body[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def _entry(found: Any, home: Any) -> Entry:
    content = next((part.value for part in found.get("content", ()) if part.get("value")), None)
    return {
        "id": found.get("id"),
        "title": found.get("title"),
        "link": _from_home(found.get("link"), home),
        "published": found.get("published") or found.get("updated"),
        "html": content or found.get("summary"),
        "text": found.get("summary"),
        "author": found.get("author"),
        "tags": [tag.get("term") for tag in found.get("tags", ()) if tag.get("term")],
    }


def _json_feed(body: bytes) -> list[Entry]:
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError):
        raise FormatChanged(NO_FEED, remedy=_REMEDY) from None
    version, items = feed.get("version"), feed.get("items")
    if not isinstance(version, str) or "jsonfeed.org" not in version:
        raise FormatChanged(NO_FEED, remedy=_REMEDY)
    if not isinstance(items, list):
        raise FormatChanged("The feed has no list of items.", remedy=_REMEDY)
    return [_item(item, feed.get("home_page_url")) for item in items]


def _item(item: Any, home: Any) -> Entry:
    if not isinstance(item, dict):
        return {"title": item}
    authors = item.get("authors") or [item.get("author")]
    return {
        "id": item.get("id"),
        "title": item.get("title"),
        "link": _from_home(item.get("url") or item.get("external_url"), home),
        "published": item.get("date_published") or item.get("date_modified"),
        "html": item.get("content_html"),
        "text": item.get("summary") or item.get("content_text"),
        "author": authors[0].get("name")
        if isinstance(authors, list) and authors and isinstance(authors[0], dict)
        else None,
        "tags": item.get("tags") or [],
    }


def _from_home(link: Any, home: Any) -> Any:
    """A link without a host begins where the feed says that its site is."""
    if not isinstance(link, str) or not isinstance(home, str):
        return link
    try:
        return urljoin(home, link)
    except ValueError:
        return link
