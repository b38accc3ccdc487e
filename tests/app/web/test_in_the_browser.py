"""The pages in a real Chromium: without a script, by keyboard, narrow, back and forth.

The ``complaints`` of tests/support/browser.py fail a test in which a script broke or the
content security policy stopped something.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect
from sqlmodel import select

from app.core.outlines import Entry, Outline, Said, Section
from app.models import Item, Proposal, User
from app.notify import mail
from app.services import accounts
from tests.app.web import company, samples
from tests.app.web.conftest import NOW, Loopback, add_dana
from tests.app.web.test_render import PAYLOADS

Enter = Callable[..., Page]
MERAKI = "Renew Meraki licences — Hartwell Clinics"
COOP = "Claim co-op funds for H1 before they turn into rebate"
ADDRESSES = (
    "/today",
    "/inbox",
    "/inbox?tab=week&item=3",
    "/inbox?q=nothing+like+it",
    "/inbox?tab=done",
    "/items/3",
    "/nowhere",
    "/sign-in",
)


@pytest.fixture(autouse=True)
def filled(served: Loopback) -> None:
    """Dana and her company."""
    with served.site.database.write() as session:
        add_dana(session)
    company.fill(served.site.database)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.innerText || document.activeElement.id"))


def test_without_a_script_everything_can_be_done(enter: Enter) -> None:
    page = enter("/inbox", java_script_enabled=False)
    page.get_by_role("link", name=MERAKI).click()
    expect(page.get_by_text("Why it is here:")).to_be_visible()
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_role("status")).to_contain_text("Assigned to Dana Kim")

    page.locator("#detail summary", has_text="Snooze").click()
    page.get_by_role("button", name="Monday").click()
    expect(page.get_by_role("status")).to_contain_text("Snoozed until Mon 23 Nov")
    page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("Undone")

    page.get_by_label("Write a comment").fill("Called them.")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator("#detail")).to_contain_text("Called them.")

    page.locator("#detail").get_by_role("button", name="Done").click()
    expect(page.get_by_role("link", name=MERAKI)).to_have_count(0)
    page.get_by_role("searchbox").fill("fortinet")
    page.keyboard.press("Enter")
    expect(page.locator("#rows li")).to_have_count(1)


def test_without_a_script_many_items_are_done_at_once(enter: Enter) -> None:
    page = enter("/inbox?tab=overdue", java_script_enabled=False)
    bar = page.get_by_role("form", name="Selected items")
    expect(bar).to_be_hidden()
    for box in page.get_by_role("checkbox").all():
        box.check()
    bar.get_by_role("button", name="Done").click()
    expect(page.get_by_role("status")).to_contain_text("2 items")
    expect(page.locator("#rows li")).to_have_count(0)


def test_the_menu_opens_on_a_narrow_screen_without_a_script(enter: Enter) -> None:
    page = enter("/today", java_script_enabled=False, viewport={"width": 320, "height": 640})
    expect(page.get_by_role("link", name="Programs")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Unowned").click()
    expect(page).to_have_url(re.compile(r"/inbox\?tab=unowned$"))


def test_an_act_changes_the_list_the_counts_and_the_item_in_place(enter: Enter) -> None:
    page = enter("/inbox")
    page.evaluate("window.here = true")
    page.get_by_role("link", name=COOP).click()
    expect(page.locator("#detail h2").first).to_have_text(COOP)
    expect(page).to_have_url(re.compile("item=1"))

    page.locator("#detail").get_by_role("button", name="Done").click()
    expect(page.locator("#row-1")).to_have_count(0)
    expect(page.locator("#head-overdue")).to_contain_text("Overdue · 1")
    expect(page.locator("#tab-overdue")).to_contain_text("1")
    expect(page.locator("#detail .badge").first).to_have_text("done")

    page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#row-1")).to_have_count(1)
    expect(page.locator("#head-overdue")).to_contain_text("Overdue · 2")
    assert page.evaluate("window.here"), "the page was loaded anew"


def test_a_note_that_is_being_typed_survives_other_acts(enter: Enter) -> None:
    page = enter("/inbox?item=3")
    note = page.get_by_label("Write a comment")
    note.fill("They want 36 months, but")
    page.get_by_role("button", name="Take it").click()
    expect(page.locator("#detail .facts")).to_contain_text("Dana Kim")
    expect(note).to_have_value("They want 36 months, but")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator("#detail .comment")).to_have_text("They want 36 months, but")
    expect(note).to_have_value("")


def test_everything_can_be_done_by_keyboard(enter: Enter) -> None:
    page = enter("/inbox")
    page.keyboard.press("j")
    assert COOP in focused(page)
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert COOP in focused(page)
    page.keyboard.press("o")
    expect(page.locator("#detail h2").first).to_have_text(COOP)

    page.keyboard.press("e")
    expect(page.locator("#row-1")).to_have_count(0)
    page.wait_for_function("document.activeElement.closest('[data-row]') !== null")
    assert "Accept the new program terms" in focused(page)
    page.keyboard.press("z")
    expect(page.locator("#row-1")).to_have_count(1)

    page.locator("#row-3 a").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#detail h2").first).to_have_text(MERAKI)
    page.keyboard.press("h")
    expect(page.get_by_role("button", name="Later today")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Tomorrow")).to_be_hidden()

    page.keyboard.press("c")
    page.keyboard.type("just a note: e z g i")
    expect(page.get_by_label("Write a comment")).to_have_value("just a note: e z g i")
    page.locator("#row-3 a").focus()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page).to_have_url(re.compile("/today$"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next item")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.wait_for_timeout(50)
    expect(page.locator(".card")).to_have_count(9)  # no card is the current one: nothing is done


def test_a_line_of_the_list_is_done_without_opening_it_and_never_another_item(
    enter: Enter,
) -> None:
    page = enter("/inbox?item=3")
    page.locator("#row-1 a").focus()
    page.keyboard.press("e")
    expect(page.locator("#row-1")).to_have_count(0)
    expect(page.locator("#detail h2").first).to_have_text(MERAKI)
    expect(page.locator("#row-3")).to_have_count(1)
    page.wait_for_function("document.activeElement.closest('[data-row]') !== null")
    page.keyboard.press("z")
    expect(page.locator("#row-1")).to_have_count(1)

    page.locator("#row-1 a").focus()
    page.keyboard.press("h")
    expect(page.locator("#bulk").get_by_role("button", name="Later today")).to_be_focused()


def test_the_first_tab_stop_skips_to_the_content(enter: Enter) -> None:
    page = enter("/inbox")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_a_proposed_date_is_confirmed_with_one_key_where_it_has_the_focus(
    enter: Enter, served: Loopback
) -> None:
    with served.site.database.write() as session:
        item = session.exec(select(Item)).first()
        assert item is not None
        assert item.id is not None
        item.kind, item.due_on = "notice", None
        session.add(
            Proposal(
                item_id=item.id,
                fingerprint="1",
                sentence="Claim by 4 January 2027.",
                raw="4 January 2027",
                due_on=date(2027, 1, 4),
                created_at=NOW,
            )
        )
        address = f"/items/{item.id}"
    page = enter(address)

    page.keyboard.press("d")
    page.keyboard.press("c")

    expect(page.get_by_role("status")).to_contain_text("Confirmed: it is a deadline now")
    expect(page.get_by_role("link", name="the deadline")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_label("Write a comment")).to_be_focused()


def test_shortcuts_are_off_for_whoever_switched_them_off(enter: Enter, served: Loopback) -> None:
    with served.site.database.write() as session:
        for user in session.exec(select(User)):
            user.shortcuts = False
    page = enter("/inbox")
    for key in ("j", "?", "g", "t"):
        page.keyboard.press(key)
    assert page.url.endswith("/inbox")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")  # what needs Ctrl stays: nobody presses or says it by accident
    expect(page.get_by_role("dialog")).to_be_visible()


def test_searching_as_one_types_keeps_the_field_and_makes_no_history(enter: Enter) -> None:
    page = enter("/inbox")
    before = page.evaluate("history.length")
    page.get_by_role("searchbox").press_sequentially("meraki", delay=20)
    expect(page.locator("#rows li")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/inbox\?q=meraki$"))
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_have_value("meraki")
    assert page.evaluate("history.length") == before


def test_back_and_reload_always_show_the_whole_page(enter: Enter) -> None:
    page = enter("/inbox")
    page.get_by_role("link", name="Overdue", exact=False).first.click()
    expect(page.locator("#rows li")).to_have_count(2)
    page.get_by_role("link", name=COOP).click()
    expect(page.locator("#detail h2").first).to_have_text(COOP)
    page.locator("[data-go=today]").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()

    page.go_back()
    expect(page.locator("#detail h2").first).to_have_text(COOP)
    expect(page.locator("#nav")).to_be_visible()
    page.reload()
    expect(page.locator("#rows li")).to_have_count(2)
    expect(page.locator("#nav")).to_be_visible()
    page.go_back()
    expect(page.locator("#rows li")).to_have_count(2)
    expect(page.locator("#nav")).to_be_visible()
    page.go_back()
    expect(page.locator("#rows li")).to_have_count(10)
    page.keyboard.press("k")
    assert COOP in focused(page)  # the script survived


def test_showing_more_continues_the_list_and_the_keyboard_goes_on_there(
    enter: Enter, served: Loopback
) -> None:
    with served.site.database.write() as session:
        for number in range(100, 160):
            row = replace(samples.ROWS["month"][0], id=number, title=f"Report {number}", owner=None)
            company.item(session, row, 1)
    page = enter("/inbox")
    expect(page.locator("#rows li")).to_have_count(50)
    page.get_by_role("link", name="Show more").click()
    expect(page.locator("#rows li")).to_have_count(70)
    expect(page.locator("#head-month")).to_have_count(1)
    expect(page.locator("#rows li").nth(50).get_by_role("link")).to_be_focused()
    assert page.url.endswith("/inbox")


def test_on_a_narrow_screen_an_item_takes_the_lists_place_and_gives_it_back(enter: Enter) -> None:
    page = enter("/inbox", viewport={"width": 360, "height": 500})
    last = page.locator("#rows li").last
    last.get_by_role("checkbox").check()
    expect(page.locator("#bulk")).to_be_visible()
    last.get_by_role("checkbox").uncheck()
    last.get_by_role("link").click()
    heading = page.locator("#detail h2").first
    expect(heading).to_be_in_viewport()
    expect(heading).to_be_focused()
    expect(page.locator("#rows")).to_be_hidden()
    page.keyboard.press("u")
    expect(page.locator("#rows li").last).to_be_in_viewport()
    expect(page.locator("#rows li").last.get_by_role("link")).to_be_focused()


def test_a_session_that_ended_leads_to_sign_in_and_not_into_a_part_of_the_page(
    enter: Enter, served: Loopback
) -> None:
    page = enter("/inbox")
    with served.site.database.write() as session:
        for user in session.exec(select(User)):
            assert user.id is not None
            accounts.close_sessions(session, user.id)
    page.get_by_role("link", name=COOP).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "next=" in page.url


def test_an_error_is_told_in_a_toast_and_leaves_the_page_as_it_is(
    enter: Enter, served: Loopback
) -> None:
    page = enter("/inbox")
    with served.site.database.write() as session:
        for item in session.exec(select(Item).where(Item.title == COOP)):
            session.delete(item)
    page.get_by_role("link", name=COOP).click()
    expect(page.get_by_role("status")).to_contain_text("There is no such item.")
    assert page.url.endswith("/inbox")
    expect(page.locator("#rows li")).to_have_count(10)


ROOM = """() => {
  const card = document.querySelector("main").getBoundingClientRect()
  return [card.top, innerHeight - card.bottom]
}"""


def test_who_signs_in_finds_the_form_a_little_above_the_middle(
    new_page: Callable[..., Page], served: Loopback
) -> None:
    page = new_page(base_url=served.url, viewport={"width": 1280, "height": 800})
    page.goto("/sign-in")

    above, below = page.evaluate(ROOM)

    assert below / 2 < above < below


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_screen_of_320_pixels(enter: Enter, scheme: str) -> None:
    page = enter("/today", viewport={"width": 320, "height": 640}, color_scheme=scheme)
    for address in ADDRESSES:
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, address


def test_a_digest_is_no_wider_than_a_phone_whatever_its_items_are_called(page: Page) -> None:
    unbroken, side = "W" * 140, (Said("€1,234,567.89", "strong"), Said(" · "), Said("59 days late"))
    entries = [
        Entry(title=title, side=aside, lines=((Said(below),),))
        for title, aside, below in ((unbroken, side, "HPE"), ("Renew", (), unbroken))
    ]
    section = Section(head=unbroken, entries=tuple(entries))
    outline = Outline(
        subject=unbroken, preheader="", worth=(), top=((Said(unbroken),),), sections=(section,)
    )
    page.set_viewport_size({"width": 320, "height": 640})
    page.set_content(mail.render("digest", {"mail": outline})[1])
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_hostile_text_from_a_platform_runs_nothing(
    enter: Enter, served: Loopback, complaints: list[str]
) -> None:
    with served.site.database.write() as session:
        for item, payload in zip(session.exec(select(Item)), PAYLOADS, strict=False):
            item.title = item.summary = item.reference = item.account = payload
            item.program = item.status = item.vendor = item.amount_label = payload
            item.url = payload
            item.facts = [[payload, payload]]
    page = enter("/today")
    opened: list[Any] = []
    page.on("dialog", lambda dialog: (opened.append(dialog), dialog.dismiss()))
    for address in ("/today", "/inbox", *(f"/items/{n + 1}" for n in range(len(PAYLOADS)))):
        page.goto(address)
        expect(page.locator("h1").first).to_be_visible()
    page.goto("/inbox")
    for number in range(len(PAYLOADS)):
        page.locator("[data-row] a").nth(number).click()
        page.wait_for_function(
            "(id) => document.querySelector('#detail').dataset.item === id",
            arg=page.locator("[data-row]").nth(number).get_attribute("data-row"),
        )
    assert opened == []
    assert page.locator("#nav").count() == 1
