"""From an empty start to a useful inbox: as few pages, presses and fields as it takes, and no more.

No clock: a machine is slow or fast, but the number of things that a person must do is ours.
"""

import re
from datetime import timedelta
from html import unescape

from sqlmodel import select
from starlette.testclient import TestClient

from app.jobs.syncing import Syncer
from app.models import Item
from app.services import accounts
from app.web.site import Site
from tests.app.web.conftest import NOW
from tests.app.web.test_imports import chosen, counted
from tests.connectors.spreadsheet.files import xlsx_of

HEADER = ("Nr", "Hersteller", "Aufgabe", "Kunde", "Fällig am", "Betrag", "Status", "Bemerkung")


def sheet() -> bytes:
    """200 rows as people keep them: a title above, a total below, two dates that are none."""
    day = NOW.date()
    rows: list[tuple[object, ...]] = [
        (
            f"P-{n}",
            ("Cisco", "HPE", "Sophos")[n % 3],
            f"Renew the contract of customer {n}",
            "Hartwell",
            "bald" if n in (40, 41) else day + timedelta(days=n - 5),
            (n * 100, '#,##0.00 "€"'),
            "offen",
            None,
        )
        for n in range(1, 201)
    ]
    total = (None, None, "Summe", None, None, (2_010_000, '#,##0.00 "€"'))
    return xlsx_of({"Fristen": [("Partner deadlines 2026/27",), (), HEADER, *rows, total]})


def fields(page: str) -> int:
    """How many fields of the form a person must fill in: those that are required."""
    form = page[page.index("<form") : page.index("</form>")]
    return len(re.findall(r"<(?:input|select|textarea)[^>]* required", form))


def test_a_sheet_of_two_hundred_rows_is_an_inbox_after_five_pages_three_fields_and_a_file(
    visitor: TestClient, site: Site
) -> None:
    pages: list[str] = []

    def look(address: str) -> str:
        pages.append(address)
        return unescape(visitor.get(address).text)

    with site.database.write() as session:
        token = accounts.make_link(session, accounts.SETUP, now=NOW)
    asked = fields(look(f"/set-up/{token}"))
    person = {"name": "Dana Kim", "email": "dana@partner.example", "password": "a long sentence"}
    entered = visitor.post(f"/set-up/{token}", data=person | {"time_zone": "Europe/Berlin"})
    start = look(entered.headers["location"])
    (to_import,) = re.findall(r'href="(/sources/import)"', start)
    asked += fields(look(to_import).partition("<main")[2])
    file = {"file": ("Fristen.xlsx", sheet())}
    at = visitor.post(to_import, data={}, files=file).headers["location"]
    seen = look(at)
    assert counted(seen) == {"new": 198, "skipped": 1, "to repair": 2}
    assert "Import 198 rows" in seen, "something is still asked"
    saved = visitor.post(at, data=chosen(seen) | {"then": "save"}).headers["location"]
    Syncer(database=site.database, vault=site.vault, settings=site.settings, now=lambda: NOW).run(
        int(saved.rpartition("/")[2]), trigger="test"
    )
    today = look("/today")

    assert len(pages) == 5
    assert asked == 3  # a name, an address, a password; the rest is guessed or found
    assert "Renew the contract of customer" in today
    assert "€" in today
    with site.database.read() as session:
        assert len(session.exec(select(Item)).all()) == 198
