"""Fields of a row as ids, titles and facts: what most platforms need to say what they said."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.sdk.mapping.dates import date_of
from connectors.sdk.mapping.fields import BadField
from connectors.sdk.mapping.numbers import decimal_of
from connectors.sdk.mapping.rows import raw_text
from connectors.sdk.mapping.text import text_of
from connectors.sdk.records import Fact


def required(row: Any, field: str) -> str:
    """An id as text, whether it came as number or text; ``BadField`` where there is none."""
    if not isinstance(row, Mapping):
        raise BadField(f"a row must be an object, this is {type(row).__name__}")
    value = text_of(row.get(field))
    if value is None:
        raise BadField(f"{field} is missing")
    return value


def within(row: Any, *path: str) -> Any:
    """What is at that path of nested objects; None where a step is missing, null or no object."""
    for step in path:
        if not isinstance(row, dict):  # as JSON gives it; to ask for a Mapping is slow
            return None
        row = row.get(step)
    return row


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list, or the one object that stands in a list's place."""
    values = value if isinstance(value, list) else [value]
    return [v for v in values if isinstance(v, Mapping)]


def joined(*parts: str | None, by: str = " · ") -> str:
    """What there is of the parts, in their order."""
    return by.join(filter(None, parts))


def titled(act: str, what: str, whom: str | None) -> str:
    """A title: what is to be done about what, and for whom."""
    return joined(f"{act} {what}", whom, by=" — ")


def facts_of(*pairs: tuple[str, Any]) -> tuple[Fact, ...]:
    """Facts of the pairs that have a value."""
    texts = ((label, shown_text(value)) for label, value in pairs)
    return tuple(Fact(label, text) for label, text in texts if text)


def shown_text(value: Any) -> str | None:
    """A fact's text. An unexpected shape is shown as it came: it must not cost the row."""
    if isinstance(value, dict | list | bool):  # as JSON gives them; to ask for a Mapping is slow
        return text_of(raw_text(value), limit=200) if value not in ({}, []) else None
    return f"{value:f}" if isinstance(value, Decimal) else text_of(value)


def shown_number(value: Any) -> str | None:
    """A number's digits, the same ones for the same number: 5 for 5.0 too."""
    try:
        number = decimal_of(value, field="number")
    except BadField:
        return shown_text(value)
    return None if number is None else shown_text(number)


def shown_money(value: Any, currency: Any) -> str | None:
    """An amount with its currency, where it has one."""
    return joined(shown_number(value), shown_text(currency), by=" ") if value is not None else None


def shown_day(value: Any) -> str | None:
    """The calendar day of a stamp as it was written; a stamp that says "none" is none."""
    try:
        on = date_of(value, field="date")
    except BadField:
        return shown_text(value)
    return on.isoformat() if on else None
