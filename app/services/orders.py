"""In which order a list stands, and where its next page begins.

An order is a row of keys that ends with the item's id, so that it is total: no two items tie,
and a page that begins behind the last row of another repeats none and leaves none out.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlmodel import SQLModel

from app.core.storable import is_text
from app.core.whole import whole
from app.db import CalendarDate, UtcDateTime
from app.models import Item
from app.services.pages import View
from app.services.pages.views import BACKWARDS

items = SQLModel.metadata.tables[str(Item.__tablename__)]
Place = tuple[Any, ...]
"""The keys of the last row of a page."""
LONGEST_TITLE = 80
"""Characters of a title that are compared: it goes into addresses, too."""
LONGEST = 8000


@dataclass(frozen=True, kw_only=True)
class Key:
    """One thing that rows are compared by; ``down``: the largest first."""

    by: sa.ColumnElement[Any]
    down: bool = False


ID = Key(by=items.c.id)
DUE = (Key(by=items.c.sort_on), ID)


def _down(keys: Sequence[Key]) -> tuple[Key, ...]:
    return tuple(Key(by=key.by, down=not key.down) for key in keys)


def _named(column: sa.Column[str]) -> tuple[Key, ...]:
    """By a name without regard to case, equal ones together, what has none last."""
    name = sa.func.coalesce(column, "", type_=sa.Text)
    return (
        Key(by=sa.case((column.is_(None), 1), else_=0)),
        Key(by=sa.func.lower(name, type_=sa.Text)),
        Key(by=name),
    )


NAMED = {"vendor": _named(items.c.vendor), "program": _named(items.c.program)}
_has_money = sa.case((items.c.amount.is_(None), 2), (items.c.currency.is_(None), 1), else_=0)
_title = sa.func.lower(sa.func.substr(items.c.title, 1, LONGEST_TITLE), type_=sa.Text)
BY: Mapping[str, tuple[Key, ...]] = {
    "": DUE,
    # Currency by currency: amounts of two are never compared.
    "money": (
        Key(by=_has_money),
        Key(by=sa.func.coalesce(items.c.currency, "", type_=sa.Text)),
        Key(by=sa.type_coerce(sa.func.coalesce(items.c.amount, 0), sa.BigInteger), down=True),
        ID,
    ),
    # Ids are given in the order in which items are first seen.
    "newest": _down([ID]),
    "changed": _down([Key(by=items.c.changed_at), ID]),
    "vendor": (*NAMED["vendor"], *DUE),
    "title": (Key(by=_title), ID),
}


def keys_of(view: View) -> tuple[Key, ...]:
    """What the rows of a view are compared by; groups by name stand one behind the other."""
    keys = BY[view.sort]
    if not view.sort and view.tab in BACKWARDS:
        keys = _down(keys)
    if view.group == view.sort:
        return keys
    return (*NAMED.get(view.group, ()), *keys)


def by_due(view: View) -> bool:
    """Whether the view is in the order in which an index has all open items."""
    return not view.sort and not view.group


def arranged(statement: sa.Select[Any], keys: Sequence[Key]) -> sa.Select[Any]:
    """The statement's rows in this order."""
    return statement.order_by(*(key.by.desc() if key.down else key.by for key in keys))


def behind(keys: Sequence[Key], place: Place) -> sa.ColumnElement[bool]:
    """What comes after that place. Its values stand by name in the statement: see ``named``."""
    values = [
        sa.bindparam(name, value, key.by.type)
        for (name, value), key in zip(named(place).items(), keys, strict=True)
    ]
    if len({key.down for key in keys}) == 1:  # one comparison of all, which an index can serve
        both = sa.tuple_(*(key.by for key in keys)), sa.tuple_(*values)
        return both[0] < both[1] if keys[0].down else both[0] > both[1]
    further: sa.ColumnElement[bool] = sa.false()
    for key, value in reversed(list(zip(keys, values, strict=True))):
        next_to = key.by < value if key.down else key.by > value
        further = sa.or_(next_to, sa.and_(key.by == value, further))
    return further


def named(place: Place) -> dict[str, Any]:
    """The values of a place by the names that ``behind`` gives them."""
    return {f"after_{number}": value for number, value in enumerate(place)}


def shown(keys: Sequence[Key]) -> list[sa.Label[Any]]:
    """The keys as columns, for the cursor of the last row."""
    return [key.by.label(f"key_{number}") for number, key in enumerate(keys)]


def cursor_of(view: View, row: Any) -> str:
    """Where a page that ends with this row, which has the ``shown`` keys, goes on."""
    if by_due(view):
        return f"{row.sort_on.isoformat()}_{row.id}"
    return encoded([getattr(row, f"key_{number}") for number in range(len(keys_of(view)))])


def encoded(place: Sequence[Any]) -> str:
    """A place as it stands in an address."""
    told = orjson.dumps(list(place), default=str)
    return base64.urlsafe_b64encode(told).decode().rstrip("=")


def cursor_from(view: View, text: str) -> Place | None:
    """The place that a cursor names in this view; None for one that is not ours."""
    if by_due(view):
        day, _, number = text.partition("_")
        told: Any = [day, whole(number)]
    else:
        told = _decoded(text)
    keys = keys_of(view)
    if not isinstance(told, list) or len(told) != len(keys):
        return None
    place = tuple(_value(one, key) for one, key in zip(told, keys, strict=True))
    return None if None in place else place


def _decoded(text: str) -> Any:
    if len(text) > LONGEST:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        return orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        return None


def _value(told: Any, key: Key) -> Any:
    """A value that both databases can compare with the key; None for any other."""
    kind = key.by.type
    if isinstance(kind, sa.Integer):
        most = 2**63 if isinstance(kind, sa.BigInteger) else 2**31
        right = isinstance(told, int) and not isinstance(told, bool) and -most < told < most
        return told if right else None
    if not isinstance(told, str) or not is_text(told):
        return None
    try:
        if isinstance(kind, CalendarDate):
            return date.fromisoformat(told)
        return _instant(told) if isinstance(kind, UtcDateTime) else told
    except ValueError:
        return None


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or not 1 < at.year < 9999:
        raise ValueError(text)
    return at
