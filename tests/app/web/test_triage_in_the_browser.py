"""A morning's triage in a real Chromium: with the keyboard alone, and when things go wrong.

Two tabs, a double click, a sign-in that ran out, a server that is away: what was saved is
shown as saved, what was not is told.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Response, Route, expect
from sqlmodel import select

from app.models import Event, User
from app.services import accounts
from tests.app.web import company
from tests.app.web.conftest import Loopback, add_dana
from tests.app.web.test_in_the_browser import COOP, MERAKI

Enter = Callable[..., Page]
PASSWORD = "a long sentence is a password"
MAIL = "dana@partner.example"
FIRST_LOAD = 130 * 1024
REQUESTS_AN_ACT = 2
PRESSES_AT_ONCE = """(key) => new MutationObserver((_, watching) => {
  watching.disconnect();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
}).observe(document.querySelector("#toast"), { childList: true })"""
"""The next key comes with the toast, sooner than any hand: what it presses is ready by then."""


@pytest.fixture(autouse=True)
def filled(served: Loopback) -> None:
    """Dana, who has a password, and her company."""
    with served.site.database.write() as session:
        accounts.set_password(session, add_dana(session), PASSWORD)
    company.fill(served.site.database)


def signed_out(served: Loopback) -> None:
    """Every sign-in runs out, in all browsers."""
    with served.site.database.write() as session:
        for user in session.exec(select(User)).all():
            assert user.id is not None
            accounts.close_sessions(session, user.id)


def done_times(served: Loopback, item: int) -> int:
    """How often the item was done, by its history."""
    with served.site.database.read() as session:
        lines = select(Event).where(Event.subject_id == item, Event.kind == "done")
        return len(session.exec(lines).all())


def posts(page: Page) -> list[str]:
    """The addresses that this page sends something to, from now on."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            sent.append(request.url)

    page.on("request", note)
    return sent


def sign_in(page: Page) -> None:
    page.keyboard.type(MAIL)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def test_a_whole_triage_is_done_with_the_keyboard_alone(
    new_page: Callable[..., Page], served: Loopback
) -> None:
    page = new_page(base_url=served.url)
    press, said = page.keyboard.press, page.locator("#toast")
    page.goto("/inbox?tab=week")
    sign_in(page)  # the first field has the keyboard
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    page.wait_for_load_state()  # until then there are no keys
    press("g")
    press("t")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    page.wait_for_load_state()
    press("g")
    press("i")
    expect(page.locator("#rows li")).to_have_count(10)

    press("j")
    press("Enter")
    detail = page.locator("#detail")
    expect(detail.get_by_role("heading", name=COOP)).to_be_visible()
    press("a")
    press("ArrowDown")
    press("Enter")
    expect(said).to_contain_text("Assigned to")
    press("c")
    page.keyboard.type("Proof is with marketing.")
    press("Control+Enter")
    expect(detail).to_contain_text("Proof is with marketing.")
    press("Escape")
    press("h")
    press("ArrowDown")
    press("Enter")
    expect(said).to_contain_text("Snoozed until")
    expect(page.locator("#row-1")).to_have_count(0)

    press("j")
    press("k")
    press("e")
    expect(page.locator("#row-2")).to_have_count(0)
    expect(said).to_contain_text("Done")
    press("z")
    expect(page.locator("#row-2")).to_have_count(1)

    page.locator("#row-3 a").focus()  # where a swap may have left it does not matter here
    press("x")
    press("j")
    press("Shift+X")
    bar = page.get_by_role("form", name="Selected items")
    expect(bar).to_be_visible()
    press("e")
    expect(said).to_contain_text("2 items")
    expect(page.locator("#row-3")).to_have_count(0)
    expect(page.locator("#row-4")).to_have_count(0)

    press("/")
    page.keyboard.type("fortinet")
    expect(page.locator("#rows li")).to_have_count(1)
    press("Control+k")
    page.keyboard.type("goals")
    press("Enter")
    expect(page.get_by_role("heading", name="Goals", level=1)).to_be_visible()
    button = page.get_by_role("button", name="Sign out")
    while not button.evaluate("(button) => button === document.activeElement"):
        press("Tab")
    press("Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_without_a_script_one_signs_in_and_does_the_same_by_forms(
    new_page: Callable[..., Page], served: Loopback
) -> None:
    page = new_page(base_url=served.url, java_script_enabled=False)
    page.goto("/inbox")
    page.get_by_label("E-mail").fill(MAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=MERAKI).click()
    detail, said = page.locator("#detail"), page.get_by_role("status")
    detail.locator("[data-act=take]").click()
    expect(said).to_contain_text("Assigned to Dana Kim")
    detail.locator("[data-act=wait]").click()
    expect(detail.locator(".badge").first).to_contain_text("waiting")
    detail.locator("[data-act=note]").fill("Called them.")
    detail.get_by_role("button", name="Comment").click()
    expect(detail).to_contain_text("Called them.")
    detail.locator("[data-act=done]").click()
    expect(said).to_contain_text("Done")
    said.get_by_role("button", name="Undo").click()
    expect(said).to_contain_text("Undone")
    page.locator("[data-go=done]").click()
    expect(page.locator("#rows li")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_an_act_on_what_another_tab_has_changed_shows_both_and_saves_nothing(
    enter: Enter, served: Loopback
) -> None:
    stale = enter("/items/3")
    fresh = stale.context.new_page()
    fresh.goto("/items/3")
    fresh.locator("[data-act=done]").click()
    expect(fresh.locator("#toast")).to_contain_text("Done")

    stale.locator("[data-act=wait]").click()

    expect(stale.locator("#toast")).to_contain_text("in the meantime")
    assert done_times(served, 3) == 1
    stale.reload()
    expect(stale.locator("#detail .badge").first).to_contain_text("done")


def test_a_double_click_does_it_once(enter: Enter, served: Loopback) -> None:
    page = enter("/items/3")
    sent = posts(page)
    page.locator("[data-act=done]").dblclick()
    expect(page.locator("[data-act=reopen]")).to_be_visible()
    page.goto("/items/1")
    page.evaluate("document.querySelector('[data-act=done]').form.removeAttribute('hx-post')")
    assert len(sent) == 1
    assert done_times(served, 3) == 1


def test_who_was_signed_out_amid_an_act_comes_back_and_is_told_that_it_was_not_saved(
    enter: Enter, served: Loopback
) -> None:
    page = enter("/inbox?tab=overdue&item=1")
    signed_out(served)
    page.locator("#detail [data-act=done]").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("was not saved")
    expect(page.locator("#rows")).to_have_count(0)  # a whole page, not a part of another
    sign_in(page)

    expect(page).to_have_url(re.compile(r"/inbox\?tab=overdue&item=1$"))
    expect(page.locator("#toast")).to_contain_text("what you last did was not saved")
    expect(page.locator("#row-1")).to_have_count(1)
    assert done_times(served, 1) == 0


def test_without_a_script_it_is_the_same(enter: Enter, served: Loopback) -> None:
    page = enter("/inbox?tab=overdue&item=1", java_script_enabled=False)
    signed_out(served)
    page.locator("#detail [data-act=done]").click()
    expect(page.get_by_role("alert")).to_contain_text("was not saved")
    page.get_by_label("E-mail").fill(MAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/inbox\?tab=overdue&item=1$"))
    expect(page.locator("#toast")).to_contain_text("what you last did was not saved")


def test_when_the_server_is_away_the_row_comes_back_with_the_reason(
    enter: Enter, served: Loopback, complaints: list[str]
) -> None:
    page = enter("/inbox")
    page.locator("#row-2 a").focus()
    page.context.set_offline(True)
    page.keyboard.press("e")
    expect(page.locator("#toast")).to_contain_text("The server did not answer")
    expect(page.locator("#row-2")).to_be_visible()
    assert done_times(served, 2) == 0
    page.context.set_offline(False)
    page.locator("#row-2 a").focus()
    page.keyboard.press("e")
    expect(page.locator("#row-2")).to_have_count(0)
    complaints.clear()  # of a browser that has no network: it is what this is about


def test_the_first_load_is_light_and_an_act_asks_the_server_twice_at_most(enter: Enter) -> None:
    asked: list[Response] = []
    fresh = enter("/goals").context.new_page()
    fresh.on("response", lambda answer: asked.extend([answer]))
    fresh.goto("/inbox?item=3")
    fresh.wait_for_load_state("networkidle")
    weight = sum(one.request.sizes()["responseBodySize"] for one in asked)
    assert 10_000 < weight <= FIRST_LOAD

    fresh.evaluate(PRESSES_AT_ONCE, "w")
    for keys, shows in (("i", "Waiting"), ("e", "Done"), ("z", "Undone")):
        asked.clear()
        fresh.keyboard.press(keys)
        expect(fresh.locator("#toast")).to_contain_text(shows)
        fresh.wait_for_load_state("networkidle")
        acts = 2 if shows == "Waiting" else 1
        assert len(asked) <= acts * REQUESTS_AN_ACT, keys


PLACES = """() => ["#nav", "main", "h1", "#tabs", "#row-1", "#row-1 .money"].map((name) => {
  const { left, top, width } = document.querySelector(name).getBoundingClientRect();
  return [name, left, top, width];
})"""


@pytest.mark.parametrize("address", ["/inbox?item=1", "/inbox"])
def test_on_a_slow_line_nothing_moves_when_the_rest_of_the_page_arrives(
    enter: Enter, address: str
) -> None:
    """What is beside the list comes after it, and may come when the list is painted."""
    page = enter("/goals")
    whole = page.request.get(address).text()
    arrived = [whole[: whole.index("<aside")], whole]

    def serve(route: Route) -> None:
        route.fulfill(body=arrived[0], content_type="text/html")

    page.route(f"**{address}", serve)
    seen: list[list[Any]] = []
    while arrived:
        page.goto(address)
        for width in (1280, 800, 390):
            page.set_viewport_size({"width": width, "height": 800})
            seen.append([width, *page.evaluate(PLACES)])
        arrived.pop(0)
    assert seen[:3] == seen[3:]


def test_what_is_open_is_seen_in_forced_colours_and_nothing_moves_for_who_asks_for_that(
    enter: Enter,
) -> None:
    page = enter("/inbox?item=3", forced_colors="active", reduced_motion="reduce")
    outline = page.locator("#row-3").evaluate("(row) => getComputedStyle(row).outlineStyle")
    assert outline == "solid"
    moving = "() => document.getAnimations().length"
    page.locator("#detail [data-act=take]").click()
    expect(page.locator("#toast .toast")).to_be_visible()
    assert page.evaluate(moving) == 0
