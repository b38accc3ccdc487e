"""From what platforms send to what records hold. Pure; a bad field raises ``BadField``.

A connector calls these per row and catches ``BadField`` per row (see ``rows``), so that
one bad field costs one row and never a page.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.sdk.connector import Page
from connectors.sdk.records import AnyRecord, Due, Money, SafeHtml


class BadField(ValueError):
    """A field that cannot be read. The message names field, value and reason."""


def due_of(value: Any, *, field: str, zone: str | None = None) -> Due | None:
    """A due date or instant from any form seen in platforms/; None for empty and sentinels.

    A zone-less stamp is a calendar date (``DueDate``); a stamp with offset or Z is a
    ``DueInstant`` in UTC. Epoch seconds and milliseconds (int or digits) are instants.
    Sentinels (year 1, year 9999, 1900-01-01) mean "none". ``zone`` is noted, never applied.
    """
    raise NotImplementedError


def date_of(value: Any, *, field: str) -> date | None:
    """The calendar date of a date or zone-less stamp, without any shift; None for sentinels."""
    raise NotImplementedError


def instant_of(value: Any, *, field: str) -> datetime | None:
    """An aware UTC instant; raises ``BadField`` for a stamp without a zone."""
    raise NotImplementedError


def decimal_of(value: Any, *, field: str) -> Decimal | None:
    """A number given as number or string ("1,234.50" refused: ambiguous); None for empty."""
    raise NotImplementedError


def money_of(value: Any, currency: Any, *, field: str) -> Money | None:
    """Money; None when there is no amount. An unknown currency code raises ``BadField``."""
    raise NotImplementedError


def text_of(value: Any, *, limit: int = 500) -> str | None:
    """One line of plain text: padding, control characters and HTML entities gone; None if empty."""
    raise NotImplementedError


def clean_html(value: str) -> SafeHtml:
    """HTML with a short allow-list of tags; links only http, https, mailto."""
    raise NotImplementedError


def html_text(value: str, *, limit: int = 2000) -> str:
    """The readable text of HTML."""
    raise NotImplementedError


def link_of(value: Any) -> str | None:
    """An http or https URL, else None."""
    raise NotImplementedError


def known(value: Any, table: Mapping[str, Any], default: Any) -> Any:
    """A tolerant enum: looked up without case, spaces, dashes or underscores; else default."""
    raise NotImplementedError


def rows(
    items: Iterable[Any],
    make: Callable[[Any], AnyRecord | Iterable[AnyRecord] | None],
    *,
    where: str,
    external_id: Callable[[Any], str | None] | None = None,
    expected: int | None = None,
) -> Page:
    """A page from raw rows: each row through ``make``; a row that raises is quarantined.

    Any ``Exception`` of ``make`` that is not a ``ConnectorError`` costs that row only. Every
    record is validated. ``where`` names the page ("page 3"); the row number is added.
    """
    raise NotImplementedError
