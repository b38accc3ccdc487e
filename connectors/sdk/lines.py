"""YAML that people write, with the line of every key: plain data and nothing but data.

The data is built from PyYAML's events and not by its constructors, so that there is neither a tag
that makes objects nor an alias that makes a bomb, and so that ``no`` is a word, ``12:30`` and
``2026-01-01`` are texts: only null, true, false and numbers (exact) are more than text, as in
YAML 1.2.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

QUICK: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""LibYAML, where PyYAML has it: twenty times as fast."""
MOST_CHARACTERS = 256_000
DEEPEST = 20

Place = tuple[str | int, ...]
"""Keys and list positions from the top: ("streams", "renewals", "map", "due")."""
M = TypeVar("M", bound=BaseModel)

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
_TOLD = 10  # problems in one sentence
_TAB = "a tab cannot stand there, use spaces"


class BadYaml(ValueError):
    """It is not what it should be. ``line`` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, kw_only=True)
class Lined:
    """The data of a text; on which line each key and list entry begins, and on which it ends."""

    data: Any
    lines: dict[Place, int] = field(default_factory=dict)
    ends: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """Where a place begins; of one that is missing, where it belongs."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read(text: str) -> Lined:
    """The data of one YAML document; raises ``BadYaml``."""
    if len(text) > MOST_CHARACTERS:
        raise BadYaml(1, f"it is longer than {MOST_CHARACTERS:,} characters")
    with suppress(yaml.YAMLError):  # the slow one says better what is wrong
        return _document(yaml.parse(text, Loader=QUICK))
    try:
        return _document(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem if "'\\t'" not in str(error.problem) else _TAB
        raise BadYaml(mark.line + 1 if mark else 1, f"it is not YAML: {said}") from None
    except yaml.YAMLError:
        raise BadYaml(1, "it is not YAML: it holds a character that is not allowed") from None


def fitted(lined: Lined, model: type[M]) -> M:
    """The data as that model.

    Raises ``BadYaml`` that tells all that does not fit, each with line and place, never a value:
    it may be a secret that went astray.
    """
    try:
        return model.model_validate(lined.data)
    except ValidationError as error:
        told = list(misfits(error, lined))
        more = len(told) - _TOLD
        text = "; ".join(each.rstrip(".") for _, each in told[:_TOLD])
        raise BadYaml(told[0][0], text + (f"; and {more} more" if more > 0 else "")) from None


def misfits(error: ValidationError, lined: Lined) -> Iterator[tuple[int, str]]:
    """(line, "line 3, reports › 2 › title: this is needed") for all that a validator says."""
    for problem in error.errors(include_input=False, include_url=False):
        place = problem["loc"]
        line = lined.line(place)
        path = " › ".join(str(part + 1 if isinstance(part, int) else part) for part in place)
        text = _SAID.get(problem["type"], problem["msg"].removeprefix("Value error, "))
        yield line, f"line {line}, {path}: {text}" if path else f"line {line}: {text}"


_SAID = {
    "missing": "this is needed",
    "extra_forbidden": "there is no such key here",
    **dict.fromkeys(("list_type", "tuple_type"), "write a list here, each entry after a dash"),
    **dict.fromkeys(("dict_type", "model_type"), "write keys and their values here"),
}


def _document(events: Iterator[Any]) -> Lined:
    builder = _Builder(events)
    data = None
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            data = builder.value(next(events), ())
            break
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            mark: Any = event.start_mark  # the stubs allow an event without a place
            raise BadYaml(mark.line + 1, "there is a second document in it")
    return Lined(data=data, lines=builder.lines, ends=builder.ends)


class _Builder:
    """Data from events, noting lines on the way."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._last = 1
        self.lines: dict[Place, int] = {}
        self.ends: dict[Place, int] = {}

    def value(self, event: Any, place: Place) -> Any:
        line = event.start_mark.line + 1
        self.lines.setdefault(place, line)
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise BadYaml(line, "anchors and aliases (& and *) are not read: write it out")
        if event.tag not in (None, "!"):
            raise BadYaml(line, "tags (!) are not read: only plain data is")
        if len(place) > DEEPEST:
            raise BadYaml(line, f"it is nested deeper than {DEEPEST} levels")
        found = self._value(event, place)
        self.ends[place] = self._last
        return found

    def _value(self, event: Any, place: Place) -> Any:
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(place)
        end = event.end_mark
        self._last = max(self._last, event.start_mark.line + 1, end.line + (end.column > 0))
        return _scalar(event.value) if not event.style else event.value

    def _mapping(self, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent):
                raise BadYaml(line, "a key must be a text")
            key = event.value
            if key in found:
                raise BadYaml(line, f"the key {key[:60]!r} is there twice")
            self.lines[*place, key] = line
            found[key] = self.value(next(self._events), (*place, key))
        self._close(event)
        return found

    def _sequence(self, place: Place) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self.value(event, (*place, len(found))))
        self._close(event)
        return found

    def _close(self, event: Any) -> None:
        """A bracket is on the line it is on; a block ends with the last of its values."""
        if event.end_mark.index > event.start_mark.index:
            self._last = event.end_mark.line + 1


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if _NUMBER.fullmatch(text) else text
