"""A comment's text as what it is made of: words, addresses to follow, people. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.core.mentions import Named

_ADDRESS = re.compile(r"https?://[^\s<>\"“”]+", re.IGNORECASE)
_ENDS = ".,;:!?'’…"
SCHEMES = frozenset({"http", "https"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A part of a text: an address to follow where it has ``href``, a person where ``names``."""

    text: str
    href: str = ""
    names: bool = False


def pieces(text: str, named: Sequence[Named] = ()) -> tuple[Piece, ...]:
    """The text in its order. Only who is named beyond doubt stands out."""
    marks = [(one.start, one.end, Piece(text=one.text, names=True)) for one in named if _sure(one)]
    marks += _addresses(text)
    return tuple(_in_order(text, sorted(marks, key=lambda mark: mark[:2])))


def fault_of(url: str) -> str | None:
    """Why this is no address that a browser may follow, as a sentence; None when it is one."""
    try:
        parts = urlsplit(url)
        host, name, word = parts.hostname, parts.username, parts.password
    except ValueError:
        return "That is not an address."
    if parts.scheme.lower() not in SCHEMES or not host:
        return "An address begins with https:// or http://."
    if name or word:
        return "Leave the user and the password out of the address: everybody here could read them."
    return None


def _sure(one: Named) -> bool:
    return len(one.who) == 1


def _addresses(text: str) -> Iterator[tuple[int, int, Piece]]:
    for found in _ADDRESS.finditer(text):
        url = _without_end(found[0])
        if fault_of(url) is None:
            end = found.start() + len(url)
            yield found.start(), end, Piece(text=url, href=url)


def _without_end(url: str) -> str:
    """Without the sentence's own full stop or bracket."""
    while url[-1] in _ENDS or (url[-1] == ")" and url.count(")") > url.count("(")):
        url = url[:-1]
    return url


def _in_order(text: str, marks: Sequence[tuple[int, int, Piece]]) -> Iterator[Piece]:
    at = 0
    for start, end, piece in marks:
        if start < at:  # an @ within an address
            continue
        if start > at:
            yield Piece(text=text[at:start])
        yield piece
        at = end
    if at < len(text):
        yield Piece(text=text[at:])
