"""What of Ingram's rows has a shape of its own."""

from collections.abc import Mapping
from typing import Any

from connectors.sdk.mapping import joined, shown_text

Row = Mapping[str, Any]


def person(info: Any) -> str | None:
    """A contact as one line; Ingram pads names with blanks."""
    if not isinstance(info, Mapping):
        return None
    return (
        joined(*(shown_text(info.get(key)) for key in ("contact", "email", "phoneNumber"))) or None
    )
