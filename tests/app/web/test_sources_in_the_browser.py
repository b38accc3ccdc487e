"""The sources' pages in a real Chromium: live progress, the form, without a script, narrow."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from app.jobs.syncing import Syncer
from app.services import sources
from connectors import registry
from connectors.sdk.connector import Complete
from connectors.sdk.connector import Page as Rows
from tests.app.web.conftest import NOW, Loopback, add_dana
from tests.support.scripted import Scripted, deadlines, unreadable

Enter = Callable[..., Page]
PAGES = (
    "/sources",
    "/sources/1",
    "/sources/1/edit",
    "/sources/add",
    "/sources/add/ingram_micro",
    "/sources/import",
    "/goals",
    "/reports",
    "/programs?show=contacts",
    "/settings",
    "/settings/people",
    "/settings/tokens",
)


@pytest.fixture(autouse=True)
def portal(served: Loopback) -> Iterator[Scripted]:
    """Dana, and one source that was never read."""
    connector = Scripted()
    connector.script["things"] = [
        Rows(records=deadlines(range(2)), quarantined=(unreadable(raw="x" * 400),)),
        Complete(),
    ]
    with registry.installed(connector), served.site.database.write() as session:
        add_dana(session)
        sources.add(
            session,
            name="The portal",
            connector="scripted",
            values={},
            vault=served.site.vault,
            now=NOW,
        )
    with registry.installed(connector):
        yield connector


@pytest.fixture
def syncer(served: Loopback) -> Syncer:
    site = served.site
    return Syncer(database=site.database, vault=site.vault, settings=site.settings, now=lambda: NOW)


def test_progress_is_shown_live_and_the_page_renews_itself_when_the_sync_ends(
    enter: Enter, syncer: Syncer
) -> None:
    page = enter("/sources/1")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("About to be read")).to_be_visible()
    page.evaluate("window.same = true")

    syncer.run(1, trigger="test")

    expect(page.locator("#source").get_by_text("Last run")).to_be_visible()
    expect(page.locator("#toast")).to_contain_text("3 rows read: 2 new.")
    expect(page.locator("#progress")).to_have_count(0)
    expect(page.get_by_role("button", name="Sync now")).to_be_visible()
    assert page.evaluate("window.same")  # it was never reloaded


def test_without_a_script_a_source_is_edited_synced_and_removed(
    enter: Enter, syncer: Syncer
) -> None:
    page = enter("/sources", java_script_enabled=False)
    page.get_by_role("link", name="The portal").last.click()
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
    syncer.run(1, trigger="test")
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("Last run")).to_be_visible()

    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Name").fill("Another name")
    page.get_by_role("button", name="Check and save").click()
    expect(page.get_by_role("status").last).to_contain_text("Another name is saved")

    page.get_by_text("Remove …").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("heading", name="No source yet")).to_be_visible()


def drop(page: Page, file: Path, onto: Locator) -> None:
    """What the browser does when somebody drags a file from the desktop and lets go of it."""
    box = onto.bounding_box()
    assert box is not None
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    protocol = page.context.new_cdp_session(page)
    for event in ("dragEnter", "dragOver", "drop"):
        protocol.send("Input.dispatchDragEvent", {"type": event, **at, "data": data})


def test_without_a_script_a_spreadsheet_is_dropped_and_imported_at_320_pixels(
    enter: Enter, tmp_path: Path
) -> None:
    page = enter(
        "/sources/import",
        java_script_enabled=False,
        viewport={"width": 320, "height": 640},
    )
    sheet = tmp_path / "Programs.csv"
    sheet.write_text("ID,Vendor,Title,Due date\n1,Cisco,Renew switches,03/04/2027\n")
    drop(page, sheet, page.get_by_label("File"))
    page.get_by_role("button", name="Upload").click()
    page.get_by_label("3 April 2027").check()
    page.get_by_role("button", name="Show the rows").click()
    expect(page.get_by_text("Sat 3 Apr 2027")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Import 1 row").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Programs")
    expect(page.get_by_text("Programs is saved")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_at_320_pixels_nothing_is_wider_than_the_screen(
    enter: Enter, syncer: Syncer, scheme: str
) -> None:
    syncer.run(1, trigger="test")
    viewport: Any = {"width": 320, "height": 640}
    page = enter("/sources", viewport=viewport, color_scheme=scheme)
    for address in PAGES:
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        for closed in page.locator("main details").all():
            closed.evaluate("details => { details.open = !details.matches('.menu') }")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
