"""Each kind of row becomes its record, and nothing of a row is dropped or made up."""

from datetime import date
from decimal import Decimal

import pytest

from connectors.sdk.records import (
    Category,
    Certification,
    Contact,
    Deadline,
    DueDate,
    Fact,
    Fund,
    Goal,
    Money,
    Notice,
    Program,
    ReportingRequirement,
)
from connectors.spreadsheet.onboarding import inspect
from tests.connectors.spreadsheet.files import Read, csv_of, xlsx_of

DAY = date(2026, 4, 3)


def test_a_deadline(read: Read) -> None:
    header = (
        "ID Vendor Program Title Category Due Amount Currency Customer Reference Status Link Notes"
    )
    row = (
        "D-1", "Dell", "MDF", "Claim", "Fund claim", DAY, 18400, "USD", "Kestrel", "CLM 4",
        "open", "https://dell.example/4", "ask Jo",
    )  # fmt: skip

    assert read(xlsx_of({"Deadlines": [header.split(), row]})).one() == Deadline(
        external_id="deadline:D-1",
        title="Claim",
        vendor="Dell",
        program="MDF",
        category=Category.FUND_CLAIM,
        due=DueDate(on=DAY, raw="2026-04-03"),
        amount=Money(amount=Decimal(18400), currency="USD"),
        account="Kestrel",
        reference="CLM 4",
        status="open",
        url="https://dell.example/4",
        summary="ask Jo",
    )


def test_a_goal(read: Read) -> None:
    data = csv_of(
        ("ID", "Goal", "Vendor", "Target", "Actual", "Unit", "Start", "End"),
        ("1", "Value Index", "Cisco", "7.5", "7.1", "points", "2026-01-01", "2026-06-30"),
    )

    assert read(data).one() == Goal(
        external_id="goal:1",
        title="Value Index",
        vendor="Cisco",
        target=Decimal("7.5"),
        actual=Decimal("7.1"),
        unit="points",
        period_start=date(2026, 1, 1),
        period_end=date(2026, 6, 30),
    )


@pytest.mark.parametrize(
    ("target", "actual", "unit", "expected"),
    [
        ("25 %", "18 %", "", "%"),
        ("25 %", "18 %", "%", "%"),
        ("25", "18", "people", "people"),
        ("€ 25", "18", "", "EUR"),
        ("25", "18", "€", "EUR"),
        ("4 people", "2 people", "", "people"),
        ("25", "18", "", ""),
    ],
)
def test_a_goals_unit_is_what_the_row_says(
    read: Read, target: str, actual: str, unit: str, expected: str
) -> None:
    data = csv_of(("Goal", "Target", "Actual", "Unit"), ("Rate", target, actual, unit))

    assert read(data, currency="USD").one().unit == expected


def test_a_goal_with_two_units_is_listed(read: Read) -> None:
    header = ("Goal", "Target", "Actual")
    found = read(csv_of(header, ("Rate", "25 %", "€ 18"), ("Other", "5", "4")))

    assert found.titles == ["Other"]
    assert "% and EUR" in found.reasons[0] or "EUR and %" in found.reasons[0]


def test_a_reporting_requirement(read: Read) -> None:
    data = csv_of(
        ("ID", "Report", "Vendor", "Recipient", "Period", "Cadence", "Due"),
        ("1", "POS report", "Dell", "pos@dell.example", "March 2026", "monthly", "2026-04-03"),
    )

    assert read(data).one() == ReportingRequirement(
        external_id="reporting:1",
        title="POS report",
        vendor="Dell",
        recipient="pos@dell.example",
        period="March 2026",
        cadence="monthly",
        due=DueDate(on=DAY, raw="2026-04-03"),
    )


def test_a_certification(read: Read) -> None:
    data = csv_of(
        ("ID", "Certification", "Person", "Issued", "Valid until", "Course released"),
        ("1", "Engineer", "Julia", "2024-11-03", "2026-04-03", "2024-04-03"),
    )

    assert read(data, vendor="Sophos").one() == Certification(
        external_id="certification:1",
        title="Engineer",
        vendor="Sophos",
        person="Julia",
        issued_on=date(2024, 11, 3),
        expires=DueDate(on=DAY, raw="2026-04-03"),
        facts=(Fact("Course released", "2024-04-03"),),
    )


def test_a_program_whose_name_is_its_title(read: Read) -> None:
    data = csv_of(
        ("ID", "Vendor", "Program", "Tier", "Eligible", "Period from"),
        ("1", "Cisco", "Cisco 360", "Preferred", "no", "2026-01-25"),
    )

    assert read(data).one() == Program(
        external_id="program:1",
        title="Cisco 360",
        program="Cisco 360",
        vendor="Cisco",
        tier="Preferred",
        eligible=False,
        period_start=date(2026, 1, 25),
    )


def test_a_fund(read: Read) -> None:
    data = csv_of(
        ("ID", "Fund", "Fund type", "Allocated", "Claimed", "Remaining", "Lapses on"),
        ("1", "H1", "co-op", "€ 9000", "€ 2500.50", "", "2026-04-03"),
    )

    assert read(data).one() == Fund(
        external_id="fund:1",
        title="H1",
        fund_type="co-op",
        currency="EUR",
        allocated=Decimal(9000),
        claimed=Decimal("2500.5"),
        lapses=DueDate(on=DAY, raw="2026-04-03"),
    )


def test_a_contact_and_a_notice(read: Read) -> None:
    contacts = [
        ("ID", "Name", "Role", "E-Mail", "Phone"),
        ("1", "Raj", "CAM", "r@x.example", "+44 1"),
    ]
    notices = [("ID", "Notice", "Published"), ("2", "New rules", DAY)]

    found = read(xlsx_of({"Contacts": contacts, "Notices": notices}))

    assert found.records == [
        Contact(
            external_id="contact:1", title="Raj", role="CAM", email="r@x.example", phone="+44 1"
        ),
        Notice(
            external_id="notice:2", title="New rules", published=DueDate(on=DAY, raw="2026-04-03")
        ),
    ]


def test_one_table_may_hold_all_kinds(read: Read) -> None:
    data = csv_of(
        ("Kind", "ID", "Title", "Due", "Target"),
        ("Deadline", "1", "A", "2026-04-03", ""),
        ("Ziel", "1", "B", "", "5"),
        ("Renewal", "2", "C", "2026-04-03", ""),
        ("Rapport", "1", "D", "2026-04-03", ""),
        ("Whatever", "9", "E", "", ""),
        ("", "10", "F", "", ""),
    )

    found = read(data)

    assert [r.external_id for r in found.records] == [
        "deadline:1",
        "goal:1",
        "deadline:2",
        "reporting:1",
    ]
    assert found.records[2].category is Category.RENEWAL
    assert "“Whatever” is not a kind of row" in found.reasons[0]
    assert "does not say what it is" in found.reasons[1]


def test_a_row_with_an_empty_kind_is_told_by_what_it_holds(read: Read) -> None:
    data = csv_of(
        ("Kind", "ID", "Title", "Due", "Target", "Recipient", "Holder", "Published"),
        ("Renewal", "1", "A", "2026-04-03", "", "", "", ""),
        ("", "2", "B", "2026-04-03", "", "", "", ""),
        ("", "3", "C", "2026-04-03", "5", "", "", ""),
        (" ", "4", "D", "2026-04-03", "-", "Fortinet", "", ""),
        ("", "5", "E", "2026-04-03", "-", "n/a", "Jo Reyes", "2026-01-05"),
        ("", "6", "F", "", "", "", "", "2026-01-05"),
    )

    found = read(data)

    assert [record.external_id for record in found.records] == [
        "deadline:1",
        "deadline:2",
        "goal:3",
        "reporting:4",
        "deadline:5",
        "notice:6",
    ]
    assert Fact(label="Holder", value="Jo Reyes") in found.records[4].facts
    assert found.reasons == []


def test_a_row_without_a_kind_keeps_its_key_while_its_date_cannot_be_read(read: Read) -> None:
    data = csv_of(
        ("Kind", "ID", "Title", "Due"),
        ("Renewal", "1", "A", "2026-04-03"),
        ("", "2", "B", "soon"),
    )

    found = read(data)

    assert [row.external_id for row in found.quarantined] == ["deadline:2"]


def test_a_row_that_holds_nothing_telling_is_listed_with_what_would_help(read: Read) -> None:
    data = csv_of(
        ("Kind", "ID", "Title", "Due", "Holder"),
        ("Renewal", "1", "A", "2026-04-03", ""),
        ("", "2", "Q2 claims", "", ""),
        ("", "3", "NSE 7", "", "Jo Reyes"),
    )

    found = read(data)

    assert [record.external_id for record in found.records] == ["deadline:1"]
    assert (
        found.reasons
        == ["Kind: the row does not say what it is, and no due date makes it a deadline."] * 2
    )


def test_the_name_of_the_sheet_says_what_its_rows_are(read: Read) -> None:
    rows = [("Title", "Due"), ("A", DAY)]

    found = read(xlsx_of({"Berichte": rows, "Goals": rows, "Frühjahr": rows}))

    assert [type(r) for r in found.records] == [ReportingRequirement, Goal, Deadline]


def test_what_has_no_field_is_kept_as_a_fact(read: Read) -> None:
    data = csv_of(
        ("Kind", "Title", "Due", "Category", "Owner", "Target", "Link"),
        ("deadline", "A", "2026-04-03", "Frobnication", "Jo", "12", "see portal"),
        ("deadline", "B", "2026-04-03", "Renewal", "", "", "https://x.example/1"),
        ("deadline", "C", "2026-04-03", "Claim", "", "", ""),
    )

    first, second, _ = read(data).records

    assert isinstance(first, Deadline)
    assert first.category is Category.OTHER
    assert [(f.label, f.value) for f in first.facts] == [
        ("Category", "Frobnication"),
        ("Owner", "Jo"),
        ("Target", "12"),
        ("Link", "see portal"),
    ]
    assert (second.url, second.facts) == ("https://x.example/1", ())


def test_a_skipped_column_is_left_out_everywhere(read: Read) -> None:
    data = csv_of(("Title", "Due", "Salary"), ("A", "2026-04-03", "90000"), ("B", "soon", "80000"))
    columns = {"Title": "title", "Due": "due", "Salary": "skip"}
    found = read(data, mapping={inspect(data).sheets[0].fingerprint: {"columns": columns}})

    assert found.records[0].facts == ()
    assert "80000" not in found.quarantined[0].raw


@pytest.mark.parametrize(
    ("done", "status", "closed"),
    [
        ("yes", "", True),
        ("x", "", True),
        ("✓", "", True),
        ("2026-01-05", "open", None),
        ("no", "", False),
        ("", "", False),
        ("", "Paid", True),
        ("", "erledigt", True),
        ("", "open", False),
        ("nein", "waiting for Dell", False),
        ("perhaps", "", None),
    ],
)
def test_done_is_what_the_row_says(
    read: Read, done: str, status: str, *, closed: bool | None
) -> None:
    header = ("Title", "Due", "Done", "Status")
    found = read(csv_of(header, ("A", "2026-04-03", done, status), ("B", "2026-04-03", "", "")))

    if closed is None:
        assert "is neither yes nor no" in found.reasons[0]
    else:
        assert found.records[0].closed is closed
        assert found.records[0].status == (status or None)


def test_a_real_date_in_the_done_column_means_done(read: Read) -> None:
    rows = [("Title", "Due", "Done"), ("A", DAY, DAY)]

    assert read(xlsx_of({"S": rows})).one().closed is True


def test_a_line_of_totals_is_listed_and_not_an_item(read: Read) -> None:
    found = read(csv_of(("Title", "Due", "Amount"), ("A", "2026-04-03", "5"), ("Summe", "", "5")))

    assert found.titles == ["A"]
    assert "line of totals" in found.reasons[0]


def test_rows_get_what_they_do_not_say_from_the_settings(read: Read) -> None:
    data = csv_of(
        ("Title", "Vendor", "Due", "Amount"),
        ("A", "", "2026-04-03", "5"),
        ("B", "Dell", "2026-04-03", "£5"),
    )

    one, two = read(data, vendor="HPE", program="Partner Ready", currency="eur").records

    assert (one.vendor, one.program) == ("HPE", "Partner Ready")
    assert one.amount == Money(amount=Decimal(5), currency="EUR")
    assert two.vendor == "Dell"
    assert two.amount == Money(amount=Decimal(5), currency="GBP")


def test_the_sheets_name_can_be_the_vendor(read: Read) -> None:
    data = xlsx_of({name: [("Title", "Due"), ("A", DAY)] for name in ("Cisco", "Dell")})
    mapping = {"columns": {"Title": "title", "Due": "due"}, "sheet_names": "vendor"}

    found = read(data, mapping={inspect(data).sheets[0].fingerprint: mapping})

    assert [r.vendor for r in found.records] == ["Cisco", "Dell"]
    assert len({r.external_id for r in found.records}) == 2


def test_texts_become_one_plain_line(read: Read) -> None:
    data = csv_of(("Title", "Due"), ('"Claim  the\n\u202emoney &amp; go"', "2026-04-03"))

    assert read(data).one().title == "Claim the money & go"


def test_numbers_of_excel_are_rounded_to_what_is_stored(read: Read) -> None:
    rows = [("Goal", "Target", "Actual"), ("Rate", 100, 200 / 3)]

    assert read(xlsx_of({"Goals": rows})).one().actual == Decimal("66.6667")


def test_equal_amounts_are_equal_however_they_are_written(read: Read) -> None:
    rows = [
        ("Title", "Due", "Amount"),
        *((t, "2026-04-03", a) for t, a in (("A", "100"), ("B", "100.00"))),
    ]
    first, second = read(csv_of(*rows)).records

    assert str(first.amount.amount) == str(second.amount.amount) == "100"


def test_a_line_of_totals_is_known_wherever_it_says_so_and_hides_nothing_that_is_gone(
    read: Read,
) -> None:
    header = ("ID", "Title", "Amount", "Due date")
    sheet = csv_of(
        header,
        (1, "Renew", 100, "2027-02-28"),
        ("Summe", "", 100, ""),
        ("", "Grand total", 100, ""),
    )

    found = read(sheet)

    assert found.titles == ["Renew"]
    assert ["totals" in reason for reason in found.reasons] == [True, True]
    assert all(bad.external_id for bad in found.quarantined)
