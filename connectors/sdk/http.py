"""The one way out: every request of every connector goes through ``HttpSession``."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.sdk.manifest import RateLimit


@dataclass(frozen=True, kw_only=True)
class HttpPolicy:
    """What a session may do. Seconds and bytes.

    hosts            the only hosts it may reach: "api.example.com" or "*.example.com"
    private_hosts    hosts for which the operator allows private and loopback addresses
                     and plain http
    max_bytes        cap on decoded bytes of one body
    total_timeout    cap on one request with its retries
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A whole answer. ``body`` is decoded and proven complete."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str

    def json(self) -> Any:
        """The body as JSON; raises ``FormatChanged`` with a sample when it is not."""
        raise NotImplementedError

    def text(self) -> str:
        """The body as text by its declared charset, UTF-8 (BOM removed) otherwise."""
        raise NotImplementedError


class HttpSession:
    """Guarded HTTP for one connection; closes with ``close`` or as a context manager."""

    def __init__(
        self,
        policy: HttpPolicy,
        *,
        now: Callable[[], datetime] | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self.policy = policy

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        data: Mapping[str, str] | bytes | None = None,
        also_ok: Collection[int] = (),
    ) -> Reply:
        """One answer, or one of the typed errors.

        2xx and ``also_ok`` are returned. 401 and 403 raise ``AuthFailed``, 429 waits or
        raises ``RateLimited``, 5xx, timeouts and refused connections are retried and raise
        ``Unavailable``, a cut body raises ``Incomplete``, another 4xx ``Rejected``.
        """
        raise NotImplementedError
