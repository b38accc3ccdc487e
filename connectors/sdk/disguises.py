"""The forms in which a secret comes back in other people's text: coded, as a part, or cut off."""

import base64
import html
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

SHORTEST = 6
"""Shorter values are left to the patterns: masking them would blank ordinary words."""
KEYLIKE = re.compile(r"(?=.*\d|.{20})[\w%+=~-]{12,}", re.ASCII)
"""A part of an address that is a key rather than a word."""
STEM = 12
"""Characters at the beginning by which a secret is known that somebody cut off."""
_IN_ADDRESSES = "/%:=&?~#+!$,;@()*[]'"
_WORDS = re.compile(r"[^\W\d]+(?:[\s.,;:!?'-]+[^\W\d]*)+")
"""Begins as a sentence does, so that its beginning alone may stand anywhere."""


@lru_cache(maxsize=128)  # a key of 2 KB takes a millisecond, and comes again with every read
def forms(secret: str) -> frozenset[str]:
    """The value, and the parts of an address that open it, each as servers and logs write it."""
    values = {secret, *_parts(secret)} if "://" in secret else {secret}
    return frozenset(form for value in values for form in _codings(value) if len(form) >= SHORTEST)


def _codings(value: str) -> Iterable[str]:
    plain = unquote(value)
    return (
        value,
        plain,
        value.lower(),  # as a host's name
        quote(value, safe=""),
        quote(value, safe=_IN_ADDRESSES),
        quote_plus(value),
        repr(value)[1:-1],
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        html.escape(value),
        html.escape(value).replace("&#x27;", "&#39;"),
        base64.b64encode(value.encode()).decode(),
    )


def _parts(address: str) -> Iterable[str]:
    """Path and query: a server's own error page quotes these, without the host."""
    try:
        split = urlsplit(address)
    except ValueError:  # a password that merely looks like an address
        return ()
    target = f"{split.path}?{split.query}" if split.query else split.path
    segments = split.path.split("/")
    values = [value for _name, value in parse_qsl(split.query)]
    raw = [pair.partition("=")[2] for pair in split.query.split("&")]
    keys = (part for part in (*segments, *values, *raw) if KEYLIKE.fullmatch(part))
    return (part for part in (target, *keys) if part != "/")


def without(text: str, known: Iterable[str], mask: str) -> str:
    """The text with each of the known forms masked, the longest first, and with what was cut off.

    A sample ends where it ends: the beginning of a secret is one too.
    """
    known = tuple(known)
    for form in known:
        if form in text:
            text = text.replace(form, mask)
    for form in known:
        if form[:STEM] in text and _is_told_by_its_stem(form):
            text = _cut(text, form, mask)
    return text


def _is_told_by_its_stem(form: str) -> bool:
    stem = form[:STEM]
    return len(form) > STEM and not (
        stem.startswith(("http", "webcal", "/")) or _WORDS.fullmatch(stem)
    )


def _cut(text: str, form: str, mask: str) -> str:
    kept, rest = "", text
    while (at := rest.find(form[:STEM])) >= 0:
        end = at + STEM
        while end < len(rest) and rest[at : end + 1] == form[: end + 1 - at]:
            end += 1
        kept, rest = f"{kept}{rest[:at]}{mask}", rest[end:]
    return kept + rest
