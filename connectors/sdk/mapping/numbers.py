"""Numbers and money, exact: never through binary floating point."""

import re
from decimal import Context, Decimal
from functools import cache
from typing import Any

from babel.numbers import list_currencies

from connectors.sdk.mapping.fields import BadField, shown
from connectors.sdk.records import Money

DECIMALS = 4
"""Digits after the point that are kept exactly everywhere (storage included)."""

LARGEST = Decimal(10**14)
"""Numbers from here on, without sign, are refused: storage is exact below."""

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,9})?")
_LONGEST = 64
_EXACT = Context(prec=2 * _LONGEST)
_NOT_MONEY = frozenset({"XXX", "XTS"})  # ISO 4217: "no currency" and "for testing"


def decimal_of(value: Any, *, field: str) -> Decimal | None:
    """A number given as number or string, exact and in plain form; None for empty.

    "1,234.50" is refused: which of the two is the decimal sign depends on who wrote it.
    A float counts as the text that it is printed as (0.1 is 0.1). The same number always
    gives the same digits (100, never 100.00 or 1E+2), so that a platform which changes
    between them does not look changed. Also refused, for storage is exact to 4 decimals
    below 10^14: more decimals than that, larger numbers, NaN and infinity.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    number = _number(value, field)
    if not number:
        return Decimal(0)
    # By exponents: a comparison would first write out all the digits of 1e999999.
    if number.adjusted() >= LARGEST.adjusted():
        raise BadField(f"field {field} is too large, storage is exact below 10^14: {shown(value)}")
    plain = number.normalize(_EXACT) if number.adjusted() >= -DECIMALS else number
    exponent = int(plain.as_tuple().exponent)
    if exponent < -DECIMALS:
        raise BadField(
            f"field {field} has more than {DECIMALS} decimals, storage is exact to {DECIMALS}: "
            f"{shown(value)}"
        )
    return plain.quantize(Decimal(1)) if exponent > 0 else plain


def money_of(value: Any, currency: Any, *, field: str) -> Money | None:
    """Money; None when there is no amount. An unknown currency code raises ``BadField``.

    Codes are those of ISO 4217 in any case, withdrawn ones too (an old invoice in HRK is
    still an invoice). Without a code the money has none: it is never guessed.
    """
    amount = decimal_of(value, field=field)
    return None if amount is None else Money(amount=amount, currency=_code(currency, field))


def _number(value: Any, field: str) -> Decimal:
    if isinstance(value, int | Decimal | float | str) and not isinstance(value, bool):
        if isinstance(value, int):
            return Decimal(value)
        text = value.strip() if isinstance(value, str) else str(value)
        if len(text) <= _LONGEST and _NUMBER.fullmatch(text):
            return Decimal(text)
    raise BadField(f"field {field} is not a number: {shown(value)}")


def _code(currency: Any, field: str) -> str | None:
    if currency is None or (isinstance(currency, str) and not currency.strip()):
        return None
    code = currency.strip().upper() if isinstance(currency, str) else None
    if code not in _codes():
        raise BadField(
            f"field {field} has a currency that is not an ISO 4217 code: {shown(currency)}"
        )
    return code


@cache
def _codes() -> frozenset[str | None]:
    return frozenset(list_currencies()) - _NOT_MONEY
