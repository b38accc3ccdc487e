"""Which fields a kind of record has for a declaration to fill, and how each is read.

Taken from the records themselves, so that a new field of theirs is one here.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import NoneType
from typing import Any, get_args, get_type_hints

from connectors.sdk.records import (
    Category,
    Certification,
    Contact,
    Deadline,
    DueDate,
    DueInstant,
    Fact,
    Fund,
    Goal,
    Kind,
    Money,
    Notice,
    Program,
    Record,
    ReportingRequirement,
)

RECORDS: Mapping[Kind, type[Record]] = {
    Kind.DEADLINE: Deadline,
    Kind.GOAL: Goal,
    Kind.REPORTING: ReportingRequirement,
    Kind.NOTICE: Notice,
    Kind.PROGRAM: Program,
    Kind.FUND: Fund,
    Kind.CERTIFICATION: Certification,
    Kind.CONTACT: Contact,
}
NEEDED = ("id", "title")
OURS = frozenset({"derived_from"})
"""What the application fills, and no platform."""


class Reader(StrEnum):
    """How a field is read; the value is what the docs call it."""

    ID = "id"
    TEXT = "text"
    LINES = "lines of text"
    HTML = "HTML"
    LINK = "link"
    DUE = "date or moment"
    DATE = "date"
    MONEY = "money"
    NUMBER = "number"
    YES = "true or false"
    CATEGORY = "category"
    FACTS = "facts"


OPTIONS: Mapping[Reader, frozenset[str]] = {
    Reader.LINES: frozenset({"html"}),
    Reader.TEXT: frozenset({"html"}),
    Reader.DUE: frozenset({"format", "zone", "day"}),
    Reader.DATE: frozenset({"format"}),
    Reader.MONEY: frozenset({"currency", "numbers", "divide"}),
    Reader.NUMBER: frozenset({"numbers", "divide"}),
    Reader.CATEGORY: frozenset({"words", "default"}),
}
"""What a rule may say beside its path or constant."""

_BY_NAME = {
    "external_id": Reader.ID,
    "url": Reader.LINK,
    "body": Reader.HTML,
    "summary": Reader.LINES,
    "facts": Reader.FACTS,
}
_BY_TYPE: Mapping[Any, Reader] = {
    str: Reader.TEXT,
    bool: Reader.YES,
    Decimal: Reader.NUMBER,
    Money: Reader.MONEY,
    date: Reader.DATE,
    DueDate: Reader.DUE,
    DueInstant: Reader.DUE,
    Category: Reader.CATEGORY,
    Fact: Reader.FACTS,
}


@cache
def fields_of(kind: Kind) -> Mapping[str, Reader]:
    """The keys of ``map`` for that kind; ``id`` is the record's ``external_id``."""
    hints = get_type_hints(RECORDS[kind])
    return {
        "id" if name == "external_id" else name: _reader(name, hints[name])
        for name in RECORDS[kind].__struct_fields__
        if name not in OURS
    }


def _reader(name: str, hint: Any) -> Reader:
    if name in _BY_NAME:
        return _BY_NAME[name]
    kinds = [one for one in get_args(hint) if one is not NoneType] or [hint]
    return _BY_TYPE[kinds[0]]
