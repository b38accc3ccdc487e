"""From what platforms send to what records hold. Pure; a bad field raises ``BadField``.

A connector calls these per row and catches ``BadField`` per row (see ``rows``), so that
one bad field costs one row and never a page.
"""

from connectors.sdk.mapping.dates import date_of, due_of, instant_of
from connectors.sdk.mapping.facts import (
    facts_of,
    joined,
    objects,
    required,
    shown_day,
    shown_money,
    shown_number,
    shown_text,
    titled,
    within,
)
from connectors.sdk.mapping.fields import BadField
from connectors.sdk.mapping.html import clean_html, html_text, is_too_deep
from connectors.sdk.mapping.numbers import decimal_of, money_of
from connectors.sdk.mapping.rows import paged, rows
from connectors.sdk.mapping.text import known, link_of, text_of

__all__ = [
    "BadField",
    "clean_html",
    "date_of",
    "decimal_of",
    "due_of",
    "facts_of",
    "html_text",
    "instant_of",
    "is_too_deep",
    "joined",
    "known",
    "link_of",
    "money_of",
    "objects",
    "paged",
    "required",
    "rows",
    "shown_day",
    "shown_money",
    "shown_number",
    "shown_text",
    "text_of",
    "titled",
    "within",
]
