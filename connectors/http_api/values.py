"""One value of a row, read as a field of a record. What cannot be read raises ``BadField``."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from connectors.http_api.fields import Reader
from connectors.http_api.model import Rule
from connectors.sdk import mapping
from connectors.sdk.mapping import BadField
from connectors.sdk.records import Category, Due

_LINES = 2_000
_FORM = "; if it is one, say how it is written with format"
_STYLES = {
    "1,234.50": (re.compile(r"[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]*)?"), ",", "."),
    "1.234,50": (re.compile(r"[+-]?([0-9]+|[0-9]{1,3}([. '][0-9]{3})+)(,[0-9]*)?"), ". '", ","),
}
_BLANKS = str.maketrans("\u00a0\u202f\u2019", "  '")
_WORDS = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
_CATEGORIES: Mapping[str, str] = {one.value: one.value for one in Category}


def id_of(value: Any, _rule: Rule, name: str) -> str | None:
    """Verbatim; a number is its digits."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise BadField(f"field {name} is neither text nor number")
    return str(value)


def text_of(value: Any, rule: Rule, name: str) -> str | None:
    """One line."""
    return mapping.text_of(_readable(value, name) if rule.html else value)


def lines_of(value: Any, rule: Rule, name: str) -> str | None:
    """Several lines where it is HTML, else one long one."""
    return (_readable(value, name) or None) if rule.html else mapping.text_of(value, limit=_LINES)


def html_of(value: Any, _rule: Rule, name: str) -> str | None:
    """Cleaned HTML."""
    return mapping.clean_html(_text(value, name)) or None if value is not None else None


def due_of(value: Any, rule: Rule, name: str) -> Due | None:
    """With the text that came, whatever its format."""
    dated = _dated(value, rule, name)
    try:
        if rule.day:
            dated = mapping.date_of(dated, field=name)
        found = mapping.due_of(dated, field=name, zone=rule.zone)
    except BadField as problem:
        raise BadField(f"{problem}{_FORM if rule.format is None else ''}") from None
    if found is None or (rule.format is None and not rule.day):
        return found
    return msgspec.structs.replace(found, raw=str(value))


def date_of(value: Any, rule: Rule, name: str) -> date | None:
    """The calendar date as it was written."""
    return mapping.date_of(_dated(value, rule, name), field=name)


def number_of(value: Any, rule: Rule, name: str) -> Decimal | None:
    """Exact, in the way of writing and in the units that the declaration names."""
    return mapping.decimal_of(plain_number(value, rule, name), field=name)


def plain_number(value: Any, rule: Rule, name: str) -> Any:
    """The value as a plain number; where it counts smaller units, in whole ones."""
    plain = _unseparated(value, rule, name)
    if rule.divide is None:
        return plain
    number = mapping.decimal_of(plain, field=name)
    return None if number is None else number / rule.divide


def _unseparated(value: Any, rule: Rule, name: str) -> Any:
    """The value; a text that has separators without them."""
    style = rule.numbers or "plain"
    if style == "plain" or not isinstance(value, str) or not value.strip():
        return value
    form, groups, point = _STYLES[style]
    text = value.strip().translate(_BLANKS)
    if not form.fullmatch(text):
        raise BadField(f"field {name} is not a number like {style}: {value[:60]!r}")
    return text.translate(str.maketrans("", "", groups)).replace(point, ".")


def yes_of(value: Any, _rule: Rule, name: str) -> bool | None:
    """True or false, also in the words in which CSV has to write it."""
    if value is None or isinstance(value, bool):
        return value
    found = _WORDS.get(str(value).strip().casefold()) if isinstance(value, str | int) else None
    if found is None and value != "":
        raise BadField(f"field {name} is neither true nor false: {line_of(value) or ''!r}")
    return found


def category_of(value: Any, rule: Rule, _name: str) -> Category:
    """By the table of words or by its own word; another one is the default."""
    return known_category(value, rule) or Category(rule.default or Category.OTHER)


def known_category(value: Any, rule: Rule) -> Category | None:
    """The category of a word; None where it has none."""
    if not isinstance(value, str):
        return None
    found = mapping.known(value, {**_CATEGORIES, **(rule.words or {})}, None)
    return Category(found) if found else None


def line_of(value: Any) -> str | None:
    """Any value as one line: yes and no, a list with commas, else as facts are shown."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(one, str | int | Decimal) for one in value):
        return mapping.text_of(", ".join(line_of(one) or "" for one in value))
    return mapping.shown_text(value)


READERS: Mapping[Reader, Callable[[Any, Rule, str], Any]] = {
    Reader.ID: id_of,
    Reader.TEXT: text_of,
    Reader.LINES: lines_of,
    Reader.HTML: html_of,
    Reader.LINK: lambda value, _rule, _name: mapping.link_of(value),
    Reader.DUE: due_of,
    Reader.DATE: date_of,
    Reader.NUMBER: number_of,
    Reader.YES: yes_of,
    Reader.CATEGORY: category_of,
}
"""How each field is read; money needs its currency too, facts have labels."""


def _readable(value: Any, name: str) -> str | None:
    return None if value is None else mapping.html_text(_text(value, name))


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise BadField(f"field {name} is no text")
    return value


def _dated(value: Any, rule: Rule, name: str) -> Any:
    """By its format where it has one: a date, or a moment where the format has a zone."""
    if rule.format is None or value is None or (isinstance(value, str) and not value.strip()):
        return value
    text = str(value).strip()
    try:
        found = datetime.strptime(text, rule.format)  # noqa: DTZ007  (without a zone: a date)
    except (ValueError, OverflowError):
        raise BadField(f"field {name} is not a date like {rule.format}: {text[:60]!r}") from None
    return found if found.tzinfo else found.date()
