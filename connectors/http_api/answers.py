"""What paths find in an answer, and what to say where they find nothing of use."""

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from connectors.http_api.jmes import Path
from connectors.sdk.errors import FormatChanged
from connectors.sdk.mapping import BadField

_MOST_LISTS, _DEEPEST, _LONGEST_NAME = 3, 4, 60
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def follow(path: Path | None, body: Any) -> Any:
    """What is there; None without a path. Raises ``FormatChanged``."""
    try:
        return path(body) if path else None
    except BadField as problem:
        raise FormatChanged(f"The answer is not shaped as declared: {problem}.") from None


def count_of(path: Path | None, body: Any) -> int | None:
    """A number of rows or pages that was declared to be there; raises ``FormatChanged``."""
    found = follow(path, body)
    with suppress(TypeError, ValueError):
        if not isinstance(found, bool) and (count := int(found)) >= 0:
            return count
    raise FormatChanged("The number of rows or pages is missing from the platform's answer.")


def no_list(path: Path, body: Any) -> str:
    """That there is no list, and where there are some."""
    where = (
        "The answer itself is no list" if path.text == "@" else f"There is no list at {path.text}"
    )
    there = list(islice(_lists(body, ()), _MOST_LISTS))
    return f"{where}; there is one at {', '.join(there)}." if there else f"{where}."


def _lists(value: Any, above: tuple[str, ...]) -> Iterator[str]:
    """The paths of the lists of objects inside it, those near the top first."""
    if not isinstance(value, dict) or len(above) == _DEEPEST:
        return
    inside = {
        name if _PLAIN.fullmatch(name) else f'"{name}"': one
        for name, one in value.items()
        if isinstance(name, str) and len(name) <= _LONGEST_NAME
    }
    for name, one in inside.items():
        if isinstance(one, list) and (not one or isinstance(one[0], dict)):
            yield ".".join((*above, name))
    for name, one in inside.items():
        yield from _lists(one, (*above, name))
