"""Excel workbooks as people make them."""

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sdk.connector import Complete
from connectors.sdk.errors import ConfigInvalid, FormatChanged
from connectors.sdk.records import Goal, Money
from connectors.sdk.tables.reading import open_table
from connectors.sdk.tables.wire import Cell, Day, Fault, Number
from connectors.spreadsheet.onboarding import inspect
from tests.connectors.spreadsheet.files import Read, xlsx_of

HEADER = ("ID", "Title", "Due", "Amount", "Currency")


def cells_of(data: bytes) -> dict[int, list[Cell]]:
    with open_table(data) as table:
        return {row.number: row.cells for row in table.sheets[0].rows()}


def test_every_kind_of_cell_keeps_its_kind() -> None:
    row = ("00417", "=1+1", 12.5, True, date(2026, 4, 3), datetime(2026, 4, 3, 14, 30))

    assert cells_of(xlsx_of({"A": [row]})) == {
        1: [
            "00417",
            "=1+1",
            Number("12.5"),
            True,
            Day("2026-04-03"),
            Day("2026-04-03 14:30:00"),
        ]
    }


def test_numbers_keep_the_digits_that_excel_keeps() -> None:
    row = (12345678901, 0.1 + 0.2, 1e15, -0.000123, 1e-7)

    texts = [cell.text for cell in cells_of(xlsx_of({"A": [row]}))[1] if isinstance(cell, Number)]

    assert texts == ["12345678901", "0.3", "1000000000000000", "-0.000123", "0.0000001"]


def test_ids_keep_their_zeros_and_numbers_as_ids_their_digits(read: Read) -> None:
    found = read(xlsx_of({"Deadlines": [HEADER, ("007", "A"), (417, "B")]}))

    assert [r.external_id for r in found.records] == ["deadline:007", "deadline:417"]


@pytest.mark.parametrize("mac", [False, True])
def test_real_dates_are_right_in_both_date_systems(read: Read, *, mac: bool) -> None:
    day = date(2028, 2, 29)
    data = xlsx_of({"Deadlines": [HEADER, ("1", "A", day)]}, date_1904=mac)

    assert read(data).one().due.on == day


@pytest.mark.parametrize(("mac", "number"), [(False, 46115), (True, 44653)])
def test_bare_day_numbers_follow_the_workbooks_date_system(
    read: Read, number: int, *, mac: bool
) -> None:
    rows = [HEADER, ("1", "A", date(2026, 4, 3)), ("2", "B", date(2026, 4, 3)), ("3", "C", number)]

    found = read(xlsx_of({"Deadlines": rows}, date_1904=mac))

    assert {r.due.on for r in found.records} == {date(2026, 4, 3)}


def test_a_stored_value_of_a_formula_is_read_and_its_error_listed(read: Read) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("Deadlines")
        sheet.write_row(0, 0, ("Title", "Due", "Amount", "Notes"))
        sheet.write_row(1, 0, ("A", "2026-04-03"))
        sheet.write_formula(1, 2, "=6*7", None, 42)
        sheet.write_row(2, 0, ("B", "2026-04-04"))
        sheet.write_formula(2, 2, "=C1/0", None, "#DIV/0!")
        sheet.write_row(3, 0, ("C",))
        sheet.write_formula(3, 1, "=X!A1", None, "#REF!")

    found = read(target.getvalue())

    assert [r.amount for r in found.records] == [Money(amount=Decimal(42))]
    assert [(bad.where, bad.reason) for bad in found.quarantined] == [
        ("Deadlines row 3", "Amount: “#DIV/0!” is not a number."),
        ("Deadlines row 4", "Due: “#REF!” is not a date."),
    ]
    assert isinstance(found.end, Complete)


def test_an_error_cell_in_an_unused_column_is_kept_as_it_shows() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet().write_formula(0, 0, "=1/0", None, "#N/A")

    assert cells_of(target.getvalue()) == {1: [Fault("#N/A")]}


@pytest.mark.parametrize(
    ("code", "currency"),
    [
        ("€#,##0.00", "EUR"),
        ('#,##0.00 "EUR"', "EUR"),
        ("[$€-407] #,##0.00", "EUR"),
        ("[$USD] #,##0.00", "USD"),
        ("[$$-409]#,##0.00", "USD"),
        ("[$£-809]#,##0.00", "GBP"),
        ("#,##0.00", None),
        ('#,##0.00 "days"', None),
        ("[Red]#,##0.00;[Blue]-#,##0.00", None),
    ],
)
def test_the_currency_of_a_number_format_is_read(
    read: Read, code: str, currency: str | None
) -> None:
    rows = [("ID", "Title", "Due", "Amount"), ("1", "A", date(2026, 4, 3), (1234.5, code))]

    assert read(xlsx_of({"Deadlines": rows})).one().amount == Money(
        amount=Decimal("1234.5"), currency=currency
    )


def test_a_format_that_contradicts_the_currency_column_is_listed(read: Read) -> None:
    rows = [HEADER, ("1", "A", None, (5, "€0"), "USD"), ("2", "B", None, (5, "€0"), "EUR")]

    found = read(xlsx_of({"Deadlines": rows}))

    assert found.titles == ["B"]
    assert "the cell says EUR and the row says USD" in found.reasons[0]


def test_a_percent_format_is_the_number_that_people_see(read: Read) -> None:
    rows = [("Goal", "Target", "Actual"), ("Attach rate", (0.25, "0%"), (0.185, "0.0%"))]

    goal = read(xlsx_of({"Goals": rows})).one()

    assert isinstance(goal, Goal)
    assert (goal.target, goal.actual, goal.unit) == (Decimal(25), Decimal("18.5"), "%")


def test_a_merged_cell_stands_for_all_its_rows(read: Read) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("Deadlines")
        sheet.merge_range(0, 0, 0, 3, "Obligations of the year")
        sheet.write_row(2, 0, ("Vendor", "Title", "Due"))
        sheet.merge_range(3, 0, 5, 0, "Cisco")
        for row, title in enumerate("ABC", start=3):
            sheet.write_row(row, 1, (title, f"2026-04-0{row}"))

    assert [r.vendor for r in read(target.getvalue()).records] == ["Cisco"] * 3


def test_a_header_of_two_rows_reads_as_one(read: Read) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("Goals")
        sheet.merge_range(0, 0, 1, 0, "Goal")
        sheet.merge_range(0, 1, 0, 2, "Period")
        sheet.write_row(1, 1, ("From", "To"))
        sheet.merge_range(0, 3, 1, 3, "Target")
        sheet.write_row(2, 0, ("Revenue", "2026-01-01", "2026-12-31", 100))

    workbook = inspect(target.getvalue())
    goal = read(target.getvalue()).one()

    assert [c.header for c in workbook.sheets[0].columns] == [
        "Goal",
        "Period From",
        "Period To",
        "Target",
    ]
    assert (goal.period_start, goal.period_end) == (date(2026, 1, 1), date(2026, 12, 31))


def test_a_table_may_stand_anywhere_on_its_sheet(read: Read) -> None:
    rows = [*[()] * 6, (None, None, "Title", None, "Due"), *[()] * 2]

    found = read(xlsx_of({"S": [*rows, (None, None, "A", None, date(2026, 4, 3))]}))

    assert found.one().title == "A"


def test_a_cell_without_a_header_is_kept_under_its_columns_letter(read: Read) -> None:
    rows = [("Title", "Due"), ("A", date(2026, 4, 3), None, "ask Jo")]

    assert [(f.label, f.value) for f in read(xlsx_of({"S": rows})).one().facts] == [
        ("Column D", "ask Jo")
    ]


TABLE = [("Title", "Due"), ("A", date(2026, 4, 3))]
OTHER = [("Title", "Due"), ("B", date(2026, 4, 3))]


def test_every_sheet_with_a_known_header_is_read_and_notes_are_passed_over(read: Read) -> None:
    notes = [("Call Jo about the", "new terms"), ("before", "Friday")]

    found = read(xlsx_of({"One": TABLE, "Notes": notes, "Empty": [], "Two": OTHER}))

    assert found.titles == ["A", "B"]
    assert isinstance(found.end, Complete)
    assert found.end.state == {"sheets": ["One", "Two"]}


def test_a_named_sheet_is_read_alone(read: Read) -> None:
    data = xlsx_of({"One": TABLE, "Two": OTHER})

    assert read(data, sheet="two").titles == ["B"]
    missing = read(data, sheet="Three")
    assert isinstance(missing.error, FormatChanged)
    assert "One, Two" in missing.error.remedy


def test_a_hidden_sheet_is_read_only_if_it_was_mapped_or_named(read: Read) -> None:
    data = xlsx_of({"One": TABLE, "Two": OTHER}, hidden=["Two"])
    mapping = {"columns": {"Title": "title", "Due": "due"}}

    assert read(data).titles == ["A"]
    assert read(data, sheet="Two").titles == ["B"]
    fingerprint = inspect(data).sheets[0].fingerprint
    assert read(data, mapping={fingerprint: mapping}).titles == ["A", "B"]


@pytest.mark.promise("P2")
def test_a_sheet_that_was_read_before_and_is_not_understood_now_proves_nothing(
    read: Read,
) -> None:
    data = xlsx_of({"One": TABLE, "Two": [("?", "!"), ("B", "x")]})

    found = read(data, state={"sheets": ["One", "Two"]})

    assert found.titles == ["A"], "the other sheet still lands"
    assert isinstance(found.error, FormatChanged)
    assert "“Two” was read before" in str(found.error)


def test_a_sheet_that_was_deleted_is_gone(read: Read) -> None:
    found = read(xlsx_of({"One": TABLE}), state={"sheets": ["One", "Two"]})

    assert isinstance(found.end, Complete)


def test_a_sheet_that_is_no_longer_wanted_is_not_waited_for(read: Read) -> None:
    data = xlsx_of({"One": TABLE, "Two": OTHER})

    found = read(data, sheet="One", state={"sheets": ["One", "Two"]})

    assert isinstance(found.end, Complete)
    assert found.end.state == {"sheets": ["One"]}


def test_a_header_row_can_be_declared(read: Read) -> None:
    rows = [("Title", "Due", "Vendor"), ("Old", "Frist", "Titel"), ("x", date(2026, 4, 3), "A")]
    mapping = {"columns": {"Old": "vendor", "Frist": "due", "Titel": "title"}}
    fingerprint = inspect(xlsx_of({"S": rows[1:]})).sheets[0].fingerprint

    found = read(xlsx_of({"S": rows}), header_row=2, mapping={fingerprint: mapping})

    assert (found.one().title, found.one().vendor) == ("A", "x")


def test_a_sheet_of_chart_is_no_sheet_of_rows() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet("Data").write(0, 0, "x")
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Data!$A$1:$A$1"})
        book.add_chartsheet("Chart").set_chart(chart)

    assert [sheet.name for sheet in inspect(target.getvalue()).sheets] == ["Data"]


def test_a_workbook_with_prefixed_xml_names_is_read_the_same(read: Read) -> None:
    """Some writers qualify every element; an error cell must be seen there too."""
    plain = xlsx_of({"S": [("Title", "Due", "Amount"), ("A", "2026-04-03", (5, "€0"))]})
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"<", b"<x:").replace(b"<x:/", b"</x:")
                content = content.replace(b"<x:?", b"<?").replace(b"xmlns=", b"xmlns:x=")
            new.writestr(name, content)

    assert read(target.getvalue()).one().amount == Money(amount=Decimal(5), currency="EUR")


def test_an_unmapped_sheet_lets_the_others_land_and_asks(read: Read) -> None:
    asks = [("Title", "Due"), ("B", "03/04/2026")]

    found = read(xlsx_of({"One": TABLE, "Two": asks}))

    assert found.titles == ["A"]
    assert isinstance(found.error, ConfigInvalid)
    assert "3 April 2026 or 4 March 2026" in str(found.error)


VALUES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
    .filter(lambda text: not text.startswith(("{=", "=")) and text.strip())
    .filter(lambda text: not text.startswith("_x")),
    st.integers(-(10**14), 10**14),
    st.booleans(),
    st.dates(date(1950, 1, 1), date(2199, 12, 31)),
)


@settings(max_examples=10, deadline=None)
@given(rows=st.lists(st.lists(VALUES, min_size=1, max_size=6), min_size=1, max_size=30))
def test_every_value_comes_back_as_it_was_written(
    rows: list[list[str | int | bool | date]],
) -> None:
    def cell(value: str | int | bool | date) -> Cell:  # a cell's value
        if isinstance(value, str | bool):
            return value
        return Day(value.isoformat()) if isinstance(value, date) else Number(str(value))

    assert cells_of(xlsx_of({"S": rows})) == {
        number: [cell(value) for value in row] for number, row in enumerate(rows, start=1)
    }
