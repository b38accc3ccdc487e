"""CSV as portals and people write it: values in are values out, and a cut file is told."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sdk.connector import Complete
from connectors.sdk.errors import ConfigInvalid, FormatChanged, Incomplete
from connectors.sdk.records import Deadline, DueDate
from connectors.sdk.tables.reading import open_table
from connectors.spreadsheet.onboarding import inspect
from tests.connectors.spreadsheet.files import Read, csv_of

HEADER = ("Title", "Vendor", "Due", "Notes")
ROWS = (
    HEADER,
    ("Claim MDF", "Dell", "2026-04-03", "first"),
    ("Renew", "Cisco", "2026-05-04", "second"),
)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found(read: Read, delimiter: str, end: str) -> None:
    found = read(csv_of(*ROWS, delimiter=delimiter, end=end))

    assert found.titles == ["Claim MDF", "Renew"]
    assert isinstance(found.end, Complete)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_read_with_and_without_a_mark(read: Read, encoding: str) -> None:
    text = "Titel;Hersteller;Fällig am\nPrämie – Žižkov;Dell;3. März 2026\n"

    record = read(text.encode(encoding)).one()

    assert (record.title, record.due.raw) == ("Prämie – Žižkov", "3. März 2026")


def test_windows_1252_is_read_with_a_note() -> None:
    workbook = inspect("Titel;Fällig am\nPrämie € 5;2026-04-03\n".encode("cp1252"))

    assert workbook.sheets[0].columns[0].samples == ("Prämie € 5",)
    assert "Windows-1252" in workbook.notes[0]


def test_excels_own_delimiter_line_is_obeyed(read: Read) -> None:
    found = read(b"sep=;\r\nTitle;Due\r\na, b, c, d;2026-04-03\r\n")

    assert found.one().title == "a, b, c, d"


def test_a_decimal_comma_does_not_split_the_row(read: Read) -> None:
    found = read(b"Title;Amount;Due\nA;1,50 EUR;2026-04-03\nB;2,75 EUR;2026-04-04\n")

    assert [str(record.amount.amount) for record in found.records] == ["1.5", "2.75"]


def test_quoted_cells_keep_delimiters_quotes_and_lines(read: Read) -> None:
    found = read(b'Title,Due,Notes\r\n"A, ""B""",2026-04-03,"one\r\ntwo"\r\nC,2026-04-04,\r\n')

    assert found.titles == ['A, "B"', "C"]
    assert found.records[0].summary == "one two"


def test_rows_are_numbered_as_spreadsheets_number_them(read: Read) -> None:
    found = read(b'Title,Due\n"two\nlines",2026-04-03\n\nBad,soon\n')

    assert [bad.where for bad in found.quarantined] == ["row 4"]


def test_text_that_starts_like_a_formula_stays_text(read: Read) -> None:
    found = read(b"Title,Due,Notes\n=cmd|'/c calc'!A1,2026-04-03,+1\n")

    assert found.one().title == "=cmd|'/c calc'!A1"


def test_titles_and_empty_rows_above_the_header_are_passed_over(read: Read) -> None:
    data = csv_of(("Partner obligations",), (), ("Exported,", "by Jo"), (), *ROWS)

    assert read(data).titles == ["Claim MDF", "Renew"]


def test_a_header_that_is_repeated_further_down_is_no_row(read: Read) -> None:
    found = read(csv_of(*ROWS, HEADER, ("Third", "HPE", "2026-06-01", "")))

    assert found.titles == ["Claim MDF", "Renew", "Third"]
    assert found.quarantined == []


def test_a_row_with_cells_beyond_the_header_is_listed_not_shifted(read: Read) -> None:
    found = read(csv_of(*ROWS, ("Pay, then claim", "Dell", "2026-07-01", "x", "y")))

    assert found.titles == ["Claim MDF", "Renew"]
    assert "6 cells under 4 headers" in found.reasons[0]
    assert found.quarantined[0].external_id is None, "whose row it is cannot be said"


def test_a_huge_cell_costs_its_row_only(read: Read) -> None:
    found = read(csv_of(*ROWS, ("Third", "HPE", "2026-06-01", "9" * 40_000)))

    assert found.titles == ["Claim MDF", "Renew"]
    assert "40,000 characters" in found.reasons[0]
    assert isinstance(found.end, Complete)


# --- is it whole? ----------------------------------------------------------------------------


def test_a_quotation_mark_that_is_never_closed_ends_the_file_unproven(read: Read) -> None:
    found = read(csv_of(*ROWS, ("Third", '"open', "2026-06-01", ""), ("Fourth", "", "", "")))

    assert found.titles == ["Claim MDF", "Renew"]
    assert isinstance(found.error, Incomplete)
    assert "row 4 is never closed" in str(found.error)
    assert "Export or copy the file again" in found.error.remedy
    assert "Fourth" in found.quarantined[0].raw, "what was swallowed is shown"


def test_a_quotation_mark_inside_a_cell_never_swallows_rows_unsaid(read: Read) -> None:
    data = b'Title,Due,Notes\nA,2026-04-03,"x\nB,2026-04-04,y\nC,2026-04-05,"z\nD,2026-04-06,w\n'

    found = read(data)

    assert found.titles == ["D"]
    assert "runs over 2 more lines" in found.reasons[0]
    assert found.quarantined[0].external_id is None, "so that nothing counts as missing"


def test_a_file_that_ends_in_a_row_is_cut(read: Read) -> None:
    found = read(csv_of(*ROWS) + b"Third,HP")

    assert isinstance(found.error, Incomplete)
    assert "2 of 4 cells" in str(found.error)


def test_a_last_row_without_a_line_end_is_whole(read: Read) -> None:
    found = read(csv_of(*ROWS).rstrip())

    assert isinstance(found.end, Complete)
    assert len(found.records) == 2


@pytest.mark.promise("P2")
def test_cut_anywhere_a_file_never_says_complete_for_rows_that_it_lost(read: Read) -> None:
    rows = [HEADER, *((f"Täsk {n}", "Dell", "2026-04-03", f'"n, {n}"') for n in range(2))]
    whole = csv_of(*rows)
    ends = {len(csv_of(*rows[: count + 1])) - spare for count in range(3) for spare in (0, 1, 2)}
    for k in range(len(csv_of(HEADER)), len(whole)):
        found = read(whole[:k])
        if isinstance(found.end, Complete) and k not in ends:
            # What remains undetected is a cut inside a row's last cell: all rows are accounted.
            last = found.records[-1] if found.records else None
            started = whole[:k].count(b"\n") - 1 + (not whole[:k].endswith(b"\n"))
            assert len(found.records) + len(found.quarantined) == started, (k, last)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"  \n \n", "empty"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        (b'{"error": "not found"}', "neither CSV nor an Excel workbook"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "old Excel workbook"),
        (bytes(range(256)) * 4, "neither CSV nor an Excel workbook"),
        (b"Service unavailable\n", "no row with column headers"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_in_a_sentence(
    read: Read, data: bytes, sentence: str
) -> None:
    found = read(data)

    assert isinstance(found.error, FormatChanged)
    assert sentence in str(found.error)
    assert found.error.remedy


def test_a_header_without_rows_is_an_empty_list(read: Read) -> None:
    found = read(csv_of(HEADER))

    assert isinstance(found.end, Complete)
    assert found.records == []


def test_rows_without_a_header_are_no_empty_list(read: Read) -> None:
    found = read(csv_of(*ROWS[1:]))

    assert isinstance(found.error, ConfigInvalid | FormatChanged)


@pytest.mark.promise("P2")
def test_rows_of_which_none_can_be_read_are_no_list(read: Read) -> None:
    data = csv_of(HEADER, ("A", "Dell", "soon", ""), ("B", "Dell", "later", ""))
    mapping = {"columns": {"Title": "title", "Due": "due"}}

    found = read(data, mapping={inspect(data).sheets[0].fingerprint: mapping})

    assert isinstance(found.error, FormatChanged)
    assert "Not one row" in str(found.error)
    assert len(found.quarantined) == 2


# --- values in are values out ----------------------------------------------------------------

WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufeff"),
    max_size=20,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    cells=st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=5, max_size=40),
    delimiter=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_every_cell_comes_back_as_it_was_written(
    cells: list[list[str]], delimiter: str, encoding: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([["first", "second", "third"], *cells])
    with open_table(text.getvalue().encode(encoding)) as table:
        rows = {row.number: [cell or "" for cell in row.cells] for row in table.sheets[0].rows()}
    for number, written in enumerate(cells, start=2):
        got = rows.get(number, [])
        assert got + [""] * (3 - len(got)) == written
    assert table.cut == ""


def test_a_record_says_what_its_row_says(read: Read) -> None:
    found = read(csv_of(*ROWS[:2]))

    record = found.one()
    assert isinstance(record, Deadline)
    assert (record.title, record.vendor, record.summary) == ("Claim MDF", "Dell", "first")
    assert isinstance(record.due, DueDate)
    assert record.due.raw == "2026-04-03"
