"""Addresses that a browser may follow."""

from urllib.parse import urlsplit

FOLLOWED = frozenset({"http", "https"})


def link(url: str | None) -> str | None:
    """The address when a browser may follow it (http, https with a host), else None."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme.lower() in FOLLOWED and parts.hostname else None
