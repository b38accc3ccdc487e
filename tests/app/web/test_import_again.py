"""Importing again: what changes, what is to be repaired, how it is undone, and given back."""

import io
import re
from datetime import date, datetime
from html import unescape
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import select
from starlette.testclient import TestClient

from app.core.words import Clock
from app.jobs.syncing import Syncer
from app.models import Connection, Event, Item, ItemState
from app.services import accounts, acts, comments, sources
from app.web.site import Site
from connectors.spreadsheet.onboarding import inspect
from tests.app.web.conftest import NOW
from tests.app.web.test_imports import HEADER, chosen, counted, upload
from tests.connectors.spreadsheet.files import csv_of, xlsx_of

FIRST = [
    (1, "Cisco", "Renew switches", "2027-02-28", 100, "USD"),
    (2, "Cisco", "Send the report", "2027-03-31", None, None),
    (3, "HPE", "=cmd|' /C calc'!A0", "2027-03-31", 250, "EUR"),
]
THEN = [
    (1, "Cisco", "Renew switches", "2027-03-15", 100, "USD"),
    (2, "Cisco", "Send the report", "2027-03-31", None, None),
    (4, "Sophos", "Claim the fund", "2027-04-30", 900, "EUR"),
    (4, "Sophos", "Claim the fund", "2027-04-30", 900, "EUR"),
    (5, "Sophos", "Certify somebody", "someday", None, None),
    (6, "Sophos", "Certify another", "31/02/2027", None, None),
    (7, "", "Total", "", 1250, "EUR"),
]


def preview(client: TestClient, rows: list[tuple[object, ...]], name: str) -> tuple[str, str]:
    at = upload(client, csv_of(HEADER, *rows), name=name)
    return at, unescape(client.get(at).text)


def save(client: TestClient, at: str, page: str) -> str:
    answer = client.post(at, data=chosen(page) | {"then": "save"})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def read(site: Site, at: str) -> None:
    syncer = Syncer(
        database=site.database, vault=site.vault, settings=site.settings, now=lambda: NOW
    )
    run = syncer.run(int(at.rpartition("/")[2]), trigger="test")
    assert run is not None
    assert run.outcome == "ok", run.error


def live(site: Site) -> dict[str, str]:
    with site.database.read() as session:
        found = session.exec(select(Item)).all()
    return {one.title: str(one.due_on) for one in found if one.removed_at is None}


@pytest.fixture
def source(client: TestClient, site: Site) -> str:
    """A source that read the first three rows."""
    at = save(client, *preview(client, FIRST, "October.csv"))
    read(site, at)
    return at


def test_next_months_file_is_two_presses_and_says_what_it_will_do(
    client: TestClient, site: Site, source: str
) -> None:
    at, page = preview(client, THEN, "November.csv")  # the first press

    assert "Into <b>October</b>" in page
    assert "read as last time" in page
    assert counted(page) == {
        "new": 1, "changed": 1, "unchanged": 1, "skipped": 2, "to repair": 2,
    }  # fmt: skip
    assert save(client, at, page) == source  # the second
    read(site, source)
    assert live(site)["Renew switches"] == "2027-03-15"


def test_rows_to_repair_come_with_their_reason_and_can_be_imported_once_repaired(
    client: TestClient, site: Site, source: str
) -> None:
    at, page = preview(client, THEN, "November.csv")
    assert "Due date: not a date" in page

    table = client.get(f"{at}/repairs.csv")
    book = client.get(f"{at}/repairs.xlsx")

    lines = table.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "ID,Vendor,Title,Due date,Amount,Currency,What to repair"
    assert len(lines) == 3
    assert lines[2].startswith("6,Sophos,Certify another,31/02/2027,,,")
    assert "row 7" in lines[2]
    assert "attachment" in book.headers["content-disposition"]
    assert inspect(book.content).sheets[0].rows == 2
    save(client, at, page)
    read(site, source)
    repaired = table.content.replace(b"someday", b"2027-05-01").replace(b"31/02", b"28/02")

    at, again = upload(client, repaired, name="Repaired.csv"), ""
    again = unescape(client.get(at).text)

    assert "The repaired rows go into <b>October</b>" in again
    assert counted(again) == {"new": 2, "unchanged": 3, "skipped": 2}
    save(client, at, again)
    read(site, source)
    read(site, source)  # a second whole read misses none of November's: they are still there
    assert live(site)["Certify somebody"] == "2027-05-01"
    assert len(live(site)) == 5
    with site.database.read() as session:
        assert sources.quarantined_count(session) == 2  # the total and the repetition


@pytest.mark.promise("P1", "P6")
def test_undoing_an_import_brings_back_what_was_there_and_keeps_what_people_did(
    client: TestClient, site: Site, source: str, admin: int
) -> None:
    before = live(site)
    save(client, *preview(client, THEN, "November.csv"))
    read(site, source)
    with site.database.write() as session:
        ids = {one.title: one.id or 0 for one in session.exec(select(Item)).all()}
        clock = Clock(now=NOW, zone=site.settings.zone)
        acts.assign(session, [ids["Renew switches"]], admin, user_id=admin, clock=clock)
    assert "Undo this import" in client.get(source).text

    undone = client.post(f"{source}/undo-import")

    assert undone.headers["location"] == source
    read(site, source)
    assert live(site) == before
    with site.database.read() as session:
        claim = session.get_one(Item, ids["Claim the fund"])
        assert claim.removed_at is not None, "what the import created goes as removed, not away"
        assert session.get_one(ItemState, ids["Renew switches"]).owner_id == admin
        moved = select(Event.new).where(
            Event.subject_id == ids["Renew switches"], Event.kind == "due moved"
        )
        assert session.exec(moved).all() == ["2027-03-15", "2027-02-28"]
        (only,) = session.exec(select(Connection)).all()
        assert only.config["file"] == "October.csv"
    assert "Undo this import" not in client.get(source).text
    assert client.post(f"{source}/undo-import").status_code == 409


def test_what_an_import_created_comes_back_with_the_same_file_and_that_is_foreseen(
    client: TestClient, site: Site, source: str
) -> None:
    save(client, *preview(client, THEN, "November.csv"))
    read(site, source)
    client.post(f"{source}/undo-import")
    read(site, source)

    at, page = preview(client, THEN, "November.csv")

    assert counted(page) == {"changed": 2, "unchanged": 1, "skipped": 2, "to repair": 2}
    save(client, at, page)
    read(site, source)
    assert "Claim the fund" in live(site)


def test_only_rows_of_the_file_are_counted_not_what_is_derived_from_them(
    client: TestClient, site: Site
) -> None:
    header = ("ID", "Vendor", "Fund", "Allocated", "Lapses", "Currency")
    rows = [(n, "Cisco", f"Fund {n}", 100, "2027-03-31", "EUR") for n in range(1, 4)]
    at = upload(client, csv_of(header, *rows), name="Funds.csv")
    page = unescape(client.get(at).text)
    assert counted(page) == {"new": 3}
    read(site, save(client, at, page))

    rows[0] = (1, "Cisco", "Fund 1", 100, "2027-04-30", "EUR")

    page = unescape(client.get(upload(client, csv_of(header, *rows), name="Funds.csv")).text)
    assert counted(page) == {"changed": 1, "unchanged": 2}


def test_a_row_that_cannot_be_stored_is_to_be_repaired_like_one_that_cannot_be_read(
    client: TestClient, source: str
) -> None:
    sheet = csv_of(HEADER, *FIRST, (9, None, "Far", "2027-05-01", 1, "EUR"))
    at = upload(client, sheet, vendor="x" * 501, into=source.rpartition("/")[2])
    page = unescape(client.get(at).text)

    assert counted(page) == {"unchanged": 3, "to repair": 1}
    assert "The vendor is longer than 500 characters" in page
    lines = client.get(f"{at}/repairs.csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].endswith("row 5: The vendor is longer than 500 characters.")


def test_a_file_with_a_column_more_is_asked_about_and_keeps_what_was_said_of_the_others(
    client: TestClient, site: Site
) -> None:
    at, page = preview(client, FIRST, "October.csv")
    form = chosen(page) | {"c.0.1": "account", "then": "save"}
    source = str(client.post(at, data=form).headers["location"])
    read(site, source)
    sheet = csv_of(("No.", *HEADER[1:], "Region"), *((*row, "North") for row in FIRST))

    at = upload(client, sheet, name="November.csv")
    page = client.get(at).text

    assert "<b>October</b> reads a sheet with nearly the same columns." in page
    assert chosen(page)["c.0.1"] == "account"
    (into,) = re.findall(r'name="lead" value="(\d+)"', page)
    assert client.post(at, data={"lead": into}).headers["location"] == at
    page = unescape(client.get(at).text)
    assert "Into <b>October</b>" in page
    assert "nearly the same" not in page
    assert counted(page) == {"changed": 3}
    assert save(client, at, page) == source

    alone = client.get(upload(client, sheet, name="Other.csv", into="new")).text
    assert "nearly the same" not in alone


def test_undoing_the_first_import_takes_its_source_away(
    client: TestClient, site: Site, source: str
) -> None:
    assert client.post(f"{source}/undo-import").headers["location"] == "/sources"

    assert live(site) == {}
    assert client.get(source).status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_exported_has_the_states_in_it_and_changes_nothing_when_it_is_imported(
    client: TestClient, site: Site, source: str, admin: int, form: str
) -> None:
    clock = Clock(now=NOW, zone=site.settings.zone)
    with site.database.write() as session:
        ids = {one.title: one.id or 0 for one in session.exec(select(Item)).all()}
        acts.done(session, [ids["Send the report"]], user_id=admin, clock=clock)
        acts.assign(session, [ids["Renew switches"]], admin, user_id=admin, clock=clock)
        comments.add(session, ids["Renew switches"], "=ask Rin", user_id=admin, clock=clock)
        lee = accounts.add_user(session, email="lee@partner.example", name="Lee", now=NOW)
        session.flush()
        acts.assign(session, [ids[str(FIRST[2][2])]], lee.id or 0, user_id=admin, clock=clock)
        lee.is_active = False  # who left owns nothing

    given = client.get(f"{source}/export.{form}")

    assert given.status_code == 200
    if form == "csv":
        lines = given.content.decode("utf-8-sig").splitlines()
        assert lines[0] == f"{','.join(HEADER)},Inbox state,Inbox owner,Inbox note"
        assert lines[1] == "1,Cisco,Renew switches,2027-02-28,100,USD,open,Dana Kim,'=ask Rin"
        assert lines[2].endswith(",done,,")
        assert lines[3].startswith("3,HPE,'=cmd|")
        assert lines[3].endswith(",open,,")
    at = upload(client, given.content, name=f"Back.{form}")
    page = unescape(client.get(at).text)
    assert counted(page) == {"unchanged": 3}
    assert "Into <b>October</b>" in page


def test_what_is_exported_of_a_file_whose_columns_nobody_had_to_explain_is_known_again(
    client: TestClient, site: Site, tmp_path: Path
) -> None:
    lies = tmp_path / "nightly.csv"
    lies.write_bytes(csv_of(HEADER, *FIRST))
    missing = {"file": str(tmp_path / "gone.csv")}
    with site.database.write() as session:
        for name, values in (("Nightly", {"file": str(lies)}), ("Gone", missing)):
            added = sources.add(
                session,
                name=name,
                connector="spreadsheet",
                values=values,
                vault=site.vault,
                now=NOW,
            )
            if name == "Nightly":
                made = f"/sources/{added.id}"
    read(site, made)

    given = client.get(f"{made}/export.csv").content

    page = unescape(client.get(upload(client, given, name="Back.csv")).text)
    assert counted(page) == {"unchanged": 3}
    assert "Into <b>Nightly</b>" in page
    assert f"It reads {lies} today, and will read this file instead." in page


LOOKING = [
    ("007", "Cisco", "=1+1", date(2027, 2, 28), (1234.5, '#,##0.00 "€"'), None, "0012", "3/4/26"),
    ("1e5", "HPE", "-1-1", datetime(2027, 3, 1, 9, 30), 0.1, "USD", "+49 30 123", "@Rin"),
    ("00", "HPE", "＝1", "2027-03-31", -5, "EUR", "'quoted", "1-2"),
    ("2027-01", "HPE", "1/2", "2027-04-30", None, None, "two\nlines", "TRUE"),
    ("'=1", "HPE", "\x01=a\x01b", "2027-05-31", None, None, "'-5", "''@Rin", "under no header"),
]
"""Cells that look like formulas, dates, numbers and what spreadsheet programs make of them."""


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_looks_like_something_else_comes_back_as_it_was(
    client: TestClient, site: Site, form: str
) -> None:
    heads = (*HEADER, "Remark", "Other")
    at = upload(client, xlsx_of({"Deadlines": [heads, *LOOKING]}), name="Book.xlsx")
    made = save(client, at, unescape(client.get(at).text))
    read(site, made)
    assert len(live(site)) == len(LOOKING)

    given = client.get(f"{made}/export.{form}").content

    page = unescape(client.get(upload(client, given, name=f"Back.{form}")).text)
    assert counted(page) == {"unchanged": len(LOOKING)}
    if form == "xlsx":
        book = CalamineWorkbook.from_filelike(io.BytesIO(given))
        rows = book.get_sheet_by_index(0).to_python()[1:]
        assert [row[0] for row in rows] == [row[0] for row in LOOKING]
        assert rows[0][3:5] == [date(2027, 2, 28), 1234.5]
        assert [row[6:8] for row in rows[:3]] == [list(row[6:8]) for row in LOOKING[:3]]
        assert rows[-1][8] == "under no header"


def test_what_a_spreadsheet_program_writes_otherwise_changes_nothing(
    client: TestClient, site: Site
) -> None:
    """Saved again in another country: semicolons, its dates and decimals, columns moved about."""
    first = csv_of(
        (*HEADER, "Remark", "Other"),
        (1, "Cisco", "Renew", "2027-02-28", "1234.5", "EUR", "a", "b"),
        (2, "HPE", "Report", "2027-03-31", "99", "EUR", "c", "d"),
    )
    at = upload(client, first, name="Book.csv")
    read(site, save(client, at, unescape(client.get(at).text)))
    again = csv_of(
        ("Other", "Remark", *HEADER),
        ("b", "a", 1, "Cisco", "Renew", "28.02.2027", '"1.234,50"', "EUR"),
        ("d", "moved", 2, "HPE", "Report", "31.03.2027", "99", "EUR"),
        delimiter=";",
    )

    page = unescape(client.get(upload(client, again, name="Book.csv")).text)

    assert "Into <b>Book</b>" in page
    assert counted(page) == {"changed": 1, "unchanged": 1}


def test_csv_is_offered_only_of_one_sheet(client: TestClient, site: Site) -> None:
    bad = (9, "HPE", "Certify", "someday", None, None)
    for sheets, offered in (({"One": FIRST}, True), ({"One": FIRST, "Two": THEN[2:3]}, False)):
        book = xlsx_of({name: [HEADER, *rows, bad] for name, rows in sheets.items()})
        at = upload(client, book, name=f"{len(sheets)}.xlsx")
        page = unescape(client.get(at).text)
        assert ("repairs.csv" in page) is offered
        assert "repairs.xlsx" in page
        made = save(client, at, page)
        read(site, made)
        assert ("export.csv" in client.get(made).text) is offered
        assert client.get(f"{made}/export.csv").status_code == (200 if offered else 422)


def test_pasted_cells_are_read_like_a_file(client: TestClient) -> None:
    cells = "\t".join(HEADER) + "\r\n1\tCisco\tRenew\t2027-02-28\t1.234,50 €\t"
    answer = client.post("/sources/import", data={"pasted": cells}, files={"file": ("", b"")})

    page = unescape(client.get(answer.headers["location"]).text)

    assert counted(page) == {"new": 1}
    assert "€1,234.50" in page


def test_many_pasted_rows_are_no_too_long_field(client: TestClient) -> None:
    rows = "".join(f"{n}\tCisco\tRenew {n}\t2027-02-28\t100\tUSD\n" for n in range(50_000))
    cells = "\t".join(HEADER) + "\n" + rows
    assert len(cells) > 1 << 20

    answer = client.post("/sources/import", data={"pasted": cells}, files={"file": ("", b"")})

    assert counted(client.get(answer.headers["location"]).text) == {"new": 50_000}


def test_what_only_the_cells_say_is_a_guess_that_a_person_confirms(client: TestClient) -> None:
    rows = [("Betreuung", "Irgendwas", "Wann"), ("HPE", "Send the forecast", "2027-02-28")]
    at = upload(client, xlsx_of({"Sheet": rows}), name="Odd.xlsx")

    page = unescape(client.get(at).text)

    assert re.findall(r'title="its cells are (\w+)', page) == ["words", "dates"]
    assert page.count(">guess<") == 2


def test_a_reload_keeps_what_was_said_of_the_columns(client: TestClient) -> None:
    at = upload(client, io.BytesIO(csv_of(HEADER, *FIRST)).getvalue())
    form = chosen(client.get(at).text)
    client.post(at, data=form | {"c.0.1": "account", "then": "preview"})

    assert chosen(client.get(at).text)["c.0.1"] == "account"
