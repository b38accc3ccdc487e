"""Which row is which item: stable through all that people do to a sheet."""

import io
from datetime import date

import pytest
import xlsxwriter

from connectors.sdk.connector import Complete
from connectors.spreadsheet.onboarding import inspect
from tests.connectors.spreadsheet.files import Cells, Read, csv_of, xlsx_of

HEADER = ("Title", "Vendor", "Due", "Amount")
A = ("Claim", "Dell", "2026-04-03", "5")
B = ("Renew", "Cisco", "2026-05-03", "6")


def ids(read: Read, *rows: Cells, **settings: object) -> dict[str, str]:
    found = read(csv_of(HEADER, *rows), **settings)
    assert found.quarantined == []
    return {record.title: record.external_id for record in found.records}


def test_order_and_place_do_not_matter(read: Read) -> None:
    assert ids(read, A, B) == ids(read, B, (), A)


@pytest.mark.parametrize(
    "changed",
    [
        ("Claim", "Dell", "2026-04-20", "5"),
        ("Claim", "Dell", "2026-04-03", "500"),
        ("  claim ", "DELL", "2026-04-03", "5"),
    ],
    ids=["its date moved", "its amount changed", "its case and blanks changed"],
)
def test_a_changed_row_is_the_same_item(read: Read, changed: Cells) -> None:
    assert set(ids(read, changed).values()) == set(ids(read, A).values())


def test_settings_do_not_matter(read: Read) -> None:
    assert ids(read, A) == ids(read, A, vendor="HPE", currency="EUR", program="X")


def test_moved_columns_do_not_matter(read: Read) -> None:
    moved = read(csv_of(*([row[i] for i in (2, 0, 3, 1)] for row in (HEADER, A))))

    assert {r.external_id for r in moved.records} == set(ids(read, A).values())


def test_csv_and_excel_give_the_same_item(read: Read) -> None:
    found = read(xlsx_of({"": [HEADER, ("Claim", "Dell", date(2026, 4, 3), 5)]}))

    assert {r.external_id for r in found.records} == set(ids(read, A).values())


@pytest.mark.promise("P1")
def test_two_rows_with_one_key_are_both_listed_and_what_is_stored_stays(read: Read) -> None:
    key = ids(read, A)["Claim"]
    twin = ("Claim", "Dell", "2026-07-03", "7")

    found = read(csv_of(HEADER, A, B, twin))

    assert found.titles == ["Renew"]
    assert [bad.external_id for bad in found.quarantined] == [key, key]
    assert [bad.where for bad in found.quarantined] == ["row 2", "row 4"]
    assert "the same “Title”, “Vendor”" in found.reasons[0]
    assert isinstance(found.end, Complete)


def test_a_key_can_be_chosen(read: Read) -> None:
    header = ("Title", "Region", "Due")
    rows = [("POS report", region, "2026-04-03") for region in ("DACH", "Nordics")]
    data = csv_of(header, *rows)
    columns = {"Title": "title", "Region": "fact", "Due": "due"}
    mapping = {"columns": columns, "key": ["Title", "Region"]}

    found = read(data, mapping={inspect(data).sheets[0].fingerprint: mapping})

    assert len({r.external_id for r in found.records}) == 2


def test_a_row_that_repeats_another_is_read_once_and_listed(read: Read) -> None:
    found = read(csv_of(HEADER, A, B, A))

    assert found.titles == ["Claim", "Renew"]
    assert "repeats an earlier one" in found.reasons[0]


def test_an_id_column_is_the_key_and_survives_every_other_change(read: Read) -> None:
    header = ("ID", *HEADER)
    first = read(csv_of(header, ("007", *A))).one()
    second = read(csv_of(header, ("007", "Claim more", "HPE", "2027-01-01", "9"))).one()

    assert first.external_id == second.external_id == "deadline:007"


def test_a_row_without_its_id_is_listed(read: Read) -> None:
    found = read(csv_of(("ID", *HEADER), ("1", *A), ("", *B)))

    assert found.titles == ["Claim"]
    assert found.reasons == ["ID: the row has no id."]


def test_the_same_id_in_two_kinds_is_two_items(read: Read) -> None:
    sheets = {
        name: [("ID", "Title", "Due"), ("1", "A", date(2026, 4, 3))]
        for name in ("Deadlines", "Reports")
    }

    found = read(xlsx_of(sheets))

    assert [r.external_id for r in found.records] == ["deadline:1", "reporting:1"]


def test_a_row_that_cannot_be_read_keeps_its_key(read: Read) -> None:
    """Its item then stays as it is stored, and does not count as missing."""
    key = ids(read, A)["Claim"]

    found = read(
        csv_of(HEADER, ("Claim", "Dell", "31.02.2026", "5"), B, ("X", "", "2026-01-01", ""))
    )

    assert found.quarantined[0].external_id == key


@pytest.mark.promise("P2")
def test_a_row_whose_key_shows_an_error_has_no_key(read: Read) -> None:
    """Its item may be any: nothing may count as missing because of it."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("S")
        for number, row in enumerate((HEADER[:3], A[:3], B[:3])):
            sheet.write_row(number, 0, row)
        sheet.write_formula(2, 1, "=X!A1", None, "#REF!")

    (bad,) = read(target.getvalue()).quarantined

    assert (bad.external_id, bad.reason) == (None, "Vendor: the cell shows #REF!.")
