"""An answer as a person may look at it."""

import json
from typing import Any

from connectors.sdk.http import Reply

_ROWS = 3
_LONGEST = 4_000


def sample_of(reply: Reply | None, rows: list[Any] | None) -> str:
    """The first rows, or the answer's beginning where no rows were found in it."""
    if reply is None:
        return ""
    if rows:
        text = json.dumps(rows[:_ROWS], indent=1, ensure_ascii=False, default=str)
    else:
        text = _indented(reply)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _indented(reply: Reply) -> str:
    text = reply.body[: 4 * _LONGEST].decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(reply.body), indent=1, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
