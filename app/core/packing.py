"""Many ids as one short text, for a form that names what was previewed, item by item."""

import binascii
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable

from app.core.whole import MOST

LARGEST = 200_000
"""Bytes that a text may unpack to: as many as ten thousand ids have, and then some."""


def pack(ids: Iterable[int]) -> str:
    """The ids, in any order, once each. Each is told by its distance from the one before."""
    steps, last = [], 0
    for id_ in sorted(set(ids)):
        steps.append(str(id_ - last))
        last = id_
    return urlsafe_b64encode(zlib.compress(",".join(steps).encode())).decode()


def unpack(text: str) -> list[int]:
    """The ids of such a text, the smallest first; none of a text that is not ours."""
    try:
        opened = zlib.decompressobj()
        told = opened.decompress(urlsafe_b64decode(text.encode()), LARGEST)
        if opened.unconsumed_tail:
            return []
        steps = [int(step) for step in told.decode().split(",")]
    except (zlib.error, binascii.Error, ValueError):
        return []
    found, last = [], 0
    for step in steps:
        last += step
        if step < 1 or last > MOST:
            return []
        found.append(last)
    return found
