"""Web addresses as settings."""

from collections.abc import Collection
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator

WEB = ("https", "http")


def parts_of(url: str, *, schemes: Collection[str] = WEB, begin: str = "https:") -> SplitResult:
    """The address in its parts; raises ``ValueError`` with a sentence that repeats none of them.

    A user name or password in it is refused: an address is stored and shown in the plain.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in schemes:
        raise ValueError(f"The address must begin with {begin} and name a host.")
    if "@" in parts.netloc:
        raise ValueError("Enter user name and password in their own fields, not in the address.")
    return parts


def _web(url: str) -> str:
    parts_of(url := url.strip())
    return url


WebAddress = Annotated[str, AfterValidator(_web)]
"""The type of a setting that is an address."""
BaseAddress = Annotated[WebAddress, AfterValidator(lambda url: url.rstrip("/"))]
"""The same of one that paths are put behind: without a slash at its end."""
