"""Fields of a row as ids, titles and facts."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.sdk.mapping import BadField, date_of, text_of
from connectors.sdk.mapping.rows import raw_text
from connectors.sdk.records import Fact

Row = Mapping[str, Any]


def required(row: Any, field: str) -> str:
    """An id as text, whether it came as number or text."""
    if not isinstance(row, Mapping):
        raise BadField(f"a row must be an object, this is {type(row).__name__}")
    value = text_of(row.get(field))
    if value is None:
        raise BadField(f"{field} is missing")
    return value


def objects(value: Any) -> list[Row]:
    """The objects of a list, or the one object that stands in a list's place."""
    values = value if isinstance(value, list) else [value]
    return [v for v in values if isinstance(v, Mapping)]


def joined(*parts: str | None, by: str = " · ") -> str:
    """What there is of the parts, in their order."""
    return by.join(filter(None, parts))


def titled(act: str, what: str, customer: str | None) -> str:
    """A title: what is to be done about what, and for whom."""
    return joined(f"{act} {what}", customer, by=" — ")


def facts_of(*pairs: tuple[str, Any]) -> tuple[Fact, ...]:
    """Facts of the pairs that have a value."""
    texts = ((label, plain(value)) for label, value in pairs)
    return tuple(Fact(label, text) for label, text in texts if text)


def plain(value: Any) -> str | None:
    """A fact's text. An unexpected shape is shown as it came: it must not cost the deadline."""
    if isinstance(value, dict | list | bool):  # as JSON gives them; to ask for a Mapping is slow
        return text_of(raw_text(value), limit=200) if value not in ({}, []) else None
    return f"{value:f}" if isinstance(value, Decimal) else text_of(value)


def day(value: Any) -> str | None:
    """The calendar day of a stamp as it was written; a stamp that says "none" is none."""
    try:
        on = date_of(value, field="date")
    except BadField:
        return plain(value)
    return on.isoformat() if on else None


def person(info: Any) -> str | None:
    """A contact as one line; Ingram pads names with blanks."""
    if not isinstance(info, Mapping):
        return None
    return joined(*(plain(info.get(key)) for key in ("contact", "email", "phoneNumber"))) or None
