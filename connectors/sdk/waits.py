"""How long to wait before a request is tried again."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

BASE = 0.5
LONGEST_BACKOFF = 30.0
LONGEST_WAIT = 60.0
"""Seconds that a request waits inside a call; longer waits are the schedule's."""

LONGEST_ASK = timedelta(hours=24)
"""A platform's daily quota is over by then; a longer ask is a mistake."""


_SENTENCE = re.compile(rb"try again in (\d{1,5}) seconds?", re.IGNORECASE)


def backoff(attempt: int, chance: float) -> float:
    """Full jitter: anything from nothing to twice the last limit. ``chance`` is in [0, 1)."""
    return chance * float(min(LONGEST_BACKOFF, BASE * 2.0 ** min(attempt, 10)))


def asked(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the platform asks to wait, or None.

    ``Retry-After`` in seconds or as a date, else ``X-RateLimit-Reset`` or
    ``RateLimit-Reset``, which platforms fill with an epoch in seconds or milliseconds or
    with seconds from now.
    """
    seconds = _retry_after(headers.get("retry-after", ""), now)
    if seconds is None:
        reset = headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset") or ""
        seconds = _reset(reset, now)
    if seconds is None:
        return None
    return min(max(seconds, 0.0), LONGEST_ASK.total_seconds())


def said(body: bytes) -> float | None:
    """Seconds in the sentence that Azure's gateway answers with, header or none:
    "Rate limit is exceeded. Try again in 57 seconds."
    """
    found = _SENTENCE.search(body, 0, 1_000)
    return min(float(found[1]), LONGEST_ASK.total_seconds()) if found else None


def _retry_after(text: str, now: datetime) -> float | None:
    seconds = _number(text)
    if seconds is not None:
        return seconds
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    return ((when if when.tzinfo else when.replace(tzinfo=UTC)) - now).total_seconds()


def _reset(text: str, now: datetime) -> float | None:
    value = _number(text)
    if value is None:
        return None
    if value > 1e11:
        value /= 1000
    return value - now.timestamp() if value > 1e9 else value


def _number(text: str) -> float | None:
    text = text.strip()
    whole, _, part = text.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) < 16):
        return None
    return float(whole) if not (part.isascii() and part.isdigit()) else float(text[:32])
