"""The part of SOQL that a simulated org understands, and it refuses the rest.

Written from the language's description: fields and parents' fields, COUNT(), comparisons joined
by AND, ORDER BY, LIMIT. Dates stand without quotes, texts in single ones.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.sdk.sandbox import Row

_STATEMENT = re.compile(
    r"SELECT\s+(?P<fields>.+?)\s+FROM\s+(?P<object>\w+)"
    r"(?:\s+WHERE\s+(?P<where>.+?))?"
    r"(?:\s+ORDER\s+BY\s+(?P<order>[\w.]+))?"
    r"(?:\s+LIMIT\s+(?P<limit>\d+))?",
    re.IGNORECASE | re.DOTALL,
)
_PATH = re.compile(r"[A-Za-z]\w*(?:\.[A-Za-z]\w*)*")
_CONDITION = re.compile(r"(?P<path>[\w.]+)\s*(?P<by>>=|<=|!=|=|>|<)\s*(?P<literal>.+)", re.DOTALL)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})")
_TEXT = re.compile(r"'((?:[^'\\]|\\.)*)'")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_BY: Mapping[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "!=": operator.ne,
}


class Refused(Exception):
    """What Salesforce answers with a 400: a code and a message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One comparison; ``kind`` is what the literal is."""

    path: str
    by: str
    kind: str
    value: Any


@dataclass(frozen=True, kw_only=True)
class Query:
    """A statement in its parts; no ``fields`` means that rows are counted."""

    object: str
    fields: tuple[str, ...]
    where: tuple[Condition, ...]
    order: str | None
    limit: int | None

    @property
    def paths(self) -> tuple[str, ...]:
        """Every field that it names."""
        named = (*self.fields, *(condition.path for condition in self.where))
        return (*named, self.order) if self.order else named


def parse(text: str) -> Query:
    """A statement's parts; raises ``Refused``."""
    found = _STATEMENT.fullmatch(text.strip())
    if found is None:
        raise Refused("MALFORMED_QUERY", f"unexpected token in: {text[:60]}")
    fields = tuple(name.strip() for name in found["fields"].split(","))
    if fields == ("COUNT()",):
        fields = ()
    elif not all(_PATH.fullmatch(name) for name in fields) or len(set(fields)) < len(fields):
        raise Refused("MALFORMED_QUERY", f"unexpected token in: {found['fields'][:60]}")
    where = re.split(r"\s+AND\s+", found["where"], flags=re.IGNORECASE) if found["where"] else []
    return Query(
        object=found["object"],
        fields=fields,
        where=tuple(map(_condition, where)),
        order=found["order"],
        limit=int(found["limit"]) if found["limit"] else None,
    )


def _condition(text: str) -> Condition:
    found = _CONDITION.fullmatch(text.strip())
    if found is None or not _PATH.fullmatch(found["path"]):
        raise Refused("MALFORMED_QUERY", f"unexpected token in: {text[:60]}")
    kind, value = _literal(found["literal"].strip())
    return Condition(path=found["path"], by=found["by"], kind=kind, value=value)


def _literal(text: str) -> tuple[str, Any]:
    if quoted := _TEXT.fullmatch(text):
        return "text", quoted[1]
    if _DATE.fullmatch(text):
        return "date", text
    if _DATETIME.fullmatch(text):
        return "datetime", text
    if text.casefold() in ("true", "false"):
        return "boolean", text.casefold() == "true"
    if text.casefold() == "null":
        return "null", None
    if _NUMBER.fullmatch(text):
        return "number", float(text)
    raise Refused("MALFORMED_QUERY", f"unexpected token: {text[:60]}")


_KINDS = {
    "date": "date",
    "datetime": "datetime",
    "boolean": "boolean",
    "currency": "number",
    "double": "number",
    "int": "number",
}


def fits(condition: Condition, type_: str) -> bool:
    """Whether a literal of that kind may be compared with a field of this type."""
    return condition.kind in ("null", _KINDS.get(type_, "text"))


def holds(condition: Condition, value: Any) -> bool:
    """Whether a row with that value is one of those; nothing is neither more nor less."""
    if condition.by in ("=", "!="):
        same = _comparable(value) == _comparable(condition.value)
        return same if condition.by == "=" else not same
    return value is not None and _BY[condition.by](_comparable(value), _comparable(condition.value))


def _comparable(value: Any) -> Any:
    if isinstance(value, str) and "T" in value[8:12] and value[:4].isdecimal():
        return datetime.fromisoformat(value).astimezone(UTC)
    return value[:15] if isinstance(value, str) and _ID.fullmatch(value) else value


_ID = re.compile(r"[A-Za-z0-9]{5}0[A-Za-z0-9]{9}(?:[A-Za-z0-9]{3})?")
"""An ID of 15 characters, or the same with three more that only check it."""


def value_at(row: Row | None, path: str, parent: Callable[[Row, str], Row | None]) -> Any:
    """What a row has at a path; nothing where a parent is missing."""
    *steps, last = path.split(".")
    for step in steps:
        row = parent(row, step) if row else None
    return row.get(last) if row else None
