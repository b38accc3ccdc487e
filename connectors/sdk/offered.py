"""A list that a platform offers to some sign-ins only, and that may be offered no more."""

from collections.abc import Mapping
from typing import Any

from connectors.sdk.connector import NotOffered
from connectors.sdk.errors import Incomplete

READ_BEFORE = "read"
"""In a stream's state: whether it was ever read. What is stored of it grows old without it."""


def not_offered(state: Mapping[str, Any], why: str, *, remedy: str) -> NotOffered:
    """The end of a stream that is not offered; raises ``Incomplete`` where it was read before.

    ``why`` and ``remedy`` are sentences for a person.
    """
    if state.get(READ_BEFORE) is True:
        raise Incomplete(f"{why} What was read before stays as it was.", remedy=remedy)
    return NotOffered(why=f"{why} {remedy}")
