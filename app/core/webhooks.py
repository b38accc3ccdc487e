"""Webhooks: when one is tried again, and by what its receiver knows it again."""

import base64
import hashlib
from datetime import datetime, timedelta

AFTER = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long after each attempt that failed the next one follows; after the last none does."""
JITTER = 0.2
"""Up to so much of the wait is added: what failed together is not tried again together."""
OLD_SECRET = timedelta(hours=24)
"""So long the secret before the present one signs along."""


def wait(attempts: int, delivery_id: int, *, asked: float | None = None) -> timedelta | None:
    """How long after that many failed attempts the next one follows; None: it is given up.

    ``asked``: the seconds that the receiver asks to be left alone; never less than those.
    """
    if attempts > len(AFTER):
        return None
    planned = AFTER[attempts - 1] * (1 + JITTER * _chance(delivery_id, attempts))
    return max(planned, timedelta(seconds=asked or 0.0))


def _chance(delivery_id: int, attempts: int) -> float:
    """A number in [0, 1), the same for the same attempt: whoever asks again is told the same."""
    found = hashlib.sha256(f"{delivery_id}:{attempts}".encode()).digest()
    return int.from_bytes(found[:4]) / 2**32


def message_id(channel_id: int, key: str, created_at: datetime) -> str:
    """What stands in ``webhook-id``: the same for every attempt, in no two messages the same.

    The moment is part of it: after a backup was put back numbers are given out once more.
    """
    known = f"{channel_id}:{created_at.isoformat()}:{key}"
    found = hashlib.sha256(known.encode()).digest()[:20]
    return f"msg_{base64.b32encode(found).decode().lower()}"
