"""Every key of the table, pressed in a real Chromium: one site and one page for all of them.

A new line of the table without a test here fails.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Locator, Page, expect

from app.db import Database
from app.models import Event, ItemState, Mention, Pair, Proposal, TeamState, User
from app.services import accounts
from app.web.keys import GO, SHORTCUTS, Shortcut
from tests.app.web import company, samples
from tests.app.web.conftest import NOW, Loopback, add_dana
from tests.support.browser import PATIENCE

TODAY = date(2026, 11, 21)
KEYBOARD = {"Mod": "Control", "Up": "ArrowUp", "Down": "ArrowDown", "Esc": "Escape"}
BROWSERS_OWN = (
    *("Tab", "Shift+Tab", "Control+f", "Control+r", "Control+t", "Control+w", "Control+l"),
    *("Control+p", "Control+a", "Control+c", "Alt+ArrowLeft", "F5", "F6", "Control+Shift+k"),
)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Somebody who is signed in, with a page and the items of a small company."""

    page: Page
    database: Database
    complaints: list[str]
    numbers: Iterator[int]

    def press(self, keys: str) -> None:
        """As the table writes them: "g i", "Shift+e", "Mod+k"; once the page hears them."""
        self.page.wait_for_load_state()
        for step in keys.split(" "):
            *held, key = [step] if step == "+" else step.split("+")
            self.page.keyboard.press("+".join(KEYBOARD.get(part, part) for part in (*held, key)))

    def item(self, state: str = "", **values: object) -> int:
        """One more item, that no other test has touched."""
        number = next(self.numbers)
        row = replace(samples.ROWS["month"][0], id=number, title=f"Item {number}", owner=None)
        with self.database.write() as session:
            made = company.item(session, row, 1, **values)
            if state:
                session.add(ItemState(item_id=made, state=state, changed_at=NOW))
        return made

    def row(self, item: int) -> Locator:
        return self.page.locator(f"#row-{item}")

    def stand_on(self, item: int) -> Locator:
        """In the inbox, with the keyboard on the item's row."""
        self.page.goto("/inbox")
        self.row(item).locator("a").first.focus()
        return self.row(item)

    def read(self, item: int) -> Locator:
        """On the item's own page."""
        self.page.goto(f"/items/{item}")
        return self.page.locator("#detail")

    @property
    def said(self) -> Locator:
        return self.page.locator("#toast")


@pytest.fixture(scope="module")
def office(
    browser: Browser, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("keys")
    database = Database(f"sqlite:///{shutil.copy(sqlite_template, folder / 'inbox.db')}")
    served = Loopback(database, folder)
    with database.write() as session:
        token = accounts.make_link(session, accounts.SIGN_IN, user_id=add_dana(session), now=NOW)
    company.fill(database)
    context = browser.new_context(base_url=served.url, reduced_motion="reduce", locale="en-GB")
    context.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    context.on("weberror", lambda problem: complaints.append(str(problem.error)))
    page = context.new_page()
    page.goto(f"/link/{token}")
    page.wait_for_url(lambda url: "/link/" not in url)
    yield Desk(page=page, database=database, complaints=complaints, numbers=count(1000))
    context.close()
    served.stop()
    database.close()


@pytest.fixture
def desk(office: Desk) -> Iterator[Desk]:
    yield office
    assert office.complaints == []


Case = Callable[[Desk, str], None]
CASES: dict[str, Case] = {}


def case(*names: str) -> Callable[[Case], Case]:
    def kept(test: Case) -> Case:
        CASES.update(dict.fromkeys(names, test))
        return test

    return kept


def focused(page: Page) -> str:
    """The id of the row that has the keyboard."""
    return str(page.evaluate("document.activeElement.closest('[data-row]')?.id"))


@case("down")
def _(desk: Desk, keys: str) -> None:
    desk.page.goto("/inbox")
    desk.press(keys)
    assert focused(desk.page) == "row-1"
    desk.press(keys)
    assert focused(desk.page) == "row-2"


@case("up")
def _(desk: Desk, keys: str) -> None:
    desk.stand_on(2)
    desk.press(keys)
    assert focused(desk.page) == "row-1"
    desk.press(keys)
    assert focused(desk.page) == "row-1"


@case("open")
def _(desk: Desk, keys: str) -> None:
    item = desk.item()
    desk.stand_on(item)
    desk.press(keys)
    expect(desk.page.locator("#detail")).to_have_attribute("data-item", str(item))


@case("back")
def _(desk: Desk, keys: str) -> None:
    item = desk.item()
    desk.page.goto(f"/inbox?item={item}")
    desk.page.locator("#detail [data-heading]").focus()
    desk.press(keys)
    assert focused(desk.page) == f"row-{item}"
    desk.page.goto("/today")
    desk.page.locator(".card h2 a").nth(1).click()
    desk.page.wait_for_url("**/items/*")
    desk.press(keys)
    expect(desk.page.get_by_role("heading", name="Today")).to_be_visible()
    expect(desk.page.locator(".card h2 a").nth(1)).to_be_focused()


@case("next")
def _(desk: Desk, keys: str) -> None:
    desk.page.goto("/inbox?item=1")
    desk.press(keys)
    expect(desk.page.locator("#detail")).to_have_attribute("data-item", "2")
    expect(desk.row(2).get_by_role("link")).to_be_focused()


@case("prev")
def _(desk: Desk, keys: str) -> None:
    desk.page.goto("/inbox?item=2")
    desk.press(keys)
    expect(desk.page.locator("#detail")).to_have_attribute("data-item", "1")


@case("done")
def _(desk: Desk, keys: str) -> None:
    item, after = desk.item(), desk.item()
    row = desk.stand_on(item)
    desk.press(keys)
    expect(row).to_have_count(0)
    expect(desk.said).to_contain_text("Done")
    assert focused(desk.page) == f"row-{after}"


@case("reopen")
def _(desk: Desk, keys: str) -> None:
    detail = desk.read(desk.item(TeamState.DONE))
    desk.press(keys)
    expect(detail.locator("[data-act=done]")).to_be_visible()


@case("snooze", "assign", "decline")
def _(desk: Desk, keys: str) -> None:
    detail = desk.read(desk.item())
    desk.press(keys)
    menu = detail.locator("details[open]")
    expect(menu).to_have_count(1)
    assert menu.evaluate("(menu) => menu.lastElementChild.contains(document.activeElement)")
    desk.press("Esc")
    expect(menu).to_have_count(0)
    assert desk.page.evaluate("document.activeElement.tagName") == "SUMMARY"


@case("backup")
def _(desk: Desk, keys: str) -> None:
    detail = desk.read(desk.item())
    desk.press(keys)
    expect(detail.get_by_label("Backup")).to_be_focused()
    desk.stand_on(desk.item())
    desk.press("x")
    desk.press(keys)
    desk.page.get_by_label("Backup").select_option("Rin Sato")
    desk.press("Mod+Enter")
    expect(desk.said).to_contain_text("Backup: Rin Sato")


@case("take")
def _(desk: Desk, keys: str) -> None:
    item = desk.item()
    row = desk.stand_on(item)
    desk.press(keys)
    expect(desk.said).to_contain_text("Assigned to Dana Kim")
    expect(row.locator(".who")).to_have_text("DKOwner: Dana Kim")


@case("wait")
def _(desk: Desk, keys: str) -> None:
    detail = desk.read(desk.item())
    desk.press(keys)
    expect(detail.locator(".badge").first).to_contain_text("waiting")


@case("proof", "note")
def _(desk: Desk, keys: str) -> None:
    item = desk.item()
    desk.stand_on(item)  # not open yet: the key opens it first
    desk.press(keys)
    desk.page.wait_for_function(
        "() => document.querySelector('#detail').contains(document.activeElement)"
    )
    expect(desk.page.locator("#detail")).to_have_attribute("data-item", str(item))
    assert desk.page.evaluate("document.activeElement.matches('textarea, input, button')")


def test_who_can_be_named_is_offered_behind_an_at(desk: Desk) -> None:
    field = desk.read(desk.item()).get_by_label("Write a comment")
    offered = desk.page.get_by_role("listbox", name="People to name").get_by_role("option")
    field.press_sequentially("Ask r@x, then @")
    expect(offered).to_have_count(2)
    desk.press("Down")
    desk.press("Esc")
    expect(offered).to_have_count(0)
    field.press_sequentially("sat")
    expect(offered).to_have_count(0)  # until the next @
    field.press_sequentially(" and @sAt")
    expect(offered).to_have_text(["Rin Sato"])
    expect(offered).to_have_attribute("aria-selected", "true")
    desk.press("Enter")
    expect(field).to_have_value("Ask r@x, then @sat and @Rin Sato ")
    field.press_sequentially("or @")
    offered.first.click()
    expect(field).to_be_focused()
    desk.press("Mod+Enter")
    expect(desk.said).to_contain_text("Commented")


def test_enter_in_the_bars_field_presses_the_button_beside_it_and_never_done(desk: Desk) -> None:
    desk.stand_on(2)
    desk.press("x")
    desk.press("j")
    desk.press("x")
    desk.press("n")
    desk.page.keyboard.type("Not ours")
    desk.press("Enter")
    expect(desk.said).to_contain_text("Not applicable: 2 items")
    desk.press("z")
    expect(desk.said).to_contain_text("Undone")


@case("star")
def _(desk: Desk, keys: str) -> None:
    item = desk.item()
    desk.stand_on(item)
    desk.press(keys)
    expect(desk.said).to_contain_text("Starred")
    desk.stand_on(2)
    desk.press("x")
    desk.press("j")
    desk.press("x")
    desk.press(keys)
    expect(desk.said).to_contain_text("Starred: 2 items")


@case("read")
def _(desk: Desk, keys: str) -> None:
    row = desk.stand_on(desk.item())
    desk.press(keys)
    expect(row).to_have_class(re.compile(r"\bread\b"))


@case("unread")
def _(desk: Desk, keys: str) -> None:
    item = desk.item()
    desk.read(item)
    desk.page.goto(f"/inbox?item={item}")
    row = desk.row(item)
    expect(row).to_have_class(re.compile(r"\bread\b"))
    desk.press(keys)
    expect(row).not_to_have_class(re.compile(r"\bread\b"))


@case("source")
def _(desk: Desk, keys: str) -> None:
    desk.read(desk.item(url="/nowhere", reference="x"))
    desk.page.goto("/items/1")
    with desk.page.context.expect_page() as opened:
        desk.press(keys)
    opened.value.close()


def proposed(desk: Desk) -> tuple[int, Locator]:
    """A notice that names a date, and the box that asks about it."""
    item = desk.item(kind="notice", due_on=None)
    said = {"fingerprint": str(item), "sentence": "Claim by 4 January.", "raw": "4 January"}
    with desk.database.write() as session:
        day = date(2027, 1, 4)
        session.add(Proposal(item_id=item, due_on=day, created_at=NOW, **said))
    return item, desk.read(item).locator("[data-own-keys]")


def waiting(desk: Desk) -> None:
    """Something to confirm, and somebody's word for Dana."""
    item, _ = proposed(desk)
    with desk.database.write() as session:
        (dana, *_) = (one.id for one in accounts.users(session) if one.name == "Dana Kim")
        note = Event(subject="item", subject_id=item, at=NOW, kind="noted", note="@Dana Kim")
        session.add(note)
        session.flush()
        session.add(Mention(event_id=note.id, user_id=dana, item_id=item))
    desk.page.reload()


@case("propose")
def _(desk: Desk, keys: str) -> None:
    _, box = proposed(desk)
    desk.press(keys)
    expect(box.locator("[data-key=confirm]")).to_be_focused()


@case("confirm", "dismiss")
def _(desk: Desk, keys: str) -> None:
    _, box = proposed(desk)
    box.locator("button").first.focus()
    desk.press(keys)
    expect(box).to_have_count(0)


@case("same", "apart")
def _(desk: Desk, keys: str) -> None:
    first, second = desk.item(kind="notice"), desk.item(kind="notice")
    with desk.database.write() as session:
        session.add(Pair(first_id=first, second_id=second, because="Both.", created_at=NOW))
    desk.read(first).locator("[data-own-keys] button").first.focus()
    desk.press(keys)
    expect(desk.said).to_contain_text("One thing now" if keys == "s" else "Kept apart")


@case("select")
def _(desk: Desk, keys: str) -> None:
    row = desk.stand_on(2)
    desk.press(keys)
    expect(row.get_by_role("checkbox")).to_be_checked()
    desk.press(keys)
    expect(row.get_by_role("checkbox")).not_to_be_checked()


@case("range")
def _(desk: Desk, keys: str) -> None:
    desk.stand_on(2)
    desk.press("x")
    desk.press("j")
    desk.press("j")
    desk.press(keys)
    expect(desk.page.locator("#rows .pick :checked")).to_have_count(3)


@case("select-page")
def _(desk: Desk, keys: str) -> None:
    desk.page.goto("/inbox?tab=overdue")
    desk.press(keys)
    expect(desk.page.locator("#rows .pick :checked")).to_have_count(2)


@case("select-all")
def _(desk: Desk, keys: str) -> None:
    far_off = dict.fromkeys(("due_on", "sort_on"), date(2029, 1, 1))
    far = replace(samples.ROWS["month"][0], owner=None)
    with desk.database.write() as session:
        for number in range(3000, 3050):
            company.item(session, replace(far, id=number), 1, **far_off)
    desk.page.goto("/inbox")
    desk.press(keys)
    desk.page.wait_for_url("**/inbox?select=all")
    expect(desk.page.locator("#bulk .picked")).to_contain_text("that match")
    desk.page.goto("/inbox?tab=overdue")  # of which there is but one page
    desk.press(keys)
    expect(desk.page.locator("#rows .pick :checked")).to_have_count(2)


@case("select-none")
def _(desk: Desk, keys: str) -> None:
    desk.page.goto("/inbox?tab=overdue")
    desk.page.locator("#rows .pick input").first.check()
    desk.press(keys)
    expect(desk.page.locator("#rows .pick :checked")).to_have_count(0)
    expect(desk.page.locator("#bulk")).to_be_hidden()


@case("undo")
def _(desk: Desk, keys: str) -> None:
    row = desk.stand_on(desk.item())
    desk.press("e")
    expect(row).to_have_count(0)
    desk.page.goto("/inbox")  # the toast is gone
    expect(desk.page.locator("#toast button")).to_have_count(0)
    desk.press(keys)
    expect(row).to_have_count(1)


@case("palette", "help")
def _(desk: Desk, keys: str) -> None:
    desk.stand_on(1)
    desk.press(keys)
    dialog = desk.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("(dialog) => dialog.contains(document.activeElement)")
    desk.press("Esc")
    expect(dialog).to_be_hidden()
    assert focused(desk.page) == "row-1"


@case("search")
def _(desk: Desk, keys: str) -> None:
    desk.stand_on(1)
    desk.press(keys)
    expect(desk.page.get_by_role("searchbox")).to_be_focused()
    desk.press("Esc")
    assert focused(desk.page) == "row-1"


@case("mark-seen")
def _(desk: Desk, keys: str) -> None:
    moved = {"field": "Due", "old": "2026-11-30", "new": "2026-11-24"}
    with desk.database.write() as session:
        session.add(Event(subject="item", subject_id=1, at=NOW, kind="due moved", **moved))
    desk.page.goto("/changes")
    expect(desk.page.locator("[data-act=mark-seen]").first).to_be_visible()
    desk.press(keys)
    expect(desk.page.locator("[data-act=mark-seen]")).to_have_count(0)


@case("submit")
def _(desk: Desk, keys: str) -> None:
    desk.read(desk.item())
    desk.page.locator("[data-act=note]").fill("Called them.")
    desk.press(keys)
    expect(desk.page.locator("#detail")).to_contain_text("Called them.")
    expect(desk.page.locator("[data-act=note]")).to_have_value("")


@case(*(one.name for one in SHORTCUTS if one.group == GO))
def _(desk: Desk, keys: str) -> None:
    (shortcut,) = (one for one in SHORTCUTS if keys in one.keys)
    if not desk.page.locator(shortcut.target).count():
        waiting(desk)  # what has an entry only while something waits
    to = desk.page.locator(shortcut.target).get_attribute("href")
    assert to is not None
    desk.press(keys)
    expect(desk.page).to_have_url(re.compile(f"{re.escape(to)}$"))


def test_every_line_of_the_table_has_a_test() -> None:
    assert {one.name for one in SHORTCUTS} == set(CASES)


@pytest.mark.parametrize(
    ("shortcut", "keys"),
    [pytest.param(one, keys, id=f"{one.name}: {keys}") for one in SHORTCUTS for keys in one.keys],
)
def test_a_key_does_what_the_list_says(desk: Desk, shortcut: Shortcut, keys: str) -> None:
    CASES[shortcut.name](desk, keys)


SENT = """(keys) => keys.map((chord) => {
  const parts = chord.split("+"), key = parts.pop();
  const held = { ctrlKey: parts.includes("Control"), altKey: parts.includes("Alt"),
    shiftKey: parts.includes("Shift") };
  const sent = new KeyboardEvent("keydown", { key, ...held, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(sent);
  return sent.defaultPrevented;
})"""


def test_what_belongs_to_the_browser_is_left_to_it_and_letters_to_fields(desk: Desk) -> None:
    desk.stand_on(1)
    assert desk.page.evaluate(SENT, BROWSERS_OWN) == [False] * len(BROWSERS_OWN)
    desk.page.get_by_role("searchbox").focus()
    typed = [keys for one in SHORTCUTS for keys in one.keys if len(keys) == 1]
    assert desk.page.evaluate(SENT, typed) == [False] * len(typed)


def test_a_pair_of_keys_that_means_nothing_does_nothing(desk: Desk) -> None:
    row = desk.stand_on(desk.item())
    desk.press("g z")
    desk.press("g b")
    desk.press("g e")  # not the e of Done
    expect(desk.page).to_have_url(re.compile("/reports$"))
    desk.page.goto("/inbox")
    expect(row).to_have_count(1)


def test_a_person_presses_their_own_keys(desk: Desk) -> None:
    row = desk.stand_on(desk.item())
    with desk.database.write() as session:
        (dana,) = (one for one in accounts.users(session) if one.name == "Dana Kim")
        dana.keys = {"done": ["f"]}
    try:
        desk.page.reload()
        row.locator("a").first.focus()
        desk.press("e")
        desk.press("f")
        expect(row).to_have_count(0)
    finally:
        with desk.database.write() as session:
            session.get_one(User, dana.id).keys = {}


def test_the_palette_finds_acts_places_and_items(desk: Desk) -> None:
    page = desk.page
    item = desk.item()
    row = desk.stand_on(item)
    desk.press("Mod+k")
    asked = page.get_by_role("combobox", name="What to find or do")
    expect(asked).to_be_focused()
    page.keyboard.type("done")
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text("Done")
    page.keyboard.press("Enter")
    expect(row).to_have_count(0)

    desk.press("Mod+k")
    page.keyboard.type("program")
    expect(page.get_by_role("option", name=re.compile("^Programs"))).to_be_visible()
    page.keyboard.press("Control+A")
    page.keyboard.type("meraki")
    found = page.get_by_role("group", name="Items").get_by_role("option")
    expect(found).to_contain_text("Renew Meraki licences")
    page.keyboard.press("ArrowUp")
    expect(found.last).to_have_attribute("aria-selected", "true")
    assert asked.get_attribute("aria-activedescendant") == found.last.get_attribute("id")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Renew Meraki licences")).to_be_visible()


def test_in_a_menu_the_arrows_go_from_choice_to_choice(desk: Desk) -> None:
    detail = desk.read(desk.item())
    desk.press("h")
    choices = detail.locator("details[open] button")
    expect(choices.nth(0)).to_be_focused()
    desk.press("Down")
    expect(choices.nth(1)).to_be_focused()
    desk.press("Up")
    expect(choices.nth(0)).to_be_focused()


def test_done_goes_on_at_once_however_slow_the_server_is(desk: Desk) -> None:
    """Three presses in a row are three items, and none of them is lost or sent twice."""
    page = desk.page
    items = [desk.item() for _ in range(4)]
    desk.stand_on(items[0])
    posts: list[str] = []
    page.on("request", lambda sent: posts.extend(filter(None, [sent.post_data])))
    page.keyboard.press("e")
    page.keyboard.press("e")
    page.keyboard.press("e")
    for item in items[:3]:
        expect(desk.row(item)).to_have_count(0)
    assert focused(page) == f"row-{items[3]}"
    assert [parse_qs(sent)["item"] for sent in posts] == [[str(item)] for item in items[:3]]
