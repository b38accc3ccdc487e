"""Numbers and money as people type them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk.records import Money
from connectors.sdk.tables.amounts import Mark, NumberReader
from connectors.sdk.tables.cells import BadCell
from connectors.sdk.tables.wire import Cell, Day, Fault, Number


def reader(mark: Mark | None = None) -> NumberReader:
    return NumberReader("Amount", mark)


def money(cell: Cell, *, named: str | None = None, default: str | None = None) -> Money | None:
    return reader().money(cell, named=named, default=default)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234", "1234"),
        ("0", "0"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1\u202f234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1.234.567", "1234567"),
        ("12,5", "12.5"),
        ("0.75", "0.75"),
        ("-5", "-5"),
        ("−5", "-5"),
        ("(1,234.00)", "-1234.00"),
        ("1.234,00-", "-1234.00"),
    ],
)
def test_a_number_with_one_reading_needs_no_mark(text: str, number: str) -> None:
    assert reader().number(text) == (Decimal(number), "")


@pytest.mark.parametrize("text", ["1,234", "1.234", "$18,400"])
def test_a_number_with_two_readings_is_refused_with_both(text: str) -> None:
    with pytest.raises(BadCell, match=r"may be \d.* or \d.*decimal mark"):
        reader().number(text)


def test_a_declared_mark_decides() -> None:
    assert reader(Mark.POINT).number("1,234") == (Decimal(1234), "")
    assert reader(Mark.COMMA).number("1,234") == (Decimal("1.234"), "")


def test_a_number_that_its_mark_does_not_allow_is_refused() -> None:
    with pytest.raises(BadCell, match=r"1\.234,50"):
        reader(Mark.POINT).number("1.234,50")


@pytest.mark.parametrize(
    "text",
    ["many", "1,23,456", "1,2,3", "10/25", "FY26", "1.5k", "$1.2M", "5.", "3.4.2026", "1-2-3"],
)
def test_what_is_no_number_is_refused_and_named(text: str) -> None:
    with pytest.raises(BadCell, match="is not a number") as refused:
        reader().number(text)

    assert text in str(refused.value)


@pytest.mark.parametrize("cell", [None, "", "-", "n/a"])
def test_words_for_nothing_are_no_money(cell: Cell) -> None:
    assert money(cell) is None


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("€ 1.234,50", "EUR"),
        ("1.234,50 EUR", "EUR"),
        ("EUR 1234.50", "EUR"),
        ("£1,234.50", "GBP"),
        ("US$ 1,234.50", "USD"),
        ("1 234,50 zł", "PLN"),
        ("usd 1,234.50", "USD"),
    ],
)
def test_a_sign_or_code_in_the_cell_is_its_currency(text: str, currency: str) -> None:
    assert money(text, default="JPY") == Money(amount=Decimal("1234.50"), currency=currency)


def test_a_sign_of_several_currencies_needs_to_be_told() -> None:
    with pytest.raises(BadCell, match="several currencies"):
        money("$ 5")
    with pytest.raises(BadCell, match="several currencies"):
        money("$ 5", default="EUR")
    assert money("$ 5", default="CAD") == Money(amount=Decimal(5), currency="CAD")
    assert money("kr 5", named="NOK") == Money(amount=Decimal(5), currency="NOK")


def test_no_currency_is_made_up() -> None:
    assert money("5") == Money(amount=Decimal(5), currency=None)


def test_a_cell_that_contradicts_its_row_is_refused() -> None:
    with pytest.raises(BadCell, match="the cell says EUR and the row says USD"):
        money("€ 5", named="USD")


@pytest.mark.parametrize("cell", ["25 %", "25%", Number("0.25", "%")])
def test_percent_is_the_number_that_people_see(cell: Cell) -> None:
    assert reader().number(cell) == (Decimal(25), "%")


def test_percent_is_no_money() -> None:
    with pytest.raises(BadCell, match="“%” is not a currency"):
        money("25 %")


def test_a_currency_format_of_excel_is_the_cells_currency() -> None:
    assert money(Number("1234.5", "€"), default="USD") == Money(
        amount=Decimal("1234.5"), currency="EUR"
    )


@pytest.mark.parametrize("cell", [True, Fault("#N/A"), Day("2026-04-03")])
def test_other_cells_are_no_number(cell: Cell) -> None:
    with pytest.raises(BadCell, match="is not a number"):
        reader().number(cell)


AMOUNTS = st.decimals(min_value=-(10**10), max_value=10**10, places=2)


@given(value=AMOUNTS, mark=st.sampled_from(Mark), sign=st.sampled_from(["", "€ ", "EUR "]))
def test_a_grouped_number_in_a_declared_mark_comes_back(
    value: Decimal, mark: Mark, sign: str
) -> None:
    text = f"{value:,.2f}"
    if mark is Mark.COMMA:
        text = text.translate(str.maketrans(",.", ".,"))

    found = reader(mark).number(sign + text)

    assert found is not None
    assert found[0] == value


@given(value=AMOUNTS)
def test_without_a_mark_a_number_is_right_or_refused(value: Decimal) -> None:
    found = reader().number(f"{value:,.2f}")

    assert found is not None
    assert found[0] == value


@given(text=st.text(max_size=40))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        found = reader().number(text)
    except BadCell:
        return
    assert found is None or isinstance(found[0], Decimal)
