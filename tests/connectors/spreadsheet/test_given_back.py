"""A sheet that is given back with columns of ours is read as the one that came."""

import io
import string
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from connectors.sdk.errors import ConfigInvalid
from connectors.sdk.records import AnyRecord, Fact, content_hash, encode
from connectors.sdk.tables.choosing import Options
from connectors.sdk.tables.meaning import SheetMapping
from connectors.sdk.tables.words import NOTE, OWNER, REPAIR, STATE
from connectors.sdk.tables.writing import Given, write_xlsx
from connectors.spreadsheet.giving_back import give_back
from connectors.spreadsheet.onboarding import inspect, preview
from connectors.spreadsheet.putting_in import put_in
from tests.connectors.spreadsheet.files import csv_of, xlsx_of

HEADERS = ("ID", "Title", "Due date", "Amount", "Remarks", "Remarks")
MAPPING = SheetMapping(
    columns={"ID": "id", "Title": "title", "Due date": "due", "Amount": "amount"}
)


def told(content: bytes, options: Options) -> tuple[list[str], list[Any]]:
    """All of what a sync would store of a file."""
    found: list[AnyRecord] = []
    seen = preview(content, options, each=found.append)
    return [content_hash(encode(record)).hex() for record in found], [
        (one.reason, one.where.split()[-1]) for one in seen.quarantined
    ]


def returned(content: bytes, options: Options, *, as_csv: bool) -> bytes:
    target = io.BytesIO()
    ours = ("done", "Rin Sato", "=HYPERLINK(0)")
    give_back(
        content, options, target, headers=(STATE, OWNER, NOTE), more=lambda _: ours, as_csv=as_csv
    )
    return target.getvalue()


def options_of(content: bytes) -> Options:
    (sheet,) = inspect(content).sheets
    return Options(mapping={sheet.fingerprint: MAPPING})


ROWS = (
    ("A-1", "Renew", date(2027, 2, 28), (1234.5, '#,##0.00 "€"'), "007", True),
    ("A-2", "=cmd|' /C calc'!A0", datetime(2027, 3, 1, 9, 30), 12, "+49 30 123", None),
    ("A-3", "-1+1", "2027-03-31", (0.25, "0.00%"), "'quoted", "two\nlines"),
    ("A-3", "the same id", "someday", None, None, None),
    (None, "Total", None, (99, "[$$-409]#,##0.00"), None, None),
)


@pytest.mark.parametrize("as_csv", [False, True])
def test_a_workbook_comes_back_as_it_was_formulas_dates_money_and_bad_rows(as_csv: bool) -> None:
    came = xlsx_of({"Deadlines": [HEADERS, *ROWS]})
    options = options_of(came)

    back = returned(came, options, as_csv=as_csv)

    (sheet,) = inspect(back).sheets
    assert [column.header for column in sheet.columns] == [
        *("ID", "Title", "Due date", "Amount", "Remarks", "Remarks (2)")
    ]
    again = options_of(back)
    assert again.mapping.keys() == options.mapping.keys(), "it would have to be mapped anew"
    if as_csv:
        assert b"\r\nA-2,'=cmd|" in back
        assert b",'=HYPERLINK(0)" in back
        titles = [record.title for record in preview(back, options).records]
        assert titles[:2] == ["Renew", "=cmd|' /C calc'!A0"]
        assert preview(back, options).records[0] == preview(came, options).records[0]
    else:
        assert told(back, options) == told(came, options)
        assert returned(back, options, as_csv=False) is not None


def test_text_that_looks_like_the_inside_of_a_workbook_stays_text() -> None:
    """The writer takes what begins and ends so for its own formatted text, as it stands."""
    inside = ("<r>&bad</r>", "<r><t>x</t></r>")
    rows = [(f"A-{n}", text, "2027-03-31", None, None, text) for n, text in enumerate(inside)]
    headers = (*HEADERS[:4], "<r>A&B</r>", "Remarks")
    came = csv_of(headers, *rows)
    options = options_of(came)

    back = returned(came, options, as_csv=False)

    (sheet,) = inspect(back).sheets
    assert [column.header for column in sheet.columns] == list(headers)
    assert [record.title for record in preview(back, options).records] == list(inside)
    assert told(back, options) == told(came, options)


AMOUNTS = (
    ("A-1", "Text", "2027-02-28", "1.234,50", None, None),
    ("A-2", "Number", "2027-02-28", 1234.567, None, None),
    ("A-3", "Small", "2027-02-28", (0.125, '#,##0.000 "€"'), None, None),
    ("A-4", "Three", "2027-02-28", 1.234, None, None),
    ("A-5", "Below zero", "2027-02-28", -2.5, None, None),
)


@pytest.mark.parametrize("first", [0, 1])
def test_numbers_beside_texts_with_a_comma_and_such_as_have_three_decimals_stay(
    first: int,
) -> None:
    came = xlsx_of({"Deadlines": [HEADERS, *AMOUNTS[first:]]})
    options = options_of(came)
    assert told(came, options)[1] == []

    assert told(returned(came, options, as_csv=True), options) == told(came, options)


@pytest.mark.parametrize("as_csv", [False, True])
def test_a_header_that_is_looked_for_in_one_row_comes_back_in_that_row(as_csv: bool) -> None:
    came = xlsx_of({"Deadlines": [("Programs of 2027",), ("All of ours",), HEADERS, ROWS[0]]})
    options = replace(options_of(came), header_row=3)

    assert told(returned(came, options, as_csv=as_csv), options) == told(came, options)


@pytest.mark.parametrize(
    "said", [{}, {"sheet_names": "vendor"}, {"columns": {"ID": "id", "Title": "title"}}]
)
def test_a_sheet_whose_name_says_something_is_not_given_back_as_csv(said: Any) -> None:
    came = xlsx_of({"Goals": [HEADERS, ROWS[0]]})
    (sheet,) = inspect(came).sheets
    mapping = MAPPING.model_copy(update=said)
    options = Options(mapping={sheet.fingerprint: mapping} if said else {})

    assert told(returned(came, options, as_csv=False), options) == told(came, options)
    with pytest.raises(ConfigInvalid, match="name"):
        returned(came, options, as_csv=True)


@pytest.mark.parametrize("as_csv", [False, True])
def test_a_cell_that_shows_an_error_is_none_of_text_when_it_comes_back(as_csv: bool) -> None:
    target = io.BytesIO()
    with Workbook(target) as book:
        sheet = book.add_worksheet("Deadlines")
        sheet.write_row(0, 0, HEADERS)
        for number, error in enumerate(("#N/A", "#REF!", "#DIV/0!"), start=1):
            sheet.write_row(number, 0, (f"A-{number}", "Renew", "2027-02-28"))
            sheet.write_formula(number, number % 2, "=VLOOKUP(1,A:B,2)", None, error)
    options = options_of(target.getvalue())
    came = told(target.getvalue(), options)
    assert [reason.rpartition(" ")[2] for reason, _ in came[1]] == ["#N/A.", "#REF!.", "#DIV/0!."]

    assert told(returned(target.getvalue(), options, as_csv=as_csv), options) == came


def test_any_names_of_sheets_can_be_given_back() -> None:
    """Of other programs a sheet's name may be longer, and end in what Excel does not take."""
    long = "Deadlines of the year 2027 that " + "are ours " * 3
    names = (
        f"{long}1",
        f"{long}2",
        "'quoted'",
        "DEADLINES \U0001f3f3",
        "deadlines \U0001f3f3",
        "\x02",
    )
    target = io.BytesIO()

    write_xlsx([Given(name=name, headers=("ID",), rows=[[name]]) for name in names], target)

    book = CalamineWorkbook.from_filelike(io.BytesIO(target.getvalue()))
    assert len({name.lower() for name in book.sheet_names}) == len(names)
    assert book.sheet_names[0] == long[:31].rstrip()
    assert [book.get_sheet_by_index(n).to_python()[1][0] for n in range(len(names))] == [*names]


texts = st.text(
    alphabet=string.ascii_letters + string.digits + " =+-@'\",;|%€é\u00a0\n\t.", max_size=12
)
cells = st.one_of(
    st.none(),
    texts,
    st.dates(date(1901, 1, 1), date(2100, 1, 1)),
    st.integers(-(10**9), 10**9),
    st.decimals(-(10**6), 10**6, places=2).map(float),
)
sheets = st.lists(st.tuples(cells, texts, cells, cells, cells, cells), min_size=1, max_size=6)
few = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))


@few
@given(rows=sheets)
def test_any_workbook_that_is_given_back_changes_nothing(rows: list[Any]) -> None:
    came = xlsx_of({"Deadlines": [HEADERS, ("A-0", "First", None, None, "x", "y"), *rows]})
    options = options_of(came)

    assert told(returned(came, options, as_csv=False), options) == told(came, options)


@few
@given(rows=st.lists(st.tuples(*[texts] * 6), min_size=1, max_size=6))
def test_any_csv_that_is_given_back_changes_nothing(rows: list[Any]) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    lines = [("A-0", "First", "", "", "x", "y"), *(tuple(map(quoted, row)) for row in rows)]
    came = csv_of(HEADERS, *lines)
    options = options_of(came)

    records, _ = told(came, options)
    again, _ = told(returned(came, options, as_csv=True), options)
    assert again == records


def test_repaired_rows_take_the_places_of_those_that_they_were_in_whatever_file(
    tmp_path: Path,
) -> None:
    rows = [
        ("A-1", "One", "2027-01-31", "under no header"),
        ("A-2", "Two", "soon", "ours"),
        (None, "No id", "2027-02-28"),
        ("A-4", "Four", "2027-04-30"),
    ]
    came = tmp_path / "came.xlsx"
    came.write_bytes(xlsx_of({"Deadlines": [("ID", "Title", "Due date"), *rows]}))
    options = options_of(came.read_bytes())
    repaired = tmp_path / "repaired.csv"
    repaired.write_bytes(
        csv_of(
            ("Title", "ID", REPAIR, "", "Due date"),
            ("Two", "A-2", "Deadlines row 3: Due date: not a date", "ours", "2027-03-01"),
            ("No id", "A-3", "Deadlines row 4: ID: no id", "", "2027-02-28"),
            ("Four", "A-9", "Deadlines row 5: was good", "", "2027-04-30"),
        )
    )
    target = io.BytesIO()

    put_in(came, repaired, options, target, as_csv=False)

    whole = preview(target.getvalue(), options)
    assert [record.external_id for record in whole.records] == [
        f"deadline:A-{n}" for n in (1, 2, 3, 4, 9)
    ]  # the fourth was no bad row, so it stays beside the new one
    facts = [record.facts for record in whole.records]
    assert facts[:2] == [
        (Fact(label="Column D", value=text),) for text in ("under no header", "ours")
    ]
    assert whole.bad == 0


def test_a_row_of_csv_that_is_wider_than_its_header_comes_back_as_bad_as_it_was() -> None:
    came = csv_of(HEADERS[:3], ("A-1", "Renew", "2027-02-28"), ("A-2", "Re", "2027-03-01", "new"))
    options = options_of(came)
    assert len(told(came, options)[1]) == 1

    assert told(returned(came, options, as_csv=True), options)[0] == told(came, options)[0]
