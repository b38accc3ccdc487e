"""How often each token may ask, and each address whose tokens nobody knows.

Counted by each process for itself: with several web processes a token may make as many times more
requests. That keeps a run-away tool from the people, which is what it is for, and costs no write.
"""

from collections.abc import Hashable
from datetime import datetime
from threading import Lock

from app.api.problems import Problem
from app.core import bucket
from app.core.bucket import Bucket
from app.services.memo import Memo

MOST = 10_000
"""So many tokens and addresses are remembered."""
STRANGERS = 30
"""Requests a minute with tokens that nobody knows, from one address."""
POLICY = "minute"


class TooMany(Problem):
    """Wait, then go on."""

    def __init__(self, seconds: int, headers: dict[str, str]) -> None:
        super().__init__(
            429,
            "Too many requests",
            f"Wait {seconds} seconds. What Retry-After says is enough.",
            about="too-many",
            headers={"Retry-After": str(seconds), **headers},
        )


class Limits:
    """What is left to whom."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._buckets: Memo[Bucket] = Memo(MOST)
        self._lock = Lock()

    def take(self, token_id: int, *, now: datetime) -> dict[str, str]:
        """Count a request of a token: what its answer says of what is left. Raises ``TooMany``."""
        if not self.per_minute:
            return {}
        before, after = self._taken(("token", token_id), self.per_minute, now)
        headers = told(after)
        if not before.whole:
            raise TooMany(after.wait, headers)
        return headers

    def strange(self, address: str, *, now: datetime) -> None:
        """Count a request with a token that nobody knows. Raises ``TooMany``."""
        before, after = self._taken(("address", address), STRANGERS, now)
        if self.per_minute and not before.whole:
            raise TooMany(after.wait, {})

    def _taken(self, key: Hashable, most: int, now: datetime) -> tuple[Bucket, Bucket]:
        with self._lock:
            known = self._buckets.peek(key)
            before = bucket.filled(known, now) if known else bucket.full(most, now)
            after = bucket.taken(before)
            self._buckets.put(key, after)
        return before, after


def told(left: Bucket) -> dict[str, str]:
    """The fields of the draft "RateLimit header fields for HTTP"."""
    window = int(bucket.WINDOW.total_seconds())
    return {
        "RateLimit-Policy": f'"{POLICY}";q={left.most};w={window}',
        "RateLimit": f'"{POLICY}";r={left.whole};t={left.full_in}',
    }
