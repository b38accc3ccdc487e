"""What is left of a declaration without what is wrong in its shape.

So that whoever wrote it hears of everything at once, and not of the next mistake each time.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from connectors.http_api import model
from connectors.sdk.lines import Place

_NOBODY: Mapping[str, Any] = {"name": "-", "base": "https://nobody.example"}
_EMPTY: Mapping[str, Any] = {"kind": "notice", "path": "/", "map": {"id": "id", "title": "id"}}
_INSTEAD: Mapping[str, Any] = {"path": "/", "method": "POST"}
"""What stands for a key of a stream, so that nothing else looks wrong without it."""
_TOGETHER: Mapping[str, Sequence[str]] = {
    "window": ("completeness", "path"),
    "pager": ("path", "rows"),
    "format": ("csv", "rows", "total", "error", "pager"),
}
"""What is judged only beside that key."""


def remains(data: Mapping[str, Any], wrong: Sequence[Place]) -> model.Declaration | None:
    """The declaration without what is wrong at those places; None where nothing can be judged."""
    tops = {place[0] for place in wrong if place}
    kept = {name: value for name, value in data.items() if name not in tops}
    streams = data.get("streams")
    left: dict[str, Any] = {}
    if isinstance(streams, dict):
        for name, stream in streams.items():
            places = [place[2:] for place in wrong if place[:2] == ("streams", name)]
            if (one := _stream(stream, places)) is not None:
                left[name] = one
    try:
        return model.Declaration.model_validate(
            {**_NOBODY, **kept, "streams": left or {"nobody": _EMPTY}}
        )
    except ValidationError:
        return None


def _stream(told: Any, wrong: Sequence[Place]) -> dict[str, Any] | None:
    """A stream without its wrong keys; None where its map cannot be judged."""
    keys = {place[0] for place in wrong if place}
    if not isinstance(told, dict) or () in wrong or keys & {"kind", "map"}:
        return None
    gone = keys.union(*(_TOGETHER.get(str(key), ()) for key in keys))
    stood = {key: value for key, value in _INSTEAD.items() if key in gone}
    return {**{key: value for key, value in told.items() if key not in gone}, **stood}
