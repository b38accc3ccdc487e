"""Dates as people type them. Day and month are never guessed."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk.records import DueDate, DueInstant
from connectors.sdk.tables.cells import BadCell
from connectors.sdk.tables.dates import DayReader, Order, readings
from connectors.sdk.tables.wire import Cell, Day, Fault, Number

ISH = st.dates(min_value=date(1950, 1, 1), max_value=date(2199, 12, 31))


def reader(order: Order | None = None, *, epoch_1904: bool | None = False) -> DayReader:
    return DayReader("Due", order, epoch_1904=epoch_1904)


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-03",
        "2026/4/3",
        "2026.04.03",
        "3 April 2026",
        "3rd Apr 2026",
        "Apr 3, 2026",
        "April 3 2026",
        "3-Apr-26",
        "Fri, 3 Apr 2026",
        "3. April 2026",
        "03 avr. 2026",
        "3 avril 2026",
        "3 de abril de 2026",
        "3 apr. 2026",
        "2026-04-03T00:00:00",
        "2026-04-03 14:30",
        "3 April 2026 um 14:30 Uhr",
        "3 April 2026 9:05 AM",
    ],
)
def test_a_form_with_one_reading_needs_no_order(text: str) -> None:
    assert reader().day(text) == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("text", "month"),
    [("1. März 2026", 3), ("1er août 2026", 8), ("1 ene. 2026", 1), ("1 mei 2026", 5)],
)
def test_months_are_known_in_five_languages(text: str, month: int) -> None:
    assert reader().day(text) == date(2026, month, 1)


@pytest.mark.parametrize("text", ["03/04/2026", "03.04.2026", "3-4-2026", "03/04/26", "3 4 2026"])
def test_a_form_with_two_readings_is_refused_with_both(text: str) -> None:
    with pytest.raises(BadCell, match=r"3 April 2026 or 4 March 2026") as refused:
        reader().day(text)

    assert refused.value.problem == "the date order is not known"


@pytest.mark.parametrize(
    ("order", "day"), [(Order.DMY, date(2026, 4, 3)), (Order.MDY, date(2026, 3, 4))]
)
def test_a_declared_order_decides(order: Order, day: date) -> None:
    assert reader(order).day("03/04/2026") == day


def test_a_date_that_its_order_does_not_allow_is_refused_rather_than_turned_round() -> None:
    with pytest.raises(BadCell, match=r"04/13/2026.*day, month, year"):
        reader(Order.DMY).day("04/13/2026")


def test_a_date_of_which_day_and_month_are_the_same_needs_no_order() -> None:
    assert reader().day("05/05/2026") == date(2026, 5, 5)


@pytest.mark.parametrize(
    "text", ["31.02.2026", "soon", "Q1 2026", "April 2026", "2026", "3/4", "0"]
)
def test_what_is_no_date_is_refused_and_named(text: str) -> None:
    with pytest.raises(BadCell, match=rf"Due: “{text}” is not a date"):
        reader(Order.DMY).day(text)


@pytest.mark.parametrize("cell", [None, "", "  ", "-", "n/a", "N/A", "TBD", "k.A."])
def test_words_for_nothing_are_no_date_and_no_error(cell: Cell) -> None:
    assert reader().due(cell) is None


def test_a_date_keeps_the_text_it_was_written_as() -> None:
    assert reader(Order.DMY).due(" 03.04.2026 14:30 ") == DueDate(
        on=date(2026, 4, 3), raw="03.04.2026 14:30"
    )


def test_a_stamp_with_an_offset_is_a_moment() -> None:
    due = reader().due("2026-04-03T23:30:00-05:00")

    assert isinstance(due, DueInstant)
    assert due.at == datetime(2026, 4, 4, 4, 30, tzinfo=UTC)


def test_a_real_date_is_that_date_whatever_the_order() -> None:
    assert reader(Order.MDY).day(Day("2026-04-03 14:30:00")) == date(2026, 4, 3)


@pytest.mark.parametrize(("epoch_1904", "number"), [(False, "46115"), (True, "44653")])
def test_a_day_number_follows_the_workbooks_date_system(*, epoch_1904: bool, number: str) -> None:
    assert reader(epoch_1904=epoch_1904).day(Number(number)) == date(2026, 4, 3)


def test_a_day_number_in_a_csv_is_refused_because_its_date_system_is_unknown() -> None:
    with pytest.raises(BadCell, match="format the column as a date"):
        reader(epoch_1904=None).day("46115")


@pytest.mark.parametrize("cell", [Number("18400"), Number("46115", "€"), True, Fault("#REF!")])
def test_other_cells_are_no_date(cell: Cell) -> None:
    with pytest.raises(BadCell, match="is not a date"):
        reader().day(cell)


FORMS = {
    Order.DMY: ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"),
    Order.MDY: ("%m/%d/%Y", "%m-%d-%Y"),
    Order.YMD: ("%Y-%m-%d", "%Y/%m/%d"),
}


@pytest.mark.promise("P7")
@given(day=ISH, order=st.sampled_from(Order), place=st.integers(0, 1))
def test_a_date_in_a_declared_order_comes_back_as_that_date(
    day: date, order: Order, place: int
) -> None:
    text = day.strftime(FORMS[order][place])

    assert reader(order).day(text) == day


@given(day=ISH, order=st.sampled_from([Order.DMY, Order.MDY]))
def test_without_an_order_a_date_is_right_or_refused(day: date, order: Order) -> None:
    text = day.strftime(FORMS[order][0])
    try:
        found = reader().day(text)
    except BadCell:
        assert len(set(readings(text).values())) > 1
    else:
        assert found == day


@given(text=st.text(max_size=40))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        found = reader().due(text)
    except ValueError:
        return
    assert found is None or isinstance(found, DueDate | DueInstant)
