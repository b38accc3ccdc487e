"""Plain text, links and tolerant enums."""

import html
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from connectors.sdk.mapping.fields import BadField, shown

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_UNSEEN = re.compile(
    "[\u00ad\u200b\u2060\ufeff"  # soft hyphen, zero width
    "\u202a-\u202e\u2066-\u2069"  # bidi overrides: they make a text read as another
    "\U000e0000-\U000e007f"  # tags, invisible everywhere
    "\ud800-\udfff]"  # lone surrogates: no encoding and no database takes them
)
_JOINS = re.compile(r"[\s_-]+")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_LONGEST_LINK = 2_000


def text_of(value: Any, *, limit: int = 500) -> str | None:
    """One line of plain text; None if nothing is left.

    HTML entities are decoded ("&amp;amp;" too: what was escaped twice); control characters,
    runs of blanks and line ends become one blank; invisible characters and bidi overrides go.
    What is longer than ``limit`` ends in "…". A number becomes its digits; true, a list or an
    object raises ``BadField``.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise BadField(f"a text was expected, not {shown(value)}")
    text = plain(value if isinstance(value, str) else str(value), limit)
    return text or None


def plain(text: str, limit: int) -> str:
    """The work of ``text_of`` on a string; applied twice it changes nothing."""
    text = text[: limit * 12]  # a bound on the work; an entity is rarely as long as this
    text = text.strip() if _is_clean(text) else _cleaned(text)
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _is_clean(text: str) -> bool:
    """Whether there is nothing to do but strip: so it is with most texts, and cheap to see."""
    return text.isascii() and text.isprintable() and "&" not in text and "  " not in text


def _cleaned(text: str) -> str:
    before = None
    while text != before:  # removing and decoding can each make new work for the other
        before = text
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), _UNSEEN.sub("", text))
        text = unicodedata.normalize("NFC", _SPACE.sub(" ", text)).strip()
    return text


def visible(text: str) -> str:
    """The text without invisible characters and bidi overrides; line ends stay."""
    return _UNSEEN.sub("", text)


def link_of(value: Any) -> str | None:
    """An http or https URL, else None.

    One with a user name in it is refused: it may hold a password, and reads as another host.
    """
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > _LONGEST_LINK or "\\" in text or text != _SPACE.sub("", text):
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    fine = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    return visible(text) if fine else None


def known(value: Any, table: Mapping[str, Any], default: Any) -> Any:
    """A tolerant enum: looked up without case, spaces, dashes or underscores; else default."""
    wanted = _folded(str(value)[:200])
    return next((found for name, found in table.items() if _folded(name) == wanted), default)


@lru_cache(maxsize=1024)  # the names of a table come again with every row
def _folded(text: str) -> str:
    return _JOINS.sub("", text).casefold()
