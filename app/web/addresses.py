"""Addresses within the site, and the one way back that may be trusted."""

import re
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request

# One slash, then neither slash nor backslash; no control characters, blanks or backslashes,
# and no NUL in disguise, which no database takes.
_LOCAL = re.compile(r"/(?![/\\])(?!.*%00)[^\x00-\x20\\\x7f]*", re.ASCII)


def local(url: str | None, otherwise: str = "/") -> str:
    """``url`` when it is a path on this site, else ``otherwise``: no open redirect."""
    if not url or not _LOCAL.fullmatch(url):
        return otherwise
    try:
        parts = urlsplit(url)
    except ValueError:
        return otherwise
    return url if not parts.scheme and not parts.netloc else otherwise


def here(request: Request) -> str:
    """The address that the person sees: of the page itself, or of the page htmx acts on."""
    shown = request.headers.get("hx-current-url")
    if shown is None:
        return local(f"{request.url.path}?{request.url.query}".removesuffix("?"))
    try:
        parts = urlsplit(shown)
    except ValueError:
        return "/"
    return local(f"{parts.path}?{parts.query}".removesuffix("?"))


def came_from(request: Request) -> str:
    """The page whose form this is, as the browser says; the first page when it does not."""
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    if parts.netloc != request.headers.get("host"):
        return "/"
    return local(f"{parts.path}?{parts.query}".removesuffix("?"))


PINNED = frozenset({"mine", "unowned", "starred", "snoozed", "done"})


def place(url: str) -> str:
    """Which entry of the navigation an address belongs to: "inbox", "mine", "sources/3"."""
    parts = urlsplit(url)
    path = parts.path.strip("/")
    tab = parse_qs(parts.query).get("tab", [""])[0]
    if path == "inbox" and tab in PINNED:
        return tab
    room, _, rest = path.partition("/")
    inner = rest.split("/")[0]
    return f"{room}/{inner}" if inner.isdecimal() else room
