"""Which records the tables can hold. What they cannot costs one row, never a stream (P9)."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.core.columns import columns_of
from connectors.sdk.records import decode

LONGEST_ID = 500
"""Characters: an index of Postgres holds at most 2,704 bytes, whatever the script."""
DIGITS = 14
"""Before the point; storage is exact with that many, and four decimals."""
FINEST = Decimal("0.0001")
NUL = "\0"


def clean(text: str) -> str:
    """The text as both databases take it: no NUL, no half of a surrogate pair."""
    return text.replace(NUL, "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def bad_id(external_id: object) -> str | None:
    """Why this is no id, as a sentence; None when it is one."""
    if not isinstance(external_id, str) or not external_id.strip():
        return "It has no id."
    if len(external_id) > LONGEST_ID:
        return f"Its id is longer than {LONGEST_ID} characters."
    return None if clean(external_id) == external_id else "Its id holds a character of no text."


def refusal(encoded: bytes, zone: ZoneInfo) -> str | None:
    """Why a record cannot be stored, as a sentence; None when it can."""
    try:
        record = decode(encoded)
        columns = columns_of(record, zone)
    except (msgspec.DecodeError, ValueError, OverflowError) as error:
        return f"A field has the wrong kind of value ({error})."
    if not record.title.strip():
        return "It has no title."
    if b"\\u0000" in encoded and _has_nul(columns):
        return "A text holds a NUL character."
    for name, value in columns.items():
        if isinstance(value, Decimal) and not _fits(value):
            return f"The number in {name} is too large or has more than four decimals."
        if isinstance(value, datetime) and not 1 < value.year < 9999:
            return f"The time in {name} is none that a calendar has."
    return None


def _fits(number: Decimal) -> bool:
    return number.is_finite() and (
        not number or (number.adjusted() < DIGITS and number == number.quantize(FINEST))
    )


def _has_nul(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_nul, value.values()))
    if isinstance(value, list):
        return any(map(_has_nul, value))
    return isinstance(value, str) and NUL in value
