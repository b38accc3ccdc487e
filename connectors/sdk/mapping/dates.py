"""Dates and instants in every form that platforms were seen to send.

    2023-07-04, 2023-07-04T00:00:00, 2022-07-26 14:25:17      a calendar date, never shifted
    2018-10-30T21:03:42.4579542Z, …306587Z, …000+0000, -07:00  an instant, held in UTC
    1690000000, "1690000000", 1690000000.5                     an instant: epoch seconds
    1690000000000, "1690000000000"                             an instant: epoch milliseconds
    date and datetime objects                                  by whether they carry a zone

Some platforms cannot say "none" and send a date instead. These mean none, whatever the
time of day: the years 0, 1 and 9999, 1900-01-01, 1970-01-01 and epoch 0. No partner
program has a date there.

Day and month order is never guessed (06/07/2023), nor are digits that are neither epoch
seconds (9 or 10 digits) nor milliseconds (12 or 13): 20231231 may be SAP's yyyymmdd or a
day in 1970, so the connector that knows must say so itself.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sdk.mapping.fields import BadField, shown
from connectors.sdk.records import Due, DueDate, DueInstant

_STAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)"
    r"(?: ?([Zz]|[+-][0-9]{2}(?::?[0-5][0-9])?))?)?"
)
_EPOCH = re.compile(r"-?([0-9]{9,10}|[0-9]{12,13})")
_ZERO = re.compile(r"0+")
_LONGEST = 64
_NONE_DATES = frozenset({date(1900, 1, 1), date(1970, 1, 1)})
_NONE_YEARS = frozenset({1, 9999})
_EPOCH_START = datetime(1970, 1, 1, tzinfo=UTC)


def due_of(value: Any, *, field: str, zone: str | None = None) -> Due | None:
    """A due date or instant from any form above; None for empty and sentinels.

    A zone-less stamp is a calendar date (``DueDate``); a stamp with offset or Z is a
    ``DueInstant`` in UTC. ``zone`` is the IANA name of the rule's zone: noted, never applied.
    The platform's own text stays in ``raw``, its offset included.
    """
    found = _read(value, field)
    if found is None:
        return None
    raw = value.isoformat() if isinstance(value, date) else str(value)
    if isinstance(found, datetime):
        return DueInstant(at=found.astimezone(UTC), zone=zone or _zone_name(found), raw=raw)
    return DueDate(on=found, zone=zone, raw=raw)


def date_of(value: Any, *, field: str) -> date | None:
    """The calendar date as the platform wrote it, without any shift; None for sentinels.

    Of a stamp with an offset it is the date in that offset, of an epoch the date in UTC.
    """
    found = _read(value, field)
    return found.date() if isinstance(found, datetime) else found


def instant_of(value: Any, *, field: str) -> datetime | None:
    """An aware UTC instant; None for sentinels; ``BadField`` for a stamp without a zone."""
    found = _read(value, field)
    if found is None:
        return None
    if not isinstance(found, datetime):
        raise BadField(f"field {field} names no time zone: {shown(value)}")
    return found.astimezone(UTC)


def _read(value: Any, field: str) -> date | datetime | None:
    """An aware datetime, a date, or None for empty values and sentinels."""
    try:
        found = _parse(value)
    except (TypeError, ValueError, OverflowError):
        raise BadField(f"field {field} is not a date: {shown(value)}") from None
    return None if found is None or _means_none(found) else found


def _parse(value: Any) -> date | datetime | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise TypeError("neither text nor number")
    if isinstance(value, int) and abs(value) >= 10**13:
        raise ValueError("no epoch has so many digits")
    text = str(value).strip()
    if len(text) > _LONGEST:
        raise ValueError("too long for a date")
    if isinstance(value, float | Decimal):
        return _from_epoch(text.partition(".")[0], Decimal(text))
    return _from_text(text)


def _from_text(text: str) -> date | datetime | None:
    if not text or _ZERO.fullmatch(text):
        return None
    if stamp := _STAMP.fullmatch(text):
        return _from_stamp(*stamp.groups())
    if _EPOCH.fullmatch(text):
        return _from_epoch(text, Decimal(text))
    raise ValueError("no known form")


def _from_stamp(day: str, time: str | None, zone: str | None) -> date | datetime | None:
    if day.startswith("0000"):
        return None
    if time is None:
        return date.fromisoformat(day)
    # A zone-less time is dropped, but it has to be one: 25:61 shows that the field is broken.
    stamp = datetime.fromisoformat(f"{day}T{time.replace(',', '.')}{(zone or '').upper()}")
    return stamp if zone else stamp.date()


def _from_epoch(digits: str, number: Decimal) -> datetime | None:
    if not number:
        return None
    if not _EPOCH.fullmatch(digits):
        raise ValueError("neither epoch seconds nor milliseconds")
    milliseconds = len(digits.lstrip("-")) > 10
    micro = int(number * (1_000 if milliseconds else 1_000_000))
    return _EPOCH_START + timedelta(microseconds=micro)


def _means_none(found: date | datetime) -> bool:
    if isinstance(found, datetime):
        # Compared as written first: 9999-12-31T23:59:59-05:00 has no instant in UTC.
        return _means_none(found.date()) or found == _EPOCH_START
    return found.year in _NONE_YEARS or found in _NONE_DATES


def _zone_name(at: datetime) -> str | None:
    return at.tzinfo.key if isinstance(at.tzinfo, ZoneInfo) else None
