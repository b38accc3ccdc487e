"""A field that cannot be read, and how its value is shown."""

from typing import Any


class BadField(ValueError):
    """A field that cannot be read. The message names field, value and reason."""


def shown(value: Any) -> str:
    """A value as a person may see it in a sentence: quoted, and short whatever its size."""
    if isinstance(value, bool | None):
        return {True: "true", False: "false", None: "nothing"}[value]
    if isinstance(value, dict | list | tuple | set):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    if isinstance(value, int) and value.bit_length() > 128:
        return "a number of more than 38 digits"
    text = value if isinstance(value, str) else str(value)
    return repr(text if len(text) <= 60 else f"{text[:59]}…")
