"""What a declaration leaves open until it is asked with: days counted from today, names in a path.

    {today}  {today+90d}  {today-1d:%d.%m.%Y}

That is the whole set; everything else in braces stays as it is written.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import quote

from connectors.sdk.lines import Place

_DAY = re.compile(r"\{today(?:([+-][0-9]{1,4})d)?(?::([^{}]+))?\}")
_MEANT = re.compile(r"\{\s*([A-Za-z]{3,8})\s*(?:[+-:][^{}]*)?\}")
_NAME = re.compile(r"\{([A-Za-z_][A-Za-z0-9_.]*)\}")
_DIRECTIVES = frozenset("YymdBbjHMSVGu%")
_CLOSE = 0.7
_FORMS = "{today}, {today+90d} or {today-1d:%d.%m.%Y}"


def filled(value: Any, today: date) -> Any:
    """The value as it is sent: its days written out, and numbers that JSON can carry."""
    if isinstance(value, str):
        return _DAY.sub(lambda found: _written(found, today), value)
    if isinstance(value, dict):
        return {name: filled(one, today) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(one, today) for one in value]
    return float(value) if isinstance(value, Decimal) else value


def moves(value: Any) -> bool:
    """Whether it says something else tomorrow."""
    return any(_DAY.search(text) for text in _texts(value))


def problems_of(value: Any) -> Iterator[tuple[Place, str]]:
    """What is wrong with the days in it, each with its place."""
    if isinstance(value, str):
        if wrong := _problem(value):
            yield (), wrong
    elif isinstance(value, dict | list):
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        for key, one in inside:
            yield from (((key, *place), wrong) for place, wrong in problems_of(one))


def _problem(text: str) -> str | None:
    if "{" in text:
        for found in _MEANT.finditer(text):
            near = SequenceMatcher(None, found[1].lower(), "today").ratio() >= _CLOSE
            whole = _DAY.fullmatch(found[0])
            if near and whole is None:
                return f"{found[0]} is no day: write {_FORMS}"
            strange = set(re.findall(r"%(.?)", (whole and whole[2]) or "")) - _DIRECTIVES
            if strange:
                return f"a day has no %{min(strange)}"
    return None


def names_in(path: str) -> frozenset[str]:
    """The names that stand in braces in a path, days aside."""
    return frozenset(_NAME.findall(_DAY.sub("", path)))


def placed(path: str, values: Mapping[str, Any], today: date) -> str:
    """The path with its days, and with these values in place of their names."""

    def put(found: re.Match[str]) -> str:
        return quote(str(values[found[1]]), safe="") if found[1] in values else found[0]

    return _NAME.sub(put, _DAY.sub(lambda found: quote(_written(found, today), safe=""), path))


def into(body: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """The body with more in it; a name with dots is a place inside it."""
    made = dict(body)
    for name, value in more.items():
        *above, last = name.split(".")
        there = made
        for key in above:
            there[key] = dict(there.get(key) or {})
            there = there[key]
        there[last] = value
    return made


def fits(body: Mapping[str, Any], name: str) -> bool:
    """Whether a name with dots is a place that the body can have."""
    there: Any = body
    for key in name.split(".")[:-1]:
        there = there.get(key)
        if there is None:
            return True
        if not isinstance(there, dict):
            return False
    return True


def _written(found: re.Match[str], today: date) -> str:
    day = today + timedelta(days=int(found[1] or 0))
    return day.strftime(found[2]) if found[2] else day.isoformat()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
