"""Numbers and money as people type them: "1.234,50 €", "$1,234.50", "(1 234)", "25 %".

"1,234" is twelve hundred in one country and one point two in another. As with dates, the
mapping or the rest of the column decides, or the cell is refused with both readings.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from babel.numbers import list_currencies

from connectors.sdk.records import Money
from connectors.sdk.tables.cells import BadCell, shown
from connectors.sdk.tables.wire import Cell, Number
from connectors.sdk.tables.words import is_none


class Mark(StrEnum):
    """The decimal mark of a column."""

    POINT = "."
    COMMA = ","


CODES = frozenset(list_currencies())
SYMBOLS: Mapping[str, tuple[str, ...]] = {
    sign: tuple(codes.split())
    for sign, codes in {
        "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₪": "ILS",
        "zł": "PLN", "Kč": "CZK", "R$": "BRL", "US$": "USD", "CA$": "CAD", "C$": "CAD",
        "AU$": "AUD", "A$": "AUD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "MX$": "MXN",
        "Fr.": "CHF", "SFr.": "CHF", "¥": "JPY CNY", "kr": "SEK NOK DKK ISK", "kr.": "DKK",
        "$": "USD CAD AUD NZD SGD HKD MXN TWD ARS CLP COP",
    }.items()
}  # fmt: skip
"""Signs and the currencies that use them; one that several use needs the column's currency."""

_BY_SIGN = {sign.casefold(): codes for sign, codes in SYMBOLS.items()}

SHORTENED = frozenset(["k", "m", "mn", "mio", "mio.", "bn", "mrd", "mrd.", "tsd", "tsd."])
"""Thousands and millions left to the reader; "1.5k" is refused rather than multiplied."""

SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f'’]")
DIGITS = re.compile(r"\d[\d.,\s\u00a0\u2007\u2009\u202f'’]*")
PLAIN = re.compile(r"\d+")
DASHES = "-−–"


@dataclass(frozen=True, slots=True)
class Written:
    """One number as written: what it may be, and the sign or code beside it."""

    values: Mapping[Mark, Decimal]
    unit: str = ""


@lru_cache(maxsize=4096)
def written(text: str) -> Written | None:
    """What a text says as a number, None where it is none."""
    text = text.strip()
    found = DIGITS.search(text)
    if not found:
        return None
    digits = found[0].rstrip()
    before, after = text[: found.start()], text[found.start() + len(digits) :]
    around = f"{before}\0{after}"
    negative = any(dash in around for dash in DASHES) or (before[:1], after[-1:]) == ("(", ")")
    unit = " ".join(re.sub(rf"[{DASHES}()+\0]", " ", around).split())
    if _not_a_unit(unit, before.strip(f"{DASHES}()+ ")):
        return None
    values = _values(digits)
    if negative:
        values = {mark: -value for mark, value in values.items()}
    return Written(MappingProxyType(values), unit) if values else None


def _not_a_unit(unit: str, before: str) -> bool:
    """ "10/25", "FY26" and "1.5k" hold a number but are not one."""
    odd = before and not (shared_by(before) or before.upper() in CODES)
    return bool(odd or SHORTENED & set(unit.casefold().split())) or any(map(str.isdigit, unit))


def _values(digits: str) -> dict[Mark, Decimal]:
    tries = {mark: _value(digits, mark) for mark in Mark}
    return {mark: value for mark, value in tries.items() if value is not None}


def _value(digits: str, mark: Mark) -> Decimal | None:
    """The number under one decimal mark; groups must be groups of three, of one separator."""
    whole, _, fraction = digits.partition(mark)
    other = Mark.COMMA if mark is Mark.POINT else Mark.POINT
    separators = {letter for letter in SPACES.sub(" ", whole) if not letter.isdigit()}
    if (
        len(separators) > 1
        or separators - {" ", other}
        or (fraction and not PLAIN.fullmatch(fraction))
    ):
        return None
    if digits.endswith(mark):
        return None
    for separator in separators:
        first, *groups = SPACES.sub(" ", whole).split(separator)
        if not 1 <= len(first) <= 3 or any(len(group) != 3 for group in groups):
            return None
    number = "".join(letter for letter in whole if letter.isdigit())
    return Decimal(f"{number}.{fraction}" if fraction else number) if number else None


def currency_of(sign: str, default: str | None, *, column: str) -> str | None:
    """The ISO code of a sign or code; None for none.

    A sign that several currencies share means ``default`` where that is one of them, and
    is refused otherwise.
    """
    if not sign:
        return None
    if sign.upper() in CODES:
        return sign.upper()
    known = shared_by(sign)
    if len(known) == 1:
        return known[0]
    if default in known:
        return default
    if known:
        raise BadCell(
            column,
            "the currency is not known",
            f"“{sign}” is the sign of several currencies; say which one is meant.",
        )
    raise BadCell(column, "not a currency", f"“{sign}” is not a currency.")


def shared_by(sign: str) -> tuple[str, ...]:
    """The currencies that a sign stands for; empty for anything else."""
    return _BY_SIGN.get(sign.casefold(), ())


class NumberReader:
    """Reads the number cells of one column. ``mark`` is None where it is not known."""

    def __init__(self, column: str, mark: Mark | None) -> None:
        self.column = column
        self.mark = mark

    def number(self, cell: Cell) -> tuple[Decimal, str] | None:
        """The number and its unit ("%", a currency sign, ""); 25 % is 25 with the unit "%"."""
        if isinstance(cell, Number):
            value = Decimal(cell.text)
            return (value * 100 if cell.mark == "%" else value), cell.mark
        text = shown(cell)
        if text.isdecimal() and len(text) < 20:
            return Decimal(text), ""
        if not text or is_none(text):
            return None
        if isinstance(cell, str):
            return self._text(text[:60])
        raise self._not_a_number(text)

    def _text(self, text: str) -> tuple[Decimal, str]:
        found = written(text)
        if found is None:
            raise self._not_a_number(text)
        if self.mark and self.mark in found.values:
            return found.values[self.mark], found.unit
        if self.mark:
            raise BadCell(
                self.column,
                "another decimal mark",
                f"“{text}” is not a number with the decimal mark “{self.mark}”.",
            )
        if len(set(found.values.values())) > 1:
            raise BadCell(
                self.column,
                "the decimal mark is not known",
                f"{either(text)}; say which decimal mark this column has.",
            )
        return next(iter(found.values.values())), found.unit

    def money(self, cell: Cell, *, named: str | None, default: str | None) -> Money | None:
        """An amount. ``named`` is the row's own currency, ``default`` the column's.

        A cell that names another currency than its row is refused.
        """
        found = self.number(cell)
        if found is None:
            return None
        value, unit = found
        own = currency_of(unit, named or default, column=self.column)
        if own and named and own != named:
            raise BadCell(
                self.column,
                "two currencies in one row",
                f"the cell says {own} and the row says {named}.",
            )
        return Money(amount=value, currency=own or named or default)

    def _not_a_number(self, text: str) -> BadCell:
        return BadCell(self.column, "not a number", f"“{text}” is not a number.")


def either(text: str) -> str:
    """Both readings: "“1,234” may be 1234 or 1.234"."""
    found = written(text)
    values = dict.fromkeys(found.values.values()) if found else {}
    return f"“{text.strip()}” may be " + " or ".join(f"{value:f}" for value in values)
