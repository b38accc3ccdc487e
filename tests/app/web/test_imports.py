"""Importing a spreadsheet through the pages: upload, columns, open questions, rows, save."""

import re
import socket
from html import unescape
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import select
from starlette.testclient import TestClient

from app.db import Database
from app.jobs.syncing import Syncer
from app.models import ColumnMapping, Item
from app.services import accounts, imports, sources
from app.web.site import Site
from connectors.sdk.errors import Unavailable
from connectors.spreadsheet.settings import SpreadsheetConfig
from tests.app.web.conftest import NOW
from tests.connectors.spreadsheet.files import csv_of, xlsx_of

HEADER = ("ID", "Vendor", "Title", "Due date", "Amount", "Currency")
SURE = csv_of(HEADER, (1, "Cisco", "Renew switches", "2027-02-28", 100, "USD"))
OPEN = csv_of(HEADER, (1, "Cisco", "Renew switches", "03/04/2027", 100, "USD"))
ORDER = "a.0.date_order:Due date"


def upload(client: TestClient, content: bytes, name: str = "Programs.csv", **typed: str) -> str:
    """The address of the columns' page."""
    answer = client.post("/sources/import", data=typed, files={"file": (name, content)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def chosen(page: str) -> dict[str, str]:
    """The form as the page offers it."""
    selects = re.findall(r'<select[^>]* name="([^"]+)".*?</select>', page, re.DOTALL)
    blocks = re.findall(r'<select[^>]* name="[^"]+"(.*?)</select>', page, re.DOTALL)
    values = [re.search(r'value="([^"]*)" selected', block) for block in blocks]
    ticked = re.findall(r'name="(use\.\d+)" value="1" checked', page)
    return dict.fromkeys(ticked, "1") | {
        unescape(name): found[1] for name, found in zip(selects, values, strict=True) if found
    }


def counted(page: str) -> dict[str, int]:
    """What the preview says that the import will do, but for the zeros."""
    found = re.findall(r"<dt>([a-z ]+)</dt><dd>([\d,]+)</dd>", page)
    return {name: int(count.replace(",", "")) for name, count in found if count != "0"}


def test_a_file_whose_columns_are_beyond_doubt_shows_its_rows_at_once(
    client: TestClient,
) -> None:
    page = unescape(client.get(upload(client, SURE)).text)

    assert counted(page) == {"new": 1}
    assert "Renew switches" in page
    assert "Sun 28 Feb 2027" in page
    assert "$100" in page
    assert "Import 1 row" in page
    assert chosen(page)["c.0.3"] == "due"


def test_saving_makes_a_source_that_reads_the_file_and_remembers_its_columns(
    client: TestClient, site: Site
) -> None:
    at = upload(client, SURE, name="Partner programs.csv")
    answer = client.post(at, data=chosen(client.get(at).text) | {"then": "save"})

    with site.database.read() as session:
        saved = sources.by_name(session, "Partner programs")
        assert len(session.exec(select(ColumnMapping)).all()) == 1
    assert answer.headers["location"] == f"/sources/{saved.id}"
    run = Syncer(
        database=site.database, vault=site.vault, settings=site.settings, now=lambda: NOW
    ).run(saved.id or 0, trigger="test")
    assert run is not None
    assert (run.outcome, run.new) == ("ok", 1)
    assert client.get(at).status_code == 404  # the upload is used up


def titles(database: Database) -> list[str]:
    with database.read() as session:
        return [item.title for item in session.exec(select(Item)) if item.removed_at is None]


def test_a_date_that_can_be_read_in_two_ways_is_asked_about_and_remembered(
    client: TestClient,
) -> None:
    at = upload(client, OPEN)
    page = unescape(client.get(at).text)
    assert "is “03/04/2027” 3 April 2027 or 4 March 2027?" in page
    assert "Import 1 row" not in page

    form = chosen(page)
    refused = client.post(at, data=form | {"then": "save"})
    assert refused.status_code == 422
    shown = unescape(client.post(at, data=form | {ORDER: "mdy", "then": "preview"}).text)
    assert "Thu 4 Mar 2027" in shown
    saved = client.post(at, data=form | {ORDER: "mdy", "then": "save"})
    assert saved.status_code == 303

    again = unescape(client.get(upload(client, OPEN, name="Next month.csv")).text)
    assert "mapped before" in again
    assert "Thu 4 Mar 2027" in again
    assert "Import 1 row" in again


def test_a_file_renews_a_source_that_it_is_imported_into(client: TestClient, site: Site) -> None:
    at = upload(client, SURE)
    client.post(at, data=chosen(client.get(at).text) | {"then": "save"})
    with site.database.read() as session:
        first = sources.by_name(session, "Programs")

    assert f'value="{first.id}">Programs' in client.get("/sources/import").text
    renewed = csv_of(HEADER, (1, "Cisco", "Renew all", "2027-03-31", 90, "USD"))
    at = upload(client, renewed, name="December.csv", into=str(first.id))
    client.post(at, data=chosen(client.get(at).text) | {"then": "save"})

    with site.database.read() as session:
        [only] = sources.every(session)
    assert only.config["file"] == "December.csv"
    Syncer(database=site.database, vault=site.vault, settings=site.settings, now=lambda: NOW).run(
        only.id or 0, trigger="test"
    )
    assert titles(site.database) == ["Renew all"]


def test_columns_can_be_said_to_mean_something_else(client: TestClient) -> None:
    at = upload(client, SURE)
    form = chosen(client.get(at).text)

    twice = client.post(at, data=form | {"c.0.1": "title", "then": "preview"})
    none = client.post(at, data=form | {"c.0.2": "fact", "then": "preview"})
    other = client.post(at, data=form | {"c.0.1": "title", "c.0.2": "summary", "then": "preview"})

    assert "Two columns are mapped to “Title”." in unescape(twice.text)
    assert "Choose which column is the title of a row." in unescape(none.text)
    assert twice.status_code == none.status_code == 422
    assert re.search(r'"subject"><b>Cisco</b>', other.text)


def test_sheets_are_mapped_each_and_what_is_no_table_of_ours_is_left_out(
    client: TestClient,
) -> None:
    book = xlsx_of(
        {
            "Deadlines": [HEADER, (1, "Cisco", "Renew", "2027-02-28", 100, "USD")],
            "Goals": [("Vendor", "Goal", "Target", "Actual", "Unit"), ("HPE", "Sell", 25, 18, "%")],
            "Scratch": [("foo", "bar"), ("a", "b")],
        }
    )
    at = upload(client, book, name="All.xlsx")
    page = unescape(client.get(at).text)

    assert counted(page) == {"new": 2}
    assert "18 of 25 %" in page
    form = chosen(page)
    assert [name for name in form if name.startswith("use.")] == ["use.0", "use.1"]

    del form["use.0"]
    less = unescape(client.post(at, data=form | {"then": "preview"}).text)
    assert counted(less) == {"new": 1}


@pytest.mark.promise("P9")
def test_bad_rows_are_told_before_anything_is_saved(client: TestClient) -> None:
    rows = [(n, "Cisco", f"Row {n}", "2027-02-28", n, "USD") for n in range(1, 30)]
    broken = csv_of(HEADER, *rows, (99, "Cisco", "Row 99", "soon", 1, "USD"))

    page = unescape(client.get(upload(client, broken)).text)

    assert counted(page) == {"new": 29, "to repair": 1}
    assert "“soon” is not a date" in page


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "Empty.csv"),
        (b"PK\x03\x04 not a workbook", "Broken.xlsx"),
        (b"%PDF-1.7 \x00\x01", "Flyer.pdf"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_once_and_kept_nowhere(
    client: TestClient, site: Site, content: bytes, name: str
) -> None:
    answer = client.post("/sources/import", data={}, files={"file": (name, content)})

    assert answer.status_code == 422
    assert 'id="e-file"' in answer.text
    kept = [path for path in (site.settings.uploads).rglob("*") if path.is_file()]
    assert kept == []


def test_no_file_is_said_at_the_field(client: TestClient) -> None:
    answer = client.post("/sources/import", data={"name": "X"}, files={"file": ("", b"")})
    assert answer.status_code == 422
    assert "Choose a file, or paste its rows." in answer.text
    assert 'value="X"' in answer.text


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("currency", "euros", "“euros” is not an ISO 4217 currency code."),
        ("into", "1", "No file renews this source."),
        ("into", "77", "No file renews this source."),
        ("name", "Sheet", "A source has this name."),
    ],
)
def test_what_is_typed_wrongly_is_said_at_its_field(
    client: TestClient, site: Site, field: str, typed: str, sentence: str
) -> None:
    with site.database.write() as session:
        for name, connector, values in (
            ("Calendar", "calendar", {"url": "https://calendar.example/x.ics"}),
            ("Sheet", "spreadsheet", {"file": "a.csv"}),
        ):
            sources.add(
                session, name=name, connector=connector, values=values, vault=site.vault, now=NOW
            )
            session.flush()
    answer = client.post("/sources/import", data={field: typed}, files={"file": ("a.csv", SURE)})

    assert answer.status_code == 422
    assert f'id="e-{field}">{sentence}' in unescape(answer.text)


def test_another_file_of_the_same_name_is_a_source_of_its_own(client: TestClient) -> None:
    goals = csv_of(("Vendor", "Goal", "Target", "Actual", "Unit"), ("HPE", "Sell", 25, 18, "%"))
    for content in (SURE, goals):
        at = upload(client, content)
        saved = client.post(at, data=chosen(client.get(at).text) | {"then": "save"})
        assert saved.status_code == 303

    assert "Programs 2</h1>" in client.get(saved.headers["location"]).text


def test_a_file_is_led_by_the_sheets_that_are_read_not_by_those_that_are_left_out(
    client: TestClient,
) -> None:
    lists: list[tuple[object, ...]] = [("Choose", "From"), ("a", "b")]
    first = xlsx_of({"Deadlines": [HEADER, (1, "Cisco", "A", "2027-02-28", 1, "USD")], "x": lists})
    at = upload(client, first, name="First.xlsx")
    client.post(at, data=chosen(client.get(at).text) | {"then": "save"})
    goals = [("Vendor", "Goal", "Target", "Actual", "Unit"), ("HPE", "Sell", 25, 18, "%")]

    page = client.get(upload(client, xlsx_of({"G": goals, "x": lists}), name="Second.xlsx")).text

    assert "Into <b>" not in page


def test_an_uploads_name_leads_nowhere_else(client: TestClient, site: Site) -> None:
    upload(client, SURE, name="../../../secret.csv")
    [kept] = site.settings.uploads.rglob("*.csv")
    assert kept.name == "secret.csv"
    assert kept.is_relative_to(site.settings.uploads)
    for token in ("x", "0" * 32, "..%2f..%2fdrafts", "%2e%2e"):
        assert client.get(f"/sources/import/{token}").status_code == 404


def test_only_an_admin_imports(client: TestClient, admin: int, site: Site) -> None:
    at = upload(client, SURE)
    with site.database.write() as session:
        accounts.user(session, admin).is_admin = False
    for address in ("/sources/import", at):
        assert client.get(address).status_code == 403
        assert client.post(address, data={"then": "save"}).status_code == 403


# The columns of a source that is there


def sync(site: Site, connection_id: int) -> None:
    Syncer(database=site.database, vault=site.vault, settings=site.settings, now=lambda: NOW).run(
        connection_id, trigger="test"
    )


def test_a_source_whose_columns_are_open_leads_to_them_and_keeps_its_file(
    client: TestClient, site: Site
) -> None:
    with site.database.write() as session:
        added = sources.add(
            session,
            name="By hand",
            connector="spreadsheet",
            values={"file": "Programs.csv"},
            vault=site.vault,
            now=NOW,
        )
    assert added.id is not None
    folder = site.settings.uploads / str(added.id)
    folder.mkdir(parents=True)
    (folder / "Programs.csv").write_bytes(OPEN)
    sync(site, added.id)

    page = unescape(client.get(f"/sources/{added.id}").text)
    assert "have to be mapped first" in page
    assert "Map its columns" in page
    at = client.post(f"/sources/{added.id}/columns").headers["location"]
    form = chosen(client.get(at).text)
    client.post(at, data=form | {ORDER: "dmy", "then": "save"})
    sync(site, added.id)

    page = unescape(client.get(f"/sources/{added.id}").text)
    assert titles(site.database) == ["Renew switches"]
    assert "Programs.csv, uploaded" in page
    assert f"/sources/import?into={added.id}" in page


def test_nobody_waits_long_for_the_columns_of_a_file_that_does_not_come(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        config = SpreadsheetConfig(
            url=SecretStr(f"http://127.0.0.1:{silent.getsockname()[1]}/x.csv")
        )
        with pytest.raises(Unavailable):
            imports.fetched(
                config, private_hosts={"127.0.0.1"}, now=NOW, files=tmp_path, patience=0.2
            )


def test_a_source_without_columns_has_none_to_map(client: TestClient, site: Site) -> None:
    with site.database.write() as session:
        added = sources.add(
            session,
            name="A calendar",
            connector="calendar",
            values={"url": "https://calendar.example/x.ics"},
            vault=site.vault,
            now=NOW,
        )
    answer = client.post(f"/sources/{added.id}/columns")
    assert answer.status_code == 422
    assert "Only spreadsheets have columns." in answer.text
