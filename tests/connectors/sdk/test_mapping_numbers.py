"""A number is exact or refused."""

from decimal import Decimal

import pytest
from babel.numbers import get_territory_currencies
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk.mapping import BadField, decimal_of, money_of
from connectors.sdk.records import Money


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("5594", "5594"),
        ("0.0", "0"),
        (" 1234.50 ", "1234.5"),
        (1234, "1234"),
        (0.1, "0.1"),
        (2.675, "2.675"),
        (1e-4, "0.0001"),
        (100.0, "100"),
        (Decimal("12.3400"), "12.34"),
        (Decimal("1E+2"), "100"),
        ("1e3", "1000"),
        ("-7.25", "-7.25"),
        ("+3", "3"),
        (".5", "0.5"),
        ("-0", "0"),
        ("99999999999999.9999", "99999999999999.9999"),
    ],
)
def test_a_number_is_the_number_that_was_written_in_plain_digits(value: object, text: str) -> None:
    assert str(decimal_of(value, field="amount")) == text


@pytest.mark.parametrize("value", [None, "", "  "])
def test_an_empty_number_is_none(value: object) -> None:
    assert decimal_of(value, field="amount") is None


@pytest.mark.parametrize(
    "value",
    [
        *["1,234.50", "1.234,50", "12 €", "$5", "abc", "1_000", "٥", "0x10", "--1", "1" * 100],
        *[True, [], {}, "NaN", "Infinity", float("nan"), float("-inf"), Decimal("sNaN")],
    ],
    ids=ascii,
)
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(BadField, match=r"^field renewalValue is not a number: "):
        decimal_of(value, field="renewalValue")


@pytest.mark.parametrize(
    "value",
    [
        "1.00001",
        0.1 + 0.2,
        Decimal("1E-5"),
        "1e-300",
        "1e-999999999",
        "0." + "0" * 40 + "1",
        "99999999999999." + "9" * 40,
    ],
    ids=str,
)
def test_more_than_four_decimals_are_refused_because_storage_would_round(value: object) -> None:
    with pytest.raises(BadField, match="more than 4 decimals, storage is exact to 4"):
        decimal_of(value, field="amount")


@pytest.mark.parametrize(
    "value", [10**14, -(10**14), "1e14", 1e300, Decimal("1E+999999"), 10**10_000], ids=lambda _: ""
)
def test_a_number_that_storage_cannot_hold_exactly_is_refused(value: object) -> None:
    with pytest.raises(BadField, match="too large, storage is exact below 10") as caught:
        decimal_of(value, field="amount")
    assert len(str(caught.value)) < 160


@given(
    st.decimals(
        min_value=Decimal("-99999999999999.9999"),
        max_value=Decimal("99999999999999.9999"),
        places=4,
    )
)
def test_reading_twice_changes_nothing_whatever_type_the_number_came_in(number: Decimal) -> None:
    once = decimal_of(str(number), field="amount")
    assert once == number
    assert once is not None
    assert str(decimal_of(once, field="amount")) == str(once)
    assert str(decimal_of(number, field="amount")) == str(once)


@given(st.integers(min_value=-(10**8), max_value=10**8))
def test_a_float_never_brings_binary_noise(cents: int) -> None:
    assert decimal_of(cents / 100, field="amount") == Decimal(cents).scaleb(-2)


def test_money_has_its_currency_in_capitals() -> None:
    assert money_of("12.50", " usd ", field="total") == Money(Decimal("12.5"), "USD")
    assert money_of(0, "EUR", field="total") == Money(Decimal(0), "EUR")


def test_money_without_a_currency_is_not_given_one() -> None:
    assert money_of("12.50", None, field="total") == Money(Decimal("12.5"), None)
    assert money_of("12.50", "", field="total") == Money(Decimal("12.5"), None)


def test_without_an_amount_there_is_no_money_whatever_the_currency_says() -> None:
    assert money_of(None, "USD", field="total") is None
    assert money_of("", "nonsense", field="total") is None


@pytest.mark.parametrize(
    "currency", ["USX", "$", "US Dollar", "XXX", "XTS", 840, ["USD"], "ＵＳＤ"]
)
def test_a_currency_that_does_not_exist_is_refused(currency: object) -> None:
    with pytest.raises(BadField, match=r"^field total has a currency that is not an ISO 4217 code"):
        money_of(5, currency, field="total")


@pytest.mark.parametrize("country", ["US", "DE", "GB", "JP", "IN", "BR", "CH", "SE", "BG", "AU"])
def test_the_money_of_every_market_is_known(country: str) -> None:
    for currency in get_territory_currencies(country):
        assert money_of(1, currency.lower(), field="total") == Money(Decimal(1), currency)


def test_an_old_invoice_keeps_its_withdrawn_currency() -> None:
    assert money_of(1, "HRK", field="total") == Money(Decimal(1), "HRK")
