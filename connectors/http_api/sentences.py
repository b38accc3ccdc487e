"""What pydantic finds wrong with a declaration, in our words and at our places."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import ValidationError

from connectors.http_api import model
from connectors.http_api.model import Part
from connectors.sdk.lines import Place

_INSIDE: Mapping[str, tuple[type[Part], ...]] = {
    "sign_in": get_args(get_args(model.SignIn)[0]),
    "pager": get_args(get_args(model.Pager)[0]),
    "csv": (model.Csv,),
    "window": (model.Window,),
    "detail": (model.Detail,),
    "currency": (model.Constant,),
}
"""The parts that can stand below a key."""
_NO_KEYS = ("model_type", "model_attributes_type")

_SENTENCES: Mapping[str, str] = {
    "string_type": "a text is needed here; write it in quotes",
    "int_type": "a whole number is needed here",
    "bool_type": "true or false is needed here",
    "dict_type": "keys with values are needed here",
    "model_type": "keys with values are needed here",
    "model_attributes_type": "keys with values are needed here",
    "list_type": "a list is needed here",
    "string_too_short": "it is empty",
    "too_short": "it is empty",
    "string_unicode": "it holds a character that is not allowed",
    "missing": "is needed",
    "union_tag_not_found": "it needs a type",
    "string_pattern_mismatch": "a name has small letters, digits and _ only, and begins with one",
}


def sentences(
    error: ValidationError, data: Any, root: type[Part] = model.Declaration
) -> Iterator[tuple[Place, str]]:
    """Each place of the data, which is a ``root``, with the first that is wrong there.

    What the data has no key for stays out of the place, such as a type that pydantic tried.
    """
    seen: set[Place] = set()
    for one in error.errors(include_url=False, include_input=False):
        place = _place(one["loc"], data, one["type"])
        if place not in seen:
            seen.add(place)
            yield place, _sentence(one, root)


def nearest(name: str, known: Collection[str]) -> str:
    """ "; is it due?" where something is spelled nearly so, else all that there are."""
    found = get_close_matches(name, known, n=1)
    all_of_them = "is only" if len(known) == 1 else "are"
    return f"; is it {found[0]}?" if found else f"; there {all_of_them} {', '.join(sorted(known))}"


def _place(told: tuple[int | str, ...], data: Any, kind: str) -> Place:
    place: list[int | str] = []
    for index, part in enumerate(told):
        is_entry = isinstance(data, list) and isinstance(part, int)
        if is_entry or (isinstance(data, dict) and part in data):
            data = data[part]
            place.append(part)
        elif index == len(told) - 1 and kind == "missing":
            place.append(part)
    return tuple(place)


def _sentence(one: Any, root: type[Part]) -> str:
    kind, context = one["type"], one.get("ctx", {})
    if kind == "extra_forbidden":
        return f"there is no such key{nearest(str(one['loc'][-1]), _keys(one['loc'], root))}"
    if kind in ("literal_error", "union_tag_invalid"):
        known = str(context.get("expected") or context.get("expected_tags", "")).replace("'", "")
        return f"it must be one of: {known.replace(' or ', ', ')}"
    if root is model.Rule and kind in _NO_KEYS and not one["loc"]:
        return "a path is needed here, in quotes where it has brackets, or keys such as path"
    text = one["msg"].removeprefix("Value error, ")
    return _SENTENCES.get(kind) or f"{text[:1].lower()}{text[1:]}"


def _keys(place: tuple[int | str, ...], root: type[Part]) -> set[str]:
    """All keys that the part at that place knows, by the type that it says it has."""
    parts: tuple[type[Part], ...] = (root,)
    inside = place
    if root is model.Declaration and place[0] == "streams":
        parts, inside = (model.Stream,), place[2:]
    if len(inside) > 1 and inside[0] in _INSIDE:
        parts = _INSIDE[str(inside[0])]
        alone = [one for one in parts if inside[1] in _types(one)]
        parts = tuple(alone) or parts
    return {info.alias or name for part in parts for name, info in part.model_fields.items()}


def _types(part: type[Part]) -> tuple[Any, ...]:
    told = part.model_fields.get("type")
    return get_args(told.annotation) if told else ()


def parts_of(part: type[Part]) -> Iterator[type[Part]]:
    """All parts that a declaration can have."""
    for one in part.__subclasses__():
        yield one
        yield from parts_of(one)
