"""Shapes that several of AWS's services share, read tolerantly."""

from decimal import Decimal
from typing import Any

from connectors.sdk.mapping import BadField, money_of, text_of, within
from connectors.sdk.records import Fact, Money


def identified(row: Any, key: str = "Id") -> str:
    """The row's id; raises ``BadField`` without one."""
    found = external_id(row, key)
    if found is None:
        raise BadField(f"{key} is missing")
    if text_of(found, limit=len(found)) != found:  # ids are shown too, as references
        raise BadField(f"{key} holds characters that nobody can see")
    return found


def external_id(row: Any, key: str = "Id") -> str | None:
    """The row's id, if it has one."""
    found = within(row, key)
    return found.strip() or None if isinstance(found, str) else None


def bare(value: Any) -> str | None:
    """A text or number as text, for what is kept between reads; None for anything else."""
    scalar = isinstance(value, str | int | Decimal) and not isinstance(value, bool)
    return str(value)[:2000] if scalar else None


def word(value: Any) -> str | None:
    """A word of AWS's, verbatim; None for empty and for the string "null" that AWS also sends."""
    said = text_of(value)
    return None if said == "null" else said


def words(value: Any) -> str | None:
    """A list of words, in AWS's order, as one line."""
    listed = value if isinstance(value, list) else [value]
    return ", ".join(said for said in map(word, listed) if said) or None


def day(value: Any) -> str | None:
    """The calendar day of a stamp, as AWS wrote it; for facts, where the hour says nothing."""
    return value[:10] if isinstance(value, str) and value[:4].isdigit() else None


def amount(value: Any, *, field: str) -> Money | None:
    """AWS's ``{"Amount": "12500", "CurrencyCode": "USD"}``; an empty amount is legal and none."""
    return money_of(within(value, "Amount"), within(value, "CurrencyCode"), field=field)


def shown(money: Money | None) -> str | None:
    """Money for a fact: "12,500.00 USD"."""
    return f"{money.amount:,} {money.currency or ''}".strip() if money else None


def facts(**labelled: str | None) -> tuple[Fact, ...]:
    """The facts that AWS gave; ``next_steps`` is labelled "Next steps"."""
    return tuple(
        Fact(label.replace("_", " ").capitalize(), text) for label, text in labelled.items() if text
    )


def person(row: Any) -> str | None:
    """First and last name, as far as given."""
    names = (word(within(row, key)) for key in ("FirstName", "LastName"))
    return " ".join(name for name in names if name) or None
