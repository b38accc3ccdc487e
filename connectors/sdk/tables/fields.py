"""What a column can mean, and how its cells are then read.

A field that a row's kind does not have becomes a fact of that row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    WORDS = "words"
    DATE = "date"
    MONEY = "money"
    NUMBER = "number"
    FLAG = "yes or no"
    CHOICE = "one of a few words"


NUMERIC = frozenset({Type.MONEY, Type.NUMBER})

FACT = "fact"
"""A column that is kept as label and value on the item's page."""
SKIP = "skip"
"""A column that a person chose to leave out."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing that a column can mean. ``title`` is its name for people."""

    name: str
    title: str
    type: Type


FIELDS: Mapping[str, Field] = {
    name: Field(name=name, title=title, type=type_)
    for name, title, type_ in (
        ("id", "Id (the row's key)", Type.TEXT),
        ("kind", "Kind of row", Type.CHOICE),
        ("title", "Title", Type.WORDS),
        ("due", "Due, expires or lapses on", Type.DATE),
        ("category", "Category", Type.CHOICE),
        ("amount", "Money at stake", Type.MONEY),
        ("currency", "Currency", Type.TEXT),
        ("vendor", "Vendor", Type.TEXT),
        ("program", "Program", Type.TEXT),
        ("account", "Customer", Type.TEXT),
        ("reference", "Reference", Type.TEXT),
        ("status", "Status", Type.TEXT),
        ("closed", "Done", Type.FLAG),
        ("url", "Link", Type.TEXT),
        ("summary", "Summary", Type.TEXT),
        ("target", "Goal: target", Type.NUMBER),
        ("actual", "Goal: actual", Type.NUMBER),
        ("unit", "Goal: unit", Type.TEXT),
        ("period_start", "Period from", Type.DATE),
        ("period_end", "Period to", Type.DATE),
        ("recipient", "Report: recipient", Type.TEXT),
        ("period", "Report: period covered", Type.TEXT),
        ("cadence", "Report: how often", Type.TEXT),
        ("tier", "Program: tier", Type.TEXT),
        ("eligible", "Program: eligible", Type.FLAG),
        ("fund_type", "Fund: type", Type.TEXT),
        ("allocated", "Fund: allocated", Type.NUMBER),
        ("requested", "Fund: requested", Type.NUMBER),
        ("claimed", "Fund: claimed", Type.NUMBER),
        ("paid", "Fund: paid", Type.NUMBER),
        ("remaining", "Fund: remaining", Type.NUMBER),
        ("person", "Certification: holder", Type.TEXT),
        ("issued_on", "Certification: issued", Type.DATE),
        ("role", "Contact: role", Type.TEXT),
        ("email", "Contact: e-mail", Type.TEXT),
        ("phone", "Contact: phone", Type.TEXT),
        ("published", "Notice: published", Type.DATE),
    )
}
