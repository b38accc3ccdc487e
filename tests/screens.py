"""``make screens``: every page of the sample company, light, dark and narrow, in docs/screens/.

The clock stands still and the company is always the same, so that a second run gives the same
pictures, but for what is new on the pages. README.md there is written by the same command.
"""

import io
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from app.core.words import Clock
from app.db import Database
from app.demo import company, platforms, story
from app.jobs.syncing import Syncer
from app.models import Trigger
from app.schema import migrate
from app.services import accounts, sources
from app.services.contents import Contents
from tests.app.web.conftest import NOW, Loopback
from tests.support.browser import FLAGS, chromium, obstacle

FOLDER = Path(__file__).parents[1] / "docs" / "screens"
BEFORE = NOW - timedelta(minutes=20)
"""When the company began and everything was read for the first time."""
PORT = 47831
"""Of the simulated platforms: their addresses are seen in forms."""
TIMELESS = tuple(set(platforms.NAMED.values()) - {"google_cloud_channel"})
"""All but the platform that takes a signature of this very hour only."""
COLOURS = 128
TALLEST = 1800
"""Pixels: of a longer page the rest looks the same."""
SHEET = (
    "ID,Vendor,Program,What to do,Due date,Worth\n"
    "1,Cisco,Partner Program,Submit the Q4 business plan,04/12/2026,\n"
    "2,Sophos,Partner Program,Claim MDF for the autumn event,11/12/2026,2500\n"
)
SIZES: Mapping[str, Mapping[str, Any]] = {
    "light": {"viewport": {"width": 1360, "height": 850}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1360, "height": 850}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 360, "height": 720}, "color_scheme": "light"},
}


@dataclass(frozen=True, kw_only=True)
class Screen:
    """One picture: ``route`` is the page's, ``address`` leads there in the sample company.

    ``opens``: a key to press first. ``out``: as somebody who is not signed in sees it.
    """

    name: str
    title: str
    route: str
    address: str = ""
    opens: str = ""
    out: bool = False


def _page(name: str, title: str, route: str, address: str = "", opens: str = "") -> Screen:
    return Screen(name=name, title=title, route=route, address=address or route, opens=opens)


CONNECT = "/sources/add/{connector_id}"
PERSON = "/settings/people/{person_id:id}"
HELP = "/help/connectors/{connector_id}"
SCREENS = (
    _page("today", "Today", "/today"),
    _page("inbox", "Inbox, with an item beside the list", "/inbox", "/inbox?item={item}"),
    _page("by-vendor", "Inbox, by vendor", "/inbox", "/inbox?group=vendor"),
    _page("palette", "Find or do anything", "/inbox", "/inbox", "Control+k"),
    _page("keyboard", "Every key", "/inbox", "/inbox", "?"),
    _page("item", "One item", "/items/{item_id:id}", "/items/{item}"),
    _page("changes", "Changes", "/changes"),
    _page("decisions", "To confirm", "/decisions"),
    _page("mentions", "Mentions", "/mentions"),
    _page("views", "Saved views", "/views"),
    _page("calendar", "Calendar", "/calendar"),
    _page("overview", "Overview", "/overview"),
    _page("goals", "Goals", "/goals"),
    _page("reports", "Reports", "/reports"),
    _page("programs", "Programs", "/programs"),
    _page("sources", "Sources", "/sources"),
    _page("source", "One source", "/sources/{connection_id:id}", "/sources/1"),
    _page("source-edit", "Its settings", "/sources/{connection_id:id}/edit", "/sources/1/edit"),
    _page("source-add", "Add a source", "/sources/add"),
    _page("connect", "Connect a platform", CONNECT, "/sources/add/ingram_micro"),
    _page("import", "Import a spreadsheet", "/sources/import"),
    _page("import-columns", "What its columns mean", "/sources/import/{token}", "{columns}"),
    _page("item-add", "An item of one's own", "/items/add"),
    _page("item-edit", "Changing it", "/items/{item_id:id}/edit", "/items/{own}/edit"),
    _page("start", "First steps", "/start"),
    _page("settings", "Settings", "/settings"),
    _page("settings-keyboard", "Settings: keyboard", "/settings/keyboard"),
    _page("settings-priorities", "Settings: priorities", "/settings/priorities"),
    _page("settings-digest", "Settings: digest", "/settings/digest"),
    _page("settings-fiscal-years", "Settings: fiscal years", "/settings/fiscal-years"),
    _page("settings-outputs", "Settings: outputs", "/settings/outputs"),
    _page("settings-calendars", "Settings: calendar feeds", "/settings/calendars"),
    _page("settings-rules", "Settings: rules", "/settings/rules"),
    _page("settings-notices", "Settings: notices", "/settings/notices"),
    _page("settings-webhooks", "Settings: webhooks", "/settings/webhooks"),
    _page("settings-people", "Settings: people", "/settings/people"),
    _page("person", "One person", PERSON, "/settings/people/2"),
    _page("hand-over", "Handing over", f"{PERSON}/hand-over", "/settings/people/2/hand-over"),
    _page("settings-tokens", "Settings: tokens", "/settings/tokens"),
    _page("help", "Help on a connector", HELP, "/help/connectors/calendar"),
    Screen(name="sign-in", title="Sign in", route="/sign-in", address="/sign-in", out=True),
)
LEFT_OUT = {
    "/link/{token}": "a button that a script presses",
    "/unsubscribe/{of}/{token}": "a question with one button",
    "/settings/digest/preview": "the mail in the pages' own look",
    "/set-up/{token}": "the form of the sign-in, once",
    "/sample/wipe": "a question with one button",
    "/settings/rules/{rule_id:id}": "the form of the page of rules",
    "/settings/rules/{rule_id:id}/now": "a question with one button",
    "/settings/notices/{channel_id:id}": "of the sample company none is told",
    "/settings/webhooks/{channel_id:id}": "of the sample company none is called",
    "/help/feed": "text",
    "/help/api": "text",
    "/help/events": "text",
    "/help/assistants": "text",
    "/help/webhooks": "text",
}
"""Pages without a picture, and why."""


def main() -> None:
    """Take all pictures, and write the page that shows them."""
    if problem := obstacle():
        sys.exit(problem)
    FOLDER.mkdir(parents=True, exist_ok=True)
    kept = {FOLDER / picture(screen, size) for screen in SCREENS for size in SIZES}
    with ExitStack() as opened:
        served, links = opened.enter_context(sample())
        playwright = opened.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=chromium(), chromium_sandbox=False, args=list(FLAGS)
        )
        for size in SIZES:
            take_all(browser, served, size, links)
        browser.close()
    for path in set(FOLDER.glob("*.png")) - kept:
        path.unlink()
    (FOLDER / "README.md").write_text(index())


@contextmanager
def sample() -> Iterator[tuple[Loopback, list[str]]]:
    """The company, read twice with a change in between, and a sign-in link for each size."""
    with (
        TemporaryDirectory() as name,
        platforms.running(now=BEFORE, port=PORT, only=TIMELESS) as running,
    ):
        folder = Path(name)
        migrate(f"sqlite:///{folder / 'inbox.db'}")
        served = Loopback(
            Database(f"sqlite:///{folder / 'inbox.db'}"),
            folder,
            company=company.NAME,
            max_file_mb=25,
            allowed_private_hosts=running.addresses,
        )
        try:
            yield served, _filled(served, running, folder)
        finally:
            served.stop()


def _filled(served: Loopback, running: platforms.Platforms, folder: Path) -> list[str]:
    site = served.site
    database, zone = site.database, site.settings.time_zone
    with database.write() as session:
        planned = [*running.planned(folder, now=BEFORE), running.gone()]
        story.found_company(session, planned, vault=site.vault, now=BEFORE, time_zone=zone)
    _read(served, BEFORE)
    with database.write() as session:
        clock = Clock(now=BEFORE, zone=site.settings.zone)
        story.settle_in(session, clock=clock, contents=Contents(folder=site.settings.files))
    for sandbox in running.sandboxes.values():
        sandbox.advance()
    _read(served, NOW)
    with database.write() as session:
        admin = accounts.user_by_email(session, company.ADMIN[0])
        assert admin is not None
        made = (
            accounts.make_link(session, accounts.SIGN_IN, user_id=admin.id, now=NOW) for _ in SIZES
        )
        return list(made)


def _read(served: Loopback, now: datetime) -> None:
    site = served.site
    syncer = Syncer(
        database=site.database, vault=site.vault, settings=site.settings, now=lambda: now
    )
    with site.database.read() as session:
        ids = [one.id for one in sources.every(session)]
    for id_ in ids:
        if id_ is not None:
            syncer.run(id_, trigger=Trigger.COMMAND)


def take_all(browser: Browser, served: Loopback, size: str, links: list[str]) -> None:
    """All pictures of one size."""
    options = {"base_url": served.url, "locale": "en-GB", "reduced_motion": "reduce"}
    with browser.new_context(**options, **SIZES[size]) as context:
        page = context.new_page()
        for screen in (one for one in SCREENS if one.out):
            take(page, screen, size, {})
        page.goto(f"/link/{links.pop()}")
        page.wait_for_url(lambda url: "/link/" not in url)
        names = found(page)
        for screen in (one for one in SCREENS if not one.out):
            take(page, screen, size, names)


def found(page: Page) -> dict[str, str]:
    """What the addresses name: an item with much to tell, one's own, columns of a sheet."""
    page.goto("/today")
    item = page.locator(".card").nth(1).get_attribute("data-row") or ""
    source = page.locator("a.nav", has_text="Own items").get_attribute("href") or ""
    page.goto(f"/inbox?source={source.rpartition('/')[2]}")
    own = page.locator("#rows [data-row]").first.get_attribute("data-row") or ""
    page.goto("/sources/import")
    page.locator("[type=file]").set_input_files(
        {"name": "Partner programs.csv", "mimeType": "text/csv", "buffer": SHEET.encode()}
    )
    page.locator("main form button").last.click()
    page.wait_for_url("**/sources/import/*")
    columns = "/sources/import/" + page.url.rpartition("/")[2]
    return {"item": item, "own": own, "columns": columns}


def take(page: Page, screen: Screen, size: str, names: Mapping[str, str]) -> None:
    """One picture, as small as it can be without looking so."""
    page.goto(screen.address.format(**names))
    page.wait_for_load_state("networkidle")
    if screen.opens:
        page.keyboard.press(screen.opens)
    page.mouse.move(0, 0)
    tall = not screen.opens and page.evaluate("document.documentElement.scrollHeight")
    width, height = SIZES[size]["viewport"].values()
    if size == "narrow" and tall:
        height = min(tall, TALLEST)
    page.set_viewport_size({"width": width, "height": height})
    raw = page.screenshot(animations="disabled", caret="hide")
    page.set_viewport_size(SIZES[size]["viewport"])
    image = Image.open(io.BytesIO(raw)).convert("RGB")
    few = image.quantize(
        COLOURS,
        method=Image.Quantize.MAXCOVERAGE,
        kmeans=1,  # a surface keeps its own colour, not the mean of its neighbours
        dither=Image.Dither.NONE,
    )
    few.save(FOLDER / picture(screen, size), optimize=True)


def picture(screen: Screen, size: str) -> str:
    """The name of its file."""
    return f"{screen.name}-{size}.png"


def index() -> str:
    """The page that shows them all."""
    head = (
        "# Every page\n\n"
        "The sample company, by `make screens`: each page light, dark and on a narrow screen.\n"
    )
    parts = [
        f"## {one.title}\n\n![{one.title}, light]({picture(one, 'light')})\n\n"
        f"[dark]({picture(one, 'dark')}) · [narrow]({picture(one, 'narrow')})\n"
        for one in SCREENS
    ]
    return "\n".join([head, *parts])


if __name__ == "__main__":
    main()
