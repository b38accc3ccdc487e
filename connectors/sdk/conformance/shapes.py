"""The rows in an answer, whatever they are written in, and how to damage one of them.

JSON, CSV and iCalendar. A row is damaged in one field at a time: dropped, emptied, of
another type, huge; or it is broken as a whole.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Protocol

Place = tuple[str | int, ...]
"""Where something is in a JSON document: the keys and indexes that lead to it."""

HUGE = 100_000


class Rows(Protocol):
    """The rows of one answer."""

    def __len__(self) -> int: ...

    def shape(self) -> tuple[str, ...]:
        """What fields the rows have, to know alike answers by."""
        ...

    def broken(self, row: int) -> bytes:
        """The answer with a row that is none."""
        ...

    def damaged(self, row: int) -> Iterator[tuple[str, bytes]]:
        """(what was done, the answer), one for each field and damage."""
        ...

    def texts_changed(self, change: Callable[[str], str]) -> bytes:
        """The answer with every text field of every row changed."""
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


def _json_rows(body: bytes) -> "JsonRows | None":
    try:
        document = json.loads(body)
    except ValueError:
        return None
    places = list_places(document)
    return JsonRows(document, places[0]) if places else None


def list_places(document: Any) -> list[Place]:
    """The lists of objects that lie least deep; a list that only wraps one answer is none."""
    level: list[Place] = [()]
    while level:
        found = [place for place in level if _is_rows(_at(document, place))]
        if found:
            return found
        level = [(*place, key) for place in level for key in _keys(_at(document, place))]
    return []


def _is_rows(value: Any) -> bool:
    if not isinstance(value, list) or not value or not all(isinstance(v, dict) for v in value):
        return False
    wraps = len(value) == 1 and any(_is_rows(inner) for inner in value[0].values())
    return not wraps


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

    def __len__(self) -> int:
        return len(_at(self.document, self.place))

    def shape(self) -> tuple[str, ...]:
        return (*map(str, self.place), *sorted(_at(self.document, self.place)[0]))

    def broken(self, row: int) -> bytes:
        return self._with(row, lambda rows: rows.__setitem__(row, "no row at all"))

    def damaged(self, row: int) -> Iterator[tuple[str, bytes]]:
        for place in _fields(_at(self.document, self.place)[row]):
            name = ".".join(map(str, place))
            old = _at(self.document, (*self.place, row, *place))
            yield f"{name} dropped", self._changed(row, place, drop=True)
            for what, value in {
                "null": None,
                "of another type": "text" if isinstance(old, dict | list) else {"un": ["expected"]},
                "huge": 10**30 if isinstance(old, int | float) else "9" * HUGE,
            }.items():
                yield f"{name} {what}", self._changed(row, place, value)

    def texts_changed(self, change: Callable[[str], str]) -> bytes:
        document = deepcopy(self.document)
        for row in _at(document, self.place):
            for place in _fields(row):
                parent, value = _at(row, place[:-1]), _at(row, place)
                if isinstance(value, str):
                    parent[place[-1]] = change(value)
        return json.dumps(document).encode()

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

    def _changed(self, row: int, place: Place, value: Any = None, *, drop: bool = False) -> bytes:
        def change(rows: list[Any]) -> None:
            parent = _at(rows[row], place[:-1])
            if drop:
                del parent[place[-1]]
            else:
                parent[place[-1]] = value

        return self._with(row, change)

    def _with(self, row: int, change: Callable[[list[Any]], object]) -> bytes:
        document = deepcopy(self.document)
        change(_at(document, self.place))
        return json.dumps(document).encode()


def _fields(row: Any, before: Place = ()) -> Iterator[Place]:
    """Every field of a row and of the objects in it, two levels down."""
    for key, value in row.items():
        yield (*before, key)
        if isinstance(value, dict) and len(before) < 2:
            yield from _fields(value, (*before, key))


# --- CSV -------------------------------------------------------------------------------------


class CsvRows:
    """The lines of a CSV file below its header."""

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

    def damaged(self, row: int) -> Iterator[tuple[str, bytes]]:
        old = self._lines[row + 1]
        for column, name in enumerate(self._lines[0]):
            if column:  # a line without any cell is an empty line, and no row
                yield f"{name} dropped", self._with(row, old[:column])
            for what, value in {"null": "", "of another type": "{}", "huge": "9" * HUGE}.items():
                yield f"{name} {what}", self._with(row, _put(old, column, value))

    def texts_changed(self, change: Callable[[str], str]) -> bytes:
        return self._written([self._lines[0], *([*map(change, r)] for r in self._lines[1:])])

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

    def damaged(self, row: int) -> Iterator[tuple[str, bytes]]:
        lines = self._rows[row]
        for index in range(1, len(lines) - 1):
            head = lines[index].partition(":")[0]
            name = head.partition(";")[0]
            yield f"{name} dropped", self._with(row, lines[:index] + lines[index + 1 :])
            for what, value in {"null": "", "of another type": "{}", "huge": "9" * HUGE}.items():
                damaged = _put(lines, index, f"{head}:{value}")
                yield f"{name} {what}", self._with(row, damaged)

    def texts_changed(self, change: Callable[[str], str]) -> bytes:
        texts = ("SUMMARY", "DESCRIPTION", "LOCATION", "CATEGORIES", "COMMENT", "URL")
        return self._written(
            [
                [
                    f"{head}:{change(value)}" if head.startswith(texts) else line
                    for line in row
                    for head, _, value in [line.partition(":")]
                ]
                for row in self._rows
            ]
        )

    def reversed(self) -> bytes:
        return self._written(self._rows[::-1])

    def _with(self, row: int, lines: list[str]) -> bytes:
        return self._written(_put(self._rows, row, lines))

    def _written(self, rows: list[list[str]]) -> bytes:
        lines = [*self._head, *(line for row in rows for line in row), "END:VCALENDAR", ""]
        return "\r\n".join(lines).encode()
