"""Values in plain form: text, whole numbers, bytes, booleans and None, as the driver takes them.

It is the form that the column types of ``app.db`` write, made without asking a type for each
value, which is most of the time of a large sync. Plain values can be spooled.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

import orjson
import sqlalchemy as sa
from sqlmodel import SQLModel

from app.core.storable import NotStorable
from app.db import CalendarDate, Exact, UtcDateTime, scaled, utc

Maker = Callable[[Any], Any]


class Plain:
    """Some columns of a table; called with their values, in order, gives them plain.

    Types are not checked: what comes from a decoded record has them right. Raises
    ``NotStorable`` for a number that its column cannot hold.
    """

    def __init__(self, table: str, names: tuple[str, ...], *, sqlite: bool) -> None:
        columns = SQLModel.metadata.tables[table].c
        found = [_maker(columns[name].type, sqlite=sqlite) for name in names]
        self.names = names
        self._makers = [(place, make) for place, make in enumerate(found) if make is not None]

    def __call__(self, values: Iterable[Any]) -> tuple[Any, ...]:
        made = list(values)
        place = 0
        try:
            for place, make in self._makers:
                value = made[place]
                if value is not None:
                    made[place] = make(value)
        except ValueError as error:
            name = self.names[place]
            raise NotStorable(f"The {name} cannot be stored: {error}.") from None
        return tuple(made)


@cache
def plain(table: str, names: tuple[str, ...], *, sqlite: bool) -> Plain:
    """Made once for each selection of columns."""
    return Plain(table, names, sqlite=sqlite)


def _maker(kind: Any, *, sqlite: bool) -> Maker | None:
    match kind:
        case UtcDateTime():
            return _sqlite_instant if sqlite else _instant
        case CalendarDate():
            return _day
        case Exact():
            return scaled
        case sa.JSON():
            return _json
    return None


_day = lru_cache(maxsize=4096)(date.isoformat)  # the same days come again, and two in a row


def _sqlite_instant(at: datetime) -> str:
    return utc(at).replace(tzinfo=None).isoformat(" ", "microseconds")


def _instant(at: datetime) -> str:
    return utc(at).isoformat(" ", "microseconds")


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
