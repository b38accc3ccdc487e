"""Settings, Priorities: what weighs how much, seen by everybody, set by admins, undone by them."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import User, Weight
from tests.app.web import company
from tests.app.web.conftest import Loopback, add_dana
from tests.app.web.test_inbox import by_htmx
from tests.app.web.test_tracking import TODAY, add_item

PATH = "/settings/priorities"


def key(vendor: str, program: str = "") -> str:
    return json.dumps([vendor, program])


def weights(database: Database) -> dict[tuple[str, str], int]:
    with database.read() as session:
        return {(one.vendor, one.program): one.step for one in session.exec(select(Weight))}


ODD = 'R&D "quotes" ] & Söhne'


def fill(database: Database) -> None:
    """Two vendors with equal items, Cisco with two programs, and a vendor with an odd name."""
    with database.write() as session:
        source = company.connection(session, "Partner programs", "spreadsheet")
        rows = (
            ("Renew Aruba", "Aruba", None, 5000),
            ("Claim Gold", "Cisco", "Gold", 5000),
            ("Pass Black Belt", "Cisco", "Black Belt", 5000),
            ("Call Söhne", ODD, "Partner", 10),
        )
        for number, (title, vendor, program, amount) in enumerate(rows):
            add_item(
                session,
                source,
                number,
                title=title,
                kind="deadline",
                category="renewal",
                vendor=vendor,
                program=program,
                amount=Decimal(amount),
                currency="USD",
                due_on=TODAY + timedelta(days=6),
            )


@pytest.fixture
def filled(admin: int, database: Database) -> None:
    fill(database)


def cards(client: TestClient) -> list[str]:
    return re.findall(r'<h2><a href="/items/\d+">([^<]+)</a>', client.get("/today").text)


def previewed(page: str) -> list[str]:
    return re.findall(r"<div><b>([^<]+)</b>", page)


def sent(page: str) -> dict[str, str]:
    """What the form on a page sends when nothing is moved."""
    fields = re.findall(r'<input [^>]*name="((?:shown )?\[[^"]*)"[^>]* value="(-?\d)"', page)
    return {unescape(name): value for name, value in fields}


def test_everybody_sees_the_weights_and_only_admins_set_them(
    client: TestClient, filled: None, database: Database
) -> None:
    assert 'name="then"' in client.get(PATH).text
    with database.write() as session:
        session.exec(select(User)).one().is_admin = False

    page = client.get(PATH)
    refused = client.post(PATH, data={key("Cisco"): "2"})

    assert page.status_code == 200
    assert page.text.count(' type="range"') == page.text.count(" disabled>") == 6
    assert refused.status_code == 403
    assert not weights(database)


def test_what_weighs_more_stands_higher_on_today_and_says_why(
    client: TestClient, filled: None, database: Database
) -> None:
    assert cards(client)[:2] == ["Renew Aruba", "Claim Gold"]

    answer = client.post(PATH, data=sent(client.get(PATH).text) | {key("Cisco"): "2"})

    assert answer.headers["location"] == PATH
    assert cards(client)[:3] == ["Claim Gold", "Pass Black Belt", "Renew Aruba"]
    assert "$5,000 at stake × 6 days left × Cisco weighs double." in client.get("/today").text
    assert weights(database) == {("Cisco", ""): 2}


@pytest.mark.parametrize(
    ("moved", "stored"),
    [
        ({key("Cisco", "Gold"): "-1"}, {("Cisco", "Gold"): -1}),
        (
            {key("Cisco"): "1", key("Cisco", "Gold"): "-2"},
            {("Cisco", ""): 1, ("Cisco", "Gold"): -2},
        ),
        ({key("Cisco"): "1", key("Cisco", "Gold"): "1"}, {("Cisco", ""): 1}),
        ({key(ODD): "-1"}, {(ODD, ""): -1}),
        ({}, {}),
    ],
    ids=["its own", "its own beside its vendor's", "as its vendor's", "an odd name", "nothing"],
)
def test_a_program_weighs_as_its_vendor_until_it_is_moved_itself(
    client: TestClient,
    filled: None,
    database: Database,
    moved: dict[str, str],
    stored: dict[tuple[str, str], int],
) -> None:
    client.post(PATH, data=sent(client.get(PATH).text) | moved)

    assert weights(database) == stored


def test_a_program_can_be_as_usual_where_its_vendor_weighs_double_and_follow_it_again(
    client: TestClient, filled: None, database: Database
) -> None:
    client.post(PATH, data=sent(client.get(PATH).text) | {key("Cisco"): "2"})
    client.post(PATH, data=sent(client.get(PATH).text) | {key("Cisco", "Gold"): "0"})
    assert weights(database) == {("Cisco", ""): 2, ("Cisco", "Gold"): 0}
    assert cards(client)[:3] == ["Pass Black Belt", "Renew Aruba", "Claim Gold"]

    client.post(PATH, data=sent(client.get(PATH).text) | {key("Cisco", "Gold"): "2"})

    assert weights(database) == {("Cisco", ""): 2}


def undo(client: TestClient, page: str) -> str:
    found = re.search(r'name="act" value="(\d+)"', page)
    assert found
    return client.post("/undo", data={"act": found[1], "next": PATH}).text


def test_what_was_saved_is_undone_unless_somebody_saved_something_else_since(
    client: TestClient, filled: None, database: Database
) -> None:
    for step in ("2", "-1"):
        client.post(PATH, data=sent(client.get(PATH).text) | {key("Cisco"): step})
        toast = client.get(PATH).text
    undo(client, toast)
    assert weights(database) == {("Cisco", ""): 2}

    client.post(PATH, data=sent(client.get(PATH).text) | {key("Aruba"): "1"})
    toast = client.get(PATH).text
    with database.write() as session:
        session.add(Weight(vendor="AWS", step=1))

    assert "somebody changed the priorities" in undo(client, toast)
    assert weights(database) == {("Cisco", ""): 2, ("Aruba", ""): 1, ("AWS", ""): 1}


def test_the_preview_shows_what_would_be_first_and_saves_nothing(
    client: TestClient, filled: None, database: Database
) -> None:
    form = sent(client.get(PATH).text) | {key("Cisco", "Black Belt"): "2"}

    whole = client.post(PATH, data=form | {"then": "show"})
    part = client.post(PATH, data=form, headers=by_htmx(PATH, "section#preview"))

    assert previewed(whole.text)[0] == previewed(part.text)[0] == "Pass Black Belt"
    assert "was number 3" in part.text
    assert "Not saved yet." in part.text
    assert "<form" not in part.text
    assert sent(whole.text)[key("Cisco", "Black Belt")] == "2"
    assert not weights(database)
    assert cards(client)[0] == "Renew Aruba"


@pytest.mark.parametrize(
    "form",
    [
        {key("Cisco"): "3"},
        {key("Cisco"): ""},
        {key("Nobody"): "1"},
        {'["Cisco"]': "1"},
        {"[1, 2]": "1"},
        {"[": "1"},
    ],
)
def test_a_form_that_says_nonsense_changes_nothing(
    client: TestClient, filled: None, database: Database, form: dict[str, str]
) -> None:
    assert client.post(PATH, data=form).status_code == 422
    assert not weights(database)


def test_the_keyboard_moves_a_slider_its_words_what_follows_it_and_the_preview(
    served: Loopback, enter: Callable[..., Page]
) -> None:
    with served.site.database.write() as session:
        add_dana(session)
    fill(served.site.database)
    page = enter(PATH)
    cisco = page.get_by_label("Cisco", exact=False).first
    preview = page.locator("#preview")

    cisco.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")

    expect(cisco).to_have_attribute("aria-valuetext", "Double")
    expect(preview.locator("li b").first).to_have_text("Claim Gold")
    page.get_by_text("2 programs").click()
    expect(page.get_by_label("Gold", exact=False)).to_have_attribute("aria-valuetext", "Double")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**{PATH}")
    expect(page.locator("#toast")).to_contain_text("Priorities saved")
    assert weights(served.site.database) == {("Cisco", ""): 2}
    page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#toast")).to_contain_text("Undone")
    expect(page.get_by_label("Cisco", exact=False).first).to_have_value("0")
    assert not weights(served.site.database)
