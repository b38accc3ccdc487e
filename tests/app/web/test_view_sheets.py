"""A list of the inbox as a spreadsheet: what a spreadsheet program finds in it."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import Session
from starlette.testclient import TestClient

from app.core.columns import NO_DUE_DAY
from app.errors import Invalid
from app.models import Item, User
from app.services import acts, comments, view_sheets
from app.services.pages import View
from app.services.view_sheets import Sheet
from app.web.site import Site
from tests.app.web import company
from tests.app.web.samples import CLOCK, NOW

HEADS = (
    *("ID", "Title", "Vendor", "Program", "Kind", "Category", "Customer", "Reference"),
    *("Due (times in Europe/Berlin)", "Days left", "Amount", "Currency", "Amount is"),
    *("Target", "Reached", "Unit", "State"),
    *("Owner", "Backup", "Note", "Source", "As of (Europe/Berlin)", "Fresh", "Link"),
)
NASTY = (
    *("=cmd|' /C calc'!A0", "+1+1", "-1-1", "-5", "+49-30-123", "@SUM(1)", "\t=1", "\r=1"),
    *("＝1+1", "＋1", "－1", "＠A1", "\n=1", '=HYPERLINK("http://evil.example","x")'),
)
TEXTS = ("title", "vendor", "program", "account", "reference", "amount_label", "currency", "unit")
"""Columns of an item that a source fills with whatever it likes."""


def add(session: Session, source: int, number: int, **given: Any) -> int:
    values: dict[str, Any] = {
        "connection_id": source,
        "stream": "renewals",
        "external_id": f"n{number}",
        "title": f"Item {number}",
        "kind": "deadline",
        "sort_on": NO_DUE_DAY,
        "first_seen_at": NOW,
        "changed_at": NOW,
        "content_hash": b"x",
    }
    made = Item(**values | given)
    session.add(made)
    session.flush()
    assert made.id is not None
    return made.id


def sheet_of(content: bytes, name: str = "") -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_name(name or book.sheet_names[0]).to_python()


def told(row: list[Any]) -> dict[str, Any]:
    return dict(zip((head.partition(" (")[0] for head in HEADS), row, strict=True))


@pytest.fixture
def filled(client: TestClient, site: Site, admin: int) -> TestClient:
    """Three items: one with a date, one with a moment, one with neither."""
    with site.database.write() as session:
        source = company.connection(session, "Portal", "ingram_micro")
        day, moment = date(2026, 11, 25), datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
        money: dict[str, Any] = {"amount": Decimal("42300.50"), "currency": "USD"}
        first = add(session, source, 1, vendor="Cisco", due_on=day, sort_on=day, **money)
        add(session, source, 2, due_on=moment.date(), due_at=moment, sort_on=moment.date())
        add(session, source, 3, vendor="007", reference="00123", account="\x01=1\x02+1")
        acts.assign(session, [first], admin, user_id=admin, clock=CLOCK)
        comments.add(session, first, "Ask Rin", user_id=admin, clock=CLOCK)
    return client


def test_dates_are_dates_money_is_a_number_and_leading_zeros_stay(filled: TestClient) -> None:
    answer = filled.get("/inbox.xlsx")
    assert answer.headers["content-disposition"].startswith(
        'attachment; filename="Inbox 2026-11-21.xlsx"'
    )
    head, *rows = sheet_of(answer.content)
    assert tuple(head) == HEADS
    moment, dated, bare = map(told, rows)
    assert dated["Due"] == date(2026, 11, 25)
    assert type(dated["Due"]) is date
    assert (dated["Amount"], dated["Currency"]) == (42300.5, "USD")
    assert (dated["Owner"], dated["State"], dated["Note"]) == ("Dana Kim", "open", "Ask Rin")
    assert (dated["Days left"], dated["Fresh"]) == (4, True)
    assert dated["Link"] == f"http://testserver/items/{int(dated['ID'])}"
    assert moment["Due"] == datetime(2026, 11, 21, 19, 0)  # Berlin is an hour ahead
    assert moment["As of"] == datetime(2026, 11, 21, 8, 50)
    assert (bare["Vendor"], bare["Reference"]) == ("007", "00123")
    assert (bare["Due"], bare["Amount"]) == ("", "")

    about = dict(row[:2] for row in sheet_of(answer.content, "About") if row)
    assert (about["View"], about["Items"], about["Portal"]) == ("Inbox", 3, "fresh")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        first = book.read("xl/worksheets/sheet1.xml")
    assert b'state="frozen"' in first
    assert b'<autoFilter ref="A1:X4"/>' in first
    assert b"<f>" not in first


def test_csv_has_the_same_rows(filled: TestClient) -> None:
    answer = filled.get("/inbox.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert tuple(head) == HEADS
    moment, dated, bare = map(told, rows)
    assert (dated["Due"], dated["Amount"], dated["Fresh"]) == ("2026-11-25", "42300.50", "yes")
    assert moment["Due"] == "2026-11-21 19:00:00"
    assert bare["Customer"] == "'=1 +1"  # a sign of no text would make it no CSV


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_imported_it_would_add_everything_a_second_time_and_is_refused(
    filled: TestClient, form: str
) -> None:
    file = {"file": (f"Inbox.{form}", filled.get(f"/inbox.{form}").content)}
    answer = filled.post("/sources/import", files=file)
    assert answer.status_code == 422
    assert "This list was exported from this inbox" in answer.text


def test_a_list_of_another_inbox_can_be_imported(filled: TestClient) -> None:
    there = filled.get("/inbox.csv").content.replace(b"http://testserver", b"https://other.example")
    assert filled.post("/sources/import", files={"file": ("Inbox.csv", there)}).status_code == 303


def test_it_holds_what_the_list_of_the_same_address_shows(filled: TestClient) -> None:
    def titles(query: str) -> list[str]:
        return [row[1] for row in sheet_of(filled.get(f"/inbox.xlsx?{query}").content)[1:]]

    assert titles("sort=title") == ["Item 1", "Item 2", "Item 3"]
    assert titles("vendor=Cisco") == ["Item 1"]
    assert titles("tab=mine") == ["Item 1"]
    assert titles("q=nothing") == []
    page = filled.get("/inbox?vendor=Cisco&sort=money").text
    for form in ("xlsx", "csv"):
        assert f'href="/inbox.{form}?vendor=Cisco&amp;sort=money"' in page
    assert filled.get("/inbox.ods").status_code == 404


def test_who_is_not_signed_in_gets_none(visitor: TestClient) -> None:
    assert visitor.get("/inbox.xlsx").status_code == 303


def test_no_text_of_a_source_or_a_person_becomes_a_formula(
    client: TestClient, site: Site, admin: int
) -> None:
    with site.database.write() as session:
        for number, nasty in enumerate(NASTY):
            source = company.connection(session, nasty, "ingram_micro")
            id_ = add(session, source, number, amount=Decimal(-5), **dict.fromkeys(TEXTS, nasty))
            comments.add(session, id_, f"{nasty}", user_id=admin, clock=CLOCK)
            acts.assign(session, [id_], admin, user_id=admin, clock=CLOCK)
            session.get_one(User, admin).name = NASTY[0]

    told_as_text, told_raw = (
        list(csv.reader(io.StringIO(client.get(address).content.decode("utf-8-sig"), newline="")))
        for address in ("/inbox.csv", "/inbox.csv?raw=1")
    )
    for row, exact in zip(told_as_text[1:], told_raw[1:], strict=True):
        assert told(row)["Amount"] == told(exact)["Amount"] == "-5.00"  # a number is a number
        for head, cell in told(row).items():
            if head != "Amount":
                assert not cell.startswith(tuple("=+-@\t\r\n＝＋－＠")), (head, cell)
        assert told(exact)["Title"] in NASTY
        for head in ("Title", "Vendor", "Program", "Customer", "Reference", "Source"):
            assert told(row)[head] == f"'{told(exact)[head]}"
    assert {told(row)["Vendor"] for row in told_raw[1:]} == set(NASTY)

    content = client.get("/inbox.xlsx").content
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheets = [book.read(name) for name in book.namelist() if "/worksheets/" in name]
    assert all(b"<f" not in sheet for sheet in sheets)
    assert all(b"<hyperlink" not in sheet for sheet in sheets)
    assert told(sheet_of(content)[1])["Title"]


def test_all_pages_of_a_view_are_in_it_and_where_it_is_cut_it_says_so(
    client: TestClient, site: Site, admin: int
) -> None:
    most = view_sheets.PAGE + 5
    with site.database.write() as session:
        source = company.connection(session, "Portal", "ingram_micro")
        for number in range(most + 1):
            add(session, source, number)
    content = client.get("/inbox.xlsx").content
    ids = [row[0] for row in sheet_of(content)[1:]]
    assert len(ids) == len(set(ids)) == most + 1

    def written(given: int, *, as_csv: bool, for_programs: bool = False) -> bytes:
        target = io.BytesIO()
        with site.database.read() as session:
            sheet = Sheet(
                session=session,
                view=View(),
                user_id=admin,
                clock=CLOCK,
                home="",
                title="Inbox",
                most=given,
            )
            view_sheets.write(sheet, target, as_csv=as_csv, for_programs=for_programs)
        return target.getvalue()

    words = f"The view has more than {most:,} items: the first of them are here."
    assert words in written(most, as_csv=True).decode().splitlines()[-1]
    about = sheet_of(written(most, as_csv=False), "About")
    assert ["Not whole", words] in [row[:2] for row in about]
    assert words not in written(most + 1, as_csv=True).decode()
    with pytest.raises(Invalid, match="more than"):
        written(most, as_csv=True, for_programs=True)
