"""Requests as they leave: built once, and rebuilt for a redirect without its secrets."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, cast

import httpx2

from connectors.sdk.addresses import host_of, port_of
from connectors.sdk.bodies import ACCEPT_ENCODING
from connectors.sdk.errors import ConfigInvalid, FormatChanged
from connectors.sdk.messages import Reply

_READS = ("GET", "HEAD")
_KEPT_ELSEWHERE = frozenset({"accept", "accept-encoding", "accept-language", "user-agent"})
"""Headers that follow a redirect to another host; any other may hold a secret."""


def build(
    method: str,
    url: str,
    *,
    params: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    json: Any = None,
    data: Mapping[str, str] | bytes | None = None,
) -> httpx2.Request:
    """A request ready to send; raises ``ConfigInvalid`` for what HTTP cannot carry."""
    try:
        return httpx2.Request(
            method,
            _with_params(httpx2.URL(url), params or {}),
            headers=_headers(headers or {}),
            json=json,
            data=cast("Any", data) if isinstance(data, Mapping) else None,
            content=data if isinstance(data, bytes) else None,
        )
    except httpx2.InvalidURL:
        raise ConfigInvalid("The address is not a valid web address.") from None
    except UnicodeError:
        raise unsendable() from None


def unsendable() -> ConfigInvalid:
    """A secret pasted with a line break, or with letters that headers do not have."""
    return ConfigInvalid(
        "The request cannot be sent: a value in it holds a character that HTTP forbids.",
        remedy="Enter the sign-in again, without spaces, line breaks or accents in it.",
    )


def follow(request: httpx2.Request, reply: Reply) -> httpx2.Request:
    """The request that a redirect asks for, without what must not leave its host.

    Raises ``FormatChanged`` for a redirect that leads nowhere, drops the encryption or
    would repeat a body elsewhere.
    """
    here = host_of(request.url)
    try:
        there = request.url.join(reply.headers["location"]).copy_with(fragment=None)
    except (KeyError, httpx2.InvalidURL):
        raise FormatChanged(f"{here} redirects to no valid address.") from None
    if request.url.scheme == "https" and there.scheme != "https":
        raise FormatChanged(f"{here} redirects to an address without encryption.")
    elsewhere = _origin(there) != _origin(request.url)
    if elsewhere and request.method not in _READS:
        raise FormatChanged(f"{here} redirects a query to another host.")
    headers = request.headers.copy()
    headers.pop("host", None)
    if elsewhere:
        headers = httpx2.Headers({k: v for k, v in headers.items() if k in _KEPT_ELSEWHERE})
    if request.method in _READS or reply.status in (307, 308):
        return httpx2.Request(request.method, there, headers=headers, content=request.content)
    for name in ("content-length", "content-type", "transfer-encoding"):
        headers.pop(name, None)
    return httpx2.Request("GET", there, headers=headers)


def _with_params(url: httpx2.URL, params: Mapping[str, Any]) -> httpx2.URL:
    """The address's own query stays byte for byte where nothing is added: a next link's
    cursor must come back as it was given."""
    present = {name: value for name, value in params.items() if value is not None}
    return url.copy_merge_params(present) if present else url


def _headers(given: Mapping[str, str]) -> httpx2.Headers:
    headers = httpx2.Headers({"Accept": "*/*", "User-Agent": _user_agent()})
    headers.update(given)
    headers["Accept-Encoding"] = ACCEPT_ENCODING  # only what can be proven whole
    return headers


def _origin(url: httpx2.URL) -> tuple[str, str, int]:
    return url.scheme, host_of(url), port_of(url)


@cache
def _user_agent() -> str:
    try:
        return f"PartnerInbox/{version('partner-inbox')}"
    except PackageNotFoundError:  # run from a folder, not installed
        return "PartnerInbox/dev"
