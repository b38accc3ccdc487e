"""To confirm: what waits for a person's word, by key, by plain forms, and how it is undone."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select
from starlette.testclient import TestClient

from app.jobs.syncing import Syncer
from app.models import Item
from app.services import sources
from app.web.site import Site
from connectors import registry
from connectors.sdk.mapping import clean_html
from connectors.sdk.records import DueInstant, Fact, Notice
from tests.app.web.conftest import NOW, Loopback, add_dana
from tests.support.scripted import Scripted

DAY = (NOW + timedelta(days=30)).date()
MOVED = (NOW + timedelta(days=60)).date()
TITLE = "MDF claims for Q3 close soon"


def notice(number: int, title: str, text: str, sender: str, *, hours: int, vendor: str) -> Notice:
    return Notice(
        external_id=str(number),
        title=title,
        vendor=vendor,
        published=DueInstant(at=(NOW - timedelta(hours=hours)).astimezone(UTC)),
        body=clean_html(f"<p>{text}</p>"),
        facts=(Fact(label="From", value=f"{sender} <news@{sender.lower()}.example>"),),
    )


FIRST = notice(1, TITLE, f"Claim by {DAY}.", "Fortinet", hours=30, vendor="Fortinet")
TWIN = notice(2, f"FW: Fortinet: {TITLE}", f"Claim by {DAY}.", "Ingram", hours=29, vendor="Ingram")
LATER = notice(3, f"Re: {TITLE}", f"Claim by {MOVED} now.", "Fortinet", hours=2, vendor="Fortinet")


class Mail:
    """A site whose mailbox the test fills."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.connector = Scripted(prose=True)
        self.syncer = Syncer(
            database=site.database, vault=site.vault, settings=site.settings, now=lambda: self.now
        )
        self.now: datetime = NOW

    def comes(self, *notices: Notice) -> None:
        self.connector.lists(*notices)
        with self.site.database.write() as session:
            found = {one.name: one.id for one in sources.every(session)}
            id_ = found.get("Mail") or self._added(session)
        self.now += timedelta(hours=1)
        self.syncer.run(id_, trigger="test")

    def _added(self, session: object) -> int:
        added = sources.add(
            session,  # type: ignore[arg-type]  # the session of the block above
            name="Mail",
            connector="scripted",
            values={},
            vault=self.site.vault,
            now=NOW,
        )
        assert added.id is not None
        return added.id


@pytest.fixture
def mail(site: Site, admin: int) -> Iterator[Mail]:
    made = Mail(site)
    with registry.installed(made.connector):
        yield made


def send(client: TestClient, page: str, verb: str, number: int = 0, **more: str) -> str:
    """Press the button of that form on the page, without a script; the page that follows."""
    forms = re.findall(rf'<form method="post" action="{verb}".*?</form>', page, re.DOTALL)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', forms[number]))
    return client.post(verb, data=fields | more, follow_redirects=True).text


class TestWithoutAScript:
    def test_a_deadline_is_confirmed_told_and_undone(self, client: TestClient, mail: Mail) -> None:
        mail.comes(FIRST)
        page = client.get("/decisions").text
        assert f"<q>Claim by {DAY}.</q>" in page
        page = send(client, page, "/items/confirm")
        assert "Confirmed: it is a deadline now" in page
        assert "Nothing to confirm" in page

        page = send(client, page, "/undo")
        assert "Undone" in page
        assert f"<q>Claim by {DAY}.</q>" in page

    def test_a_new_value_stands_beside_the_known_one_and_is_taken_over_and_undone(
        self, client: TestClient, mail: Mail
    ) -> None:
        mail.comes(FIRST)
        send(client, client.get("/decisions").text, "/items/confirm")
        mail.comes(FIRST, LATER)
        page = client.get("/decisions").text
        assert "New values of known deadlines · 1" in page
        assert "It has the same subject, for the same program." in page
        assert page.index("<dt>Known</dt>") < page.index("<dt>This text</dt>")

        page = send(client, page, "/items/change")
        assert due_days(mail) == [MOVED]
        page = send(client, page, "/undo")
        assert due_days(mail) == [DAY]
        assert "New values of known deadlines · 1" in page

    def test_two_notices_are_joined_undone_and_kept_apart(
        self, client: TestClient, mail: Mail
    ) -> None:
        mail.comes(FIRST, TWIN)
        page = client.get("/decisions").text
        assert "Perhaps the same thing, told twice · 1" in page
        page = send(client, page, "/items/same")
        assert "also from Ingram" in client.get("/inbox").text
        page = send(client, page, "/undo")
        fields = pair_fields(page) | {"reason": "Another quarter"}
        page = client.post("/items/different", data=fields, follow_redirects=True).text
        assert "Kept apart" in page
        assert "told twice" not in page


def pair_fields(page: str) -> dict[str, str]:
    """What the form of the first pair sends, whichever of its buttons is pressed."""
    (form,) = re.findall(r'<form method="post" action="/items/same".*?</form>', page, re.DOTALL)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    return {name: value for name, value in fields.items() if name != "keep"}


def due_days(mail: Mail) -> list[object]:
    with mail.site.database.read() as session:
        return list(session.exec(select(Item.due_on).where(Item.kind == "deadline")))


def test_a_pair_and_its_dates_are_decided_by_single_keys_and_the_focus_goes_on(
    served: Loopback, enter: Callable[..., Page]
) -> None:
    with served.site.database.write() as session:
        add_dana(session)
    mail = Mail(served.site)
    event = notice(4, "Partner day", f"Come on {MOVED}.", "Fortinet", hours=1, vendor="Fortinet")
    with registry.installed(mail.connector):
        mail.comes(FIRST, TWIN, event)
        page = enter("/decisions")
        said = page.get_by_role("status")

        page.keyboard.press("j")
        page.keyboard.press("s")
        expect(said).to_contain_text(f"One thing now: {TITLE}")
        expect(page.locator("[data-row]")).to_have_count(2)
        expect(page.get_by_role("link", name=TITLE)).to_be_focused()
        page.keyboard.press("c")
        expect(said).to_contain_text("Confirmed: it is a deadline now")
        expect(page.get_by_role("link", name="Partner day")).to_be_focused()
        page.keyboard.press("z")
        expect(page.locator("[data-row]")).to_have_count(2)
        page.keyboard.press("d")
        expect(said).to_contain_text("Dismissed")

        page.goto("/items/3")
        page.keyboard.press("d")
        page.keyboard.press("d")
        expect(said).to_contain_text("Dismissed")
        expect(page.locator("#detail [data-heading]")).to_be_focused()
