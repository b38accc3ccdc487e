"""The rows in an answer, whatever they are written in, and how to damage one of them.

JSON, CSV and iCalendar. A row is damaged in one field at a time: dropped, emptied, of
another type, huge; or it is broken as a whole.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, NamedTuple, Protocol

Place = tuple[str | int, ...]
"""Where something is in a JSON document: the keys and indexes that lead to it."""


class Damage(NamedTuple):
    """What is done to which field, and the answer then.

    held    what the field held before
    change  does it to the row, beside changes of other fields that lie as deep; None where
            rows are no objects
    place   where the field is in the row
    """

    what: str
    made: Callable[[], bytes]
    held: Any = None
    change: Callable[[Any], None] | None = None
    place: Place = ()


HUGE = 100_000
_DEPTH = 4


class Rows(Protocol):
    """The rows of one answer.

    ``optional``: what its fields give may be absent, so a record may go with its field.
    """

    @property
    def optional(self) -> bool: ...

    def __len__(self) -> int: ...

    def shape(self) -> tuple[str, ...]:
        """What fields the rows have, to know alike answers by."""
        ...

    def broken(self, row: int) -> bytes:
        """The answer with a row that is none."""
        ...

    def damages(self, row: int) -> list[list[Damage]]:
        """For each field of the row what can be done to it."""
        ...

    def texts_changed(self, change: Callable[[str], str]) -> Iterator[tuple[str, bytes]]:
        """(field, the answer with this field changed in every row that has text in it)."""
        ...

    def reversed(self) -> bytes:
        """The answer with its rows in the opposite order."""
        ...


def rows_in(content_type: str, body: bytes) -> Rows | None:
    """The rows of an answer; None if there are none, or not in a form that we can damage."""
    if "json" in content_type:
        return _json_rows(body)
    if "csv" in content_type:
        return CsvRows(body)
    if "calendar" in content_type:
        return CalendarRows(body)
    return None


# --- JSON ------------------------------------------------------------------------------------


def detail_in(content_type: str, body: bytes) -> Rows | None:
    """An answer about one row, which is then the only one; None if it is no JSON object."""
    if "json" not in content_type:
        return None
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return _Detail([document], ()) if isinstance(document, dict) else None


def _json_rows(body: bytes) -> "JsonRows | None":
    try:
        document = json.loads(body)
    except ValueError:
        return None
    places = list_places(document)
    return JsonRows(document, places[0]) if places else None


def list_places(document: Any) -> list[Place]:
    """The lists of objects that lie least deep; a list that only wraps one answer is none."""
    level: list[Place] = [(0,)] if _wraps(document) else [()]
    while level:
        found = [place for place in level if _is_rows(_at(document, place))]
        if found:
            return found
        level = [(*place, key) for place in level for key in _keys(_at(document, place))]
    return []


def _wraps(document: Any) -> bool:
    one = _is_rows(document) and len(document) == 1
    return one and any(_is_rows(inner) for inner in document[0].values())


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _keys(value: Any) -> list[str] | list[int]:
    if isinstance(value, dict):
        return list(value)
    return list(range(len(value))) if isinstance(value, list) else []


def _at(document: Any, place: Place) -> Any:
    for key in place:
        document = document[key]
    return document


@dataclass(frozen=True)
class JsonRows:
    """A list of objects in a JSON document."""

    document: Any
    place: Place
    optional: ClassVar[bool] = False

    def __len__(self) -> int:
        return len(_at(self.document, self.place))

    def shape(self) -> tuple[str, ...]:
        return (*map(str, self.place), *sorted(_at(self.document, self.place)[0]))

    def broken(self, row: int) -> bytes:
        return self._with(row, lambda rows: rows.__setitem__(row, "no row at all"))

    def damages(self, row: int) -> list[list[Damage]]:
        return [self._damages_of(row, place) for place in _fields(self._row(row))]

    def _damages_of(self, row: int, place: Place) -> list[Damage]:
        old = _at(self._row(row), place)
        values: dict[str, Any] = {
            "null": None,
            "of another type": "text" if isinstance(old, dict | list) else {"un": ["expected"]},
            "huge": 10**30 if isinstance(old, int | float) else "9" * HUGE,
        }
        if isinstance(old, str):
            values["with a NUL character"] = f"{old}\0"
        name = ".".join(map(str, place))
        changes = {
            "dropped": partial(_drop, place=place),
            **{what: partial(_put_at, place=place, value=new) for what, new in values.items()},
        }
        return [
            Damage(f"{name} {what}", partial(self.changed, row, [do]), old, do, place)
            for what, do in changes.items()
        ]

    def _row(self, row: int) -> Any:
        return _at(self.document, self.place)[row]

    def texts(self) -> dict[Place, list[Any]]:
        """What the rows hold in each of their fields."""
        found: dict[Place, list[Any]] = {}
        for row in _at(self.document, self.place):
            for place in _fields(row):
                found.setdefault(place, []).append(_at(row, place))
        return found

    def texts_at(self, places: Sequence[Place], change: Callable[[str], str]) -> bytes:
        """The answer with these fields changed in every row that has text in them."""
        document = deepcopy(self.document)
        for row in _at(document, self.place):
            for place in places:
                _change_text(row, place, change)
        return self._written(document)

    def texts_changed(self, change: Callable[[str], str]) -> Iterator[tuple[str, bytes]]:
        for place in self.texts():
            yield ".".join(map(str, place)), self.texts_at([place], change)

    def reversed(self) -> bytes:
        return self._with(0, lambda rows: rows.reverse())

    def without_list(self) -> bytes:
        """The answer as if the platform had forgotten the list itself."""
        document = deepcopy(self.document)
        if self.place and isinstance(self.place[-1], str):
            del _at(document, self.place[:-1])[self.place[-1]]
        else:
            document = {}
        return json.dumps(document).encode()

    def changed(self, row: int, changes: Sequence[Callable[[Any], None]]) -> bytes:
        """The answer with all of these done to one row."""

        def change(rows: list[Any]) -> None:
            for do in changes:
                do(rows[row])

        return self._with(row, change)

    def _with(self, row: int, change: Callable[[list[Any]], object]) -> bytes:
        document = deepcopy(self.document)
        change(_at(document, self.place))
        return self._written(document)

    def _written(self, document: Any) -> bytes:
        return json.dumps(document).encode()


def _drop(row: Any, *, place: Place) -> None:
    del _at(row, place[:-1])[place[-1]]


def _put_at(row: Any, *, place: Place, value: Any) -> None:
    _at(row, place[:-1])[place[-1]] = value


def _change_text(row: Any, place: Place, change: Callable[[str], str]) -> None:
    try:
        parent, value = _at(row, place[:-1]), _at(row, place)
    except (LookupError, TypeError):  # this row has no such field
        return
    if isinstance(value, str):
        parent[place[-1]] = change(value)


class _Detail(JsonRows):
    """A single object, which stands in a list only here."""

    optional = True

    def broken(self, row: int) -> bytes:
        return b"{}"

    def _written(self, document: Any) -> bytes:
        return json.dumps(document[0]).encode()


def _fields(row: Any, before: Place = ()) -> Iterator[Place]:
    """Every field of a row, of the objects in it, and of the first in each list of objects."""
    for key, value in row.items():
        yield (*before, key)
        if len(before) >= _DEPTH:
            continue
        if isinstance(value, dict):
            yield from _fields(value, (*before, key))
        elif isinstance(value, list) and value[:1] and isinstance(value[0], dict):
            yield from _fields(value[0], (*before, key, 0))


_TEXTS = {"null": "", "of another type": "{}", "huge": "9" * HUGE}
"""What a text field is damaged with, where there is nothing but text."""


# --- CSV -------------------------------------------------------------------------------------


class CsvRows:
    """The lines of a CSV file below its header."""

    optional = False

    def __init__(self, body: bytes) -> None:
        text = body.decode("utf-8-sig")
        dialect = csv.Sniffer().sniff(text.partition("\n")[0], delimiters=",;\t")
        self._delimiter = dialect.delimiter
        self._lines = list(csv.reader(io.StringIO(text), delimiter=self._delimiter))

    def __len__(self) -> int:
        return len(self._lines) - 1

    def shape(self) -> tuple[str, ...]:
        return tuple(self._lines[0])

    def broken(self, row: int) -> bytes:
        return self._with(row, ["no row at all"] * len(self._lines[0]))

    def damages(self, row: int) -> list[list[Damage]]:
        return [self._damages_of(row, column) for column in range(len(self._lines[0]))]

    def _damages_of(self, row: int, column: int) -> list[Damage]:
        name, old = self._lines[0][column], self._lines[row + 1]
        cells = {f"{name} {what}": _put(old, column, text) for what, text in _TEXTS.items()}
        if column:  # a line without any cell is an empty line, and no row
            cells[f"{name} dropped"] = old[:column]
        return [Damage(what, partial(self._with, row, line)) for what, line in cells.items()]

    def texts_changed(self, change: Callable[[str], str]) -> Iterator[tuple[str, bytes]]:
        head, *rows = self._lines
        for column, name in enumerate(head):
            changed = [
                _put(row, column, change(row[column])) if len(row) > column else row for row in rows
            ]
            yield name, self._written([head, *changed])

    def reversed(self) -> bytes:
        return self._written([self._lines[0], *self._lines[:0:-1]])

    def _with(self, row: int, cells: list[str]) -> bytes:
        return self._written(_put(self._lines, row + 1, cells))

    def _written(self, lines: list[list[str]]) -> bytes:
        out = io.StringIO()
        csv.writer(out, delimiter=self._delimiter).writerows(lines)
        return out.getvalue().encode()


def _put(values: list[Any], index: int, value: Any) -> list[Any]:
    return [*values[:index], value, *values[index + 1 :]]


# --- iCalendar -------------------------------------------------------------------------------


class CalendarRows:
    """The VEVENT and VTODO components of an iCalendar file."""

    optional = False

    def __init__(self, body: bytes) -> None:
        lines = body.decode("utf-8-sig").replace("\r\n ", "").replace("\r\n\t", "").split("\r\n")
        self._head: list[str] = []
        self._rows: list[list[str]] = []
        open_row: list[str] | None = None
        for line in lines:
            if open_row is None and line in {"BEGIN:VEVENT", "BEGIN:VTODO"}:
                open_row = []
            if open_row is None:
                (self._head if not self._rows or line != "END:VCALENDAR" else []).append(line)
            else:
                open_row.append(line)
                if line == open_row[0].replace("BEGIN", "END"):
                    self._rows.append(open_row)
                    open_row = None
        self._head = [line for line in self._head if line]

    def __len__(self) -> int:
        return len(self._rows)

    def shape(self) -> tuple[str, ...]:
        return ("VCALENDAR",)

    def broken(self, row: int) -> bytes:
        return self._with(row, [self._rows[row][0], "DTSTART:no row at all", self._rows[row][-1]])

    def damages(self, row: int) -> list[list[Damage]]:
        return [self._damages_of(row, index) for index in range(1, len(self._rows[row]) - 1)]

    def _damages_of(self, row: int, index: int) -> list[Damage]:
        lines = self._rows[row]
        head, name = lines[index].partition(":")[0], _name(lines[index])
        others = {
            f"{name} {what}": _put(lines, index, f"{head}:{text}") for what, text in _TEXTS.items()
        }
        others[f"{name} dropped"] = lines[:index] + lines[index + 1 :]
        return [Damage(what, partial(self._with, row, other)) for what, other in others.items()]

    def texts_changed(self, change: Callable[[str], str]) -> Iterator[tuple[str, bytes]]:
        for name in dict.fromkeys(_name(line) for row in self._rows for line in row[1:-1]):
            rows = [
                [f"{line}{change('')}" if _name(line) == name else line for line in row]
                for row in self._rows
            ]
            yield name, self._written(rows)

    def reversed(self) -> bytes:
        return self._written(self._rows[::-1])

    def _with(self, row: int, lines: list[str]) -> bytes:
        return self._written(_put(self._rows, row, lines))

    def _written(self, rows: list[list[str]]) -> bytes:
        lines = [*self._head, *(line for row in rows for line in row), "END:VCALENDAR", ""]
        return "\r\n".join(lines).encode()


def _name(line: str) -> str:
    """The property of a content line, without its parameters."""
    return line.partition(":")[0].partition(";")[0]
