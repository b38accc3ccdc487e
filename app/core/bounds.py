"""Bounds as people write them into an address or a form: an amount of money, a day."""

import re
from datetime import date
from decimal import Decimal

_AMOUNT = re.compile(r"(\d{1,13}|\d{1,3}(,\d{3}){1,3}|\d{1,3}( \d{3}){1,3})(\.\d{1,4})?", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1900, 2900
"""Days with room for arithmetic on either side; what is due stands between them."""


def amount_of(text: str) -> Decimal | None:
    """The amount that plain digits write, with thousands apart or not; None for anything else:
    "1,5" is neither one and a half for everybody, nor fifteen for anybody.
    """
    plain = text.strip()
    return Decimal(re.sub("[ ,]", "", plain)) if _AMOUNT.fullmatch(plain) else None


def day_of(text: str) -> date | None:
    """The day of an ISO date within ``FIRST_YEAR`` and ``LAST_YEAR``; None for anything else."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
