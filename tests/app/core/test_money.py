"""Sums of money, one a currency."""

from decimal import Decimal

from app.core.money import summed
from connectors.sdk.records import Money


def money(amount: str, currency: str | None) -> Money:
    return Money(amount=Decimal(amount), currency=currency)


def test_each_currency_has_its_own_sum_and_the_largest_stands_first() -> None:
    paid = [money("1.10", "USD"), money("5", "EUR"), money("2.20", "USD"), money("-7", "CHF")]

    assert summed(paid) == (money("5", "EUR"), money("3.30", "USD"), money("-7", "CHF"))


def test_what_names_no_currency_is_added_to_none() -> None:
    assert summed([money("1", None), money("2", "USD"), money("3", None)]) == (
        money("4", None),
        money("2", "USD"),
    )


def test_nothing_has_no_sum() -> None:
    assert summed([]) == ()
