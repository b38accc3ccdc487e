"""A page from raw rows, in which a bad row costs itself only."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

import msgspec

from connectors.sdk.connector import Page, Quarantined
from connectors.sdk.errors import ConnectorError
from connectors.sdk.mapping.fields import BadField
from connectors.sdk.mapping.text import plain
from connectors.sdk.records import AnyRecord, Record, validate

RAW_LIMIT = 8_000
"""Characters of a row's raw text that are kept."""

_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=repr)


def rows(
    items: Iterable[Any],
    make: Callable[[Any], AnyRecord | Iterable[AnyRecord] | None],
    *,
    where: str,
    external_id: Callable[[Any], str | None] | None = None,
    expected: int | None = None,
    noun: str = "row",
) -> Page:
    """A page from raw rows: each row through ``make``; a row that raises is quarantined.

    Any ``Exception`` of ``make`` that is not a ``ConnectorError`` costs that row only. Every
    record is validated. Where ``make`` yields several records, those before the bad one stay.
    ``where`` names the page ("page 3"); the row number is added. ``noun`` says what a row is:
    "renewal" gives "renewal 4419005: field expirationDate is not a date: '31/31/2023'".
    """
    records: list[AnyRecord] = []
    quarantined: list[Quarantined] = []
    for number, item in enumerate(items, start=1):
        try:
            records.extend(validate(record) for record in _made(make(item)))
        except ConnectorError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a row holds, it costs that row only
            place = f"{where} row {number}"
            found = _id(external_id, item)
            name = f"{noun} {found}" if found else place
            reason = plain(f"{name}: {_sentence(error)}", 500)
            quarantined.append(
                Quarantined(reason=reason, raw=raw_text(item), where=place, external_id=found)
            )
    return Page(records=tuple(records), quarantined=tuple(quarantined), expected=expected)


def paged(
    pages: Iterable[tuple[list[Any], int | None]],
    make: Callable[[Any], AnyRecord | Iterable[AnyRecord] | None],
    *,
    external_id: Callable[[Any], str | None],
    noun: str,
) -> Iterator[Page]:
    """Pages from a list's pages of raw rows, each with the announced total; as ``rows`` says."""
    for number, (found, total) in enumerate(pages, start=1):
        where = f"page {number}"
        yield rows(found, make, where=where, external_id=external_id, expected=total, noun=noun)


def raw_text(item: Any) -> str:
    """A row as JSON text (a string as it is), at most ``RAW_LIMIT`` characters of it."""
    if isinstance(item, str):
        text = item
    else:
        try:
            text = _encoder.encode(item).decode()
        except Exception:  # noqa: BLE001 - a row that is not even JSON is still shown
            text = ascii(item)
    text = _storable(text)
    cut = len(text) - RAW_LIMIT
    return text if cut <= 0 else f"{text[:RAW_LIMIT]}… ({cut} characters more)"


def _made(made: AnyRecord | Iterable[AnyRecord] | None) -> Iterator[AnyRecord]:
    if made is None:
        return
    if isinstance(made, Record):
        yield made
    else:
        yield from made


def _id(external_id: Callable[[Any], str | None] | None, item: Any) -> str | None:
    """The row's id as far as it can be told; a row without one is no error here."""
    found = None
    if external_id is not None:
        with suppress(Exception):
            found = external_id(item)
    return _storable(found) or None if isinstance(found, str) else None


def _storable(text: str) -> str:
    """The text without what no encoding (lone surrogates) or no database (NUL) takes."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _sentence(error: Exception) -> str:
    """What is wrong with the row, in words."""
    text = str(error)
    sentences: dict[type[Exception], str] = {
        BadField: text,
        msgspec.ValidationError: f"what it gives is not a valid record: {text}",
        KeyError: f"field {error.args[0] if error.args else ''} is missing",
        IndexError: "a list in it is shorter than expected",
        TypeError: f"it is not shaped as expected ({text})",
        AttributeError: f"it is not shaped as expected ({text})",
        RecursionError: "it is nested too deeply",
    }
    unknown = f"it cannot be read ({text or type(error).__name__})"
    return next((said for kind, said in sentences.items() if isinstance(error, kind)), unknown)
