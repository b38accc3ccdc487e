"""Which records the tables can hold. What they cannot costs one row, never a stream (P9)."""

from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.core.columns import COLUMNS, TABLE_OF, Values, values_of
from connectors.sdk.records import AnyRecord, Kind, decode, encode, kind_of

LONGEST_ID = 500
"""Characters: an index of Postgres holds at most 2,704 bytes, whatever the script."""
LONGEST_INDEXED = 500
"""The same of a text that an index holds: no platform has a vendor's name of that length."""
BYTES_TOGETHER = 2_300
"""Vendor and program in the one index that holds both, beside its shorter columns."""
NUL = "\0"
INSTANTS = {
    kind: tuple(name for name in ("due_at", "lapses_at", "expires_at") if name in names)
    for kind, names in COLUMNS.items()
}
"""Columns that hold an instant, for each kind."""
_INSTANTS_AT = {kind: tuple(map(COLUMNS[kind].index, names)) for kind, names in INSTANTS.items()}


def clean(text: str) -> str:
    """The text as both databases take it: no NUL, no half of a surrogate pair."""
    return text.replace(NUL, "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def is_text(text: str) -> bool:
    """Whether both databases take the text as it is."""
    return (text.isascii() and NUL not in text) or clean(text) == text


def bad_id(external_id: object) -> str | None:
    """Why this is no id, as a sentence; None when it is one."""
    if not isinstance(external_id, str) or not external_id.strip():
        return "It has no id."
    if len(external_id) > LONGEST_ID:
        return f"Its id is longer than {LONGEST_ID} characters."
    return None if is_text(external_id) else "Its id holds a character of no text."


class NotStorable(ValueError):
    """The tables cannot hold this record; the text says why, as a sentence."""


def storable(encoded: bytes, zone: ZoneInfo) -> tuple[Kind, Values]:
    """A record's kind and its ``values_of``; ``NotStorable`` when the tables cannot hold them."""
    try:
        record = decode(encoded)
        values = values_of(record, zone)
    except (msgspec.DecodeError, ValueError, OverflowError) as error:
        raise NotStorable(f"A field has the wrong kind of value ({error}).") from None
    kind = kind_of(record)
    if not record.title.strip():
        raise NotStorable("It has no title.")
    if b"\\u0000" in encoded and _has_nul(list(values)):
        raise NotStorable("A text holds a NUL character.")
    if (vendor := record.vendor) is not None and len(vendor) > LONGEST_INDEXED:
        raise NotStorable(f"The vendor is longer than {LONGEST_INDEXED} characters.")
    if TABLE_OF[kind] == "items":
        names = f"{vendor or ''}{record.program or ''}"
        if len(names) * 4 > BYTES_TOGETHER < len(names.encode()):
            raise NotStorable("The names of its vendor and its program are too long together.")
    for place in _INSTANTS_AT[kind]:
        instant = values[place]
        if instant is not None and not 1 < instant.year < 9999:
            name = COLUMNS[kind][place]
            raise NotStorable(f"The time in {name} is none that a calendar has.")
    return kind, values


def refusal_of(record: AnyRecord, zone: ZoneInfo) -> str | None:
    """Why the tables cannot hold a record, as a sentence; None where they can."""
    try:
        storable(encode(record), zone)
    except NotStorable as why:
        return str(why)
    return bad_id(record.external_id)


def _has_nul(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_nul, value.values()))
    if isinstance(value, list):
        return any(map(_has_nul, value))
    return isinstance(value, str) and NUL in value
