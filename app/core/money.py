"""Sums of money, which nobody can make across currencies."""

from collections.abc import Iterable
from decimal import Decimal

from connectors.sdk.records import Money


def money_of(amount: Decimal | None, currency: str | None) -> Money | None:
    """Stored columns as money; None where there is no amount."""
    return None if amount is None else Money(amount=amount, currency=currency)


def summed(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """One sum a currency, the largest first; what names no currency has a sum of its own."""
    sums: dict[str | None, Decimal] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, Decimal(0)) + money.amount
    found = (Money(amount=amount, currency=currency) for currency, amount in sums.items())
    return tuple(sorted(found, key=lambda money: -money.amount))
