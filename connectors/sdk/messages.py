"""What a session is allowed (``HttpPolicy``) and what it gives back (``Reply``)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sdk import decoding
from connectors.sdk.manifest import RateLimit


@dataclass(frozen=True, kw_only=True)
class HttpPolicy:
    """What a session may do. Seconds and bytes.

    hosts            the only hosts it may reach: "api.example.com" or "*.example.com",
                     with ":port" for that port only
    private_hosts    hosts (or "host:port") for which the operator allows private and
                     loopback addresses and plain http
    max_bytes        cap on decoded bytes of one body
    total_timeout    cap on one request with its retries, not counting the wait for a turn
                     under ``rate``
    attempts         how often one request is sent at most
    rate             limit per host, shared by all sessions of the process
    max_requests     budget of the whole session: a pager gone wild ends here
    """

    hosts: tuple[str, ...]
    private_hosts: frozenset[str] = frozenset()
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    total_timeout: float = 120.0
    max_bytes: int = 32 * 1024 * 1024
    attempts: int = 4
    rate: RateLimit | None = None
    max_redirects: int = 3
    max_requests: int = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A whole answer. ``body`` is decoded and proven complete.

    ``headers`` ignores case. ``url`` is where the answer came from in the end, without its
    query, which may hold a key.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str = field(repr=False)

    def json(self) -> Any:
        """The body as JSON; raises ``FormatChanged`` with a sample when it is not.

        Numbers that are not integers are ``Decimal``, with every digit that came.
        """
        return decoding.to_json(self.body, self.headers.get("content-type", ""))

    def text(self) -> str:
        """The body as text by its declared charset, UTF-8 (BOM removed) otherwise."""
        return decoding.to_text(self.body, self.headers.get("content-type", ""))
