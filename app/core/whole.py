"""Whole numbers as people and tools write them: in addresses, forms and cursors."""

MOST = 999_999_999
"""The largest that is taken: nine digits, which fit every number column of both databases."""


def whole(text: str) -> int | None:
    """The number that at most nine plain digits write; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
