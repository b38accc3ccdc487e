"""Settings › People › one of them, and handing over, as people do it."""

import re

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from app.models import ItemState
from app.services import accounts
from app.web.site import Site
from tests.app.web import company
from tests.app.web.conftest import NOW

PEOPLE = "/settings/people"


@pytest.fixture
def ids(site: Site, admin: int) -> dict[str, int]:
    """The people of the sample company, by their first names."""
    company.fill(site.database)
    with site.database.read() as session:
        return {user.name.split()[0]: user.id or 0 for user in accounts.users(session)}


def owned(site: Site, person: int) -> set[int]:
    with site.database.read() as session:
        found = session.exec(select(ItemState).where(ItemState.owner_id == person))
        return {state.item_id for state in found}


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found
    return found[1]


def active(site: Site, person: int) -> bool:
    with site.database.read() as session:
        return accounts.user(session, person).is_active


def test_a_person_is_shown_with_all_that_hangs_on_them(
    client: TestClient, site: Site, ids: dict[str, int]
) -> None:
    client.post("/settings/rules", data={"vendor": "Dell", "owner": ids["Rin"]})

    page = client.get(f"{PEOPLE}/{ids['Rin']}").text

    assert "What if Rin Sato leaves?" in page
    assert f"{len(owned(site, ids['Rin']))} open item" in page
    assert "<b>Vendor Dell</b> goes to Rin Sato" in page
    assert "No source names Rin Sato or rin@partner.example as holding one." in page
    assert f'href="{PEOPLE}/{ids["Rin"]}"' in client.get(PEOPLE).text


def test_who_leaves_hands_over_first_and_undo_brings_the_items_back(
    client: TestClient, site: Site, ids: dict[str, int]
) -> None:
    rin, before = ids["Rin"], owned(site, ids["Rin"])
    assert before

    asked = client.post(f"{PEOPLE}/{rin}/active", data={"active": "0"})
    assert asked.headers["location"] == f"{PEOPLE}/{rin}/hand-over?leaves=1"
    assert active(site, rin)
    page = client.get(asked.headers["location"]).text
    assert "Hand over and sign out for good" in page

    form = {"to": ids["Lee"], "note": "Rin left.", "leaves": "1", "seen": seen(page)}
    done = client.post(f"{PEOPLE}/{rin}/hand-over", data=form)
    assert done.status_code == 303
    assert not active(site, rin)
    assert owned(site, rin) == set()
    assert before <= owned(site, ids["Lee"])
    page = client.get(done.headers["location"]).text
    assert "Rin Sato may not sign in any more." in page
    assert "Rin left." in client.get(f"/items/{min(before)}").text

    key = re.search(r'name="act" value="(\d+)"', page)
    assert key
    client.post("/undo", data={"act": key[1]})
    assert owned(site, rin) == before


def test_left_to_nobody_they_raise_the_alarm_on_today(
    client: TestClient, site: Site, ids: dict[str, int]
) -> None:
    form = {
        "to": "nobody",
        "leaves": "1",
        "seen": seen(client.get(f"{PEOPLE}/{ids['Rin']}/hand-over").text),
    }
    client.post(f"{PEOPLE}/{ids['Rin']}/hand-over", data=form)

    today = client.get("/today").text

    assert re.search(
        r"<a href=\"/inbox\?tab=unowned\">\d+ items</a> (overdue or )?due within 14", today
    )
    assert 'href="/settings/rules"' in today


def test_without_a_choice_nothing_is_handed_over(
    client: TestClient, site: Site, ids: dict[str, int]
) -> None:
    before = owned(site, ids["Rin"])

    answer = client.post(f"{PEOPLE}/{ids['Rin']}/hand-over", data={"note": "typed"})

    assert answer.status_code == 422
    assert "Choose who takes it over." in answer.text
    assert ">typed</textarea>" in answer.text
    assert owned(site, ids["Rin"]) == before


def test_everybody_hands_over_their_own_and_only_an_admin_that_of_others(
    client: TestClient, site: Site, ids: dict[str, int]
) -> None:
    with site.database.write() as session:
        token = accounts.open_session(session, ids["Rin"], now=NOW)
    client.cookies.set("partner-inbox-session", token)
    own, other = f"{PEOPLE}/{ids['Rin']}", f"{PEOPLE}/{ids['Lee']}"

    assert own in client.get("/settings").text
    assert "What if you leave?" in client.get(own).text
    assert client.get(other).status_code == client.get(f"{other}/hand-over").status_code == 403
    assert client.post(f"{other}/hand-over", data={"to": ids["Rin"]}).status_code == 403
    leaving = {"to": ids["Dana"], "leaves": "1"}
    assert client.post(f"{own}/hand-over", data=leaving).status_code == 403
    page = client.get(f"{own}/hand-over").text
    client.post(f"{own}/hand-over", data={"to": ids["Dana"], "seen": seen(page)})
    assert owned(site, ids["Rin"]) == set()


def test_a_saved_rule_offers_what_is_there_and_gives_it_once(
    client: TestClient, site: Site, ids: dict[str, int]
) -> None:
    saved = client.post("/settings/rules", data={"owner": ids["Lee"], "backup": ids["Dana"]})
    assert saved.headers["location"] == "/settings/rules/1/now"
    page = client.get("/settings/rules/1/now").text
    offered = re.search(r">Give (\d+) items? to Lee", page)
    assert offered

    before = len(owned(site, ids["Lee"]))
    client.post("/settings/rules/1/now", data={"seen": seen(page)})

    assert len(owned(site, ids["Lee"])) == before + int(offered[1])
    assert "by the rule for everything else. " not in client.get("/inbox?tab=unowned").text
    assert client.post("/settings/rules/1/now", data={"seen": seen(page)}).status_code == 409


def test_a_backup_is_set_from_the_menu_and_named_in_the_list(
    client: TestClient, site: Site, ids: dict[str, int]
) -> None:
    item = min(owned(site, ids["Rin"]))

    client.post("/items/backup", data={"item": item, "backup": ids["Dana"]})

    assert "Rin Sato · backup Dana Kim" in client.get(f"/items/{item}").text
    assert 'title="Rin Sato, backup Dana Kim"' in client.get("/inbox").text
    assert (
        client.post("/items/backup", data={"item": item, "backup": ids["Rin"]}).status_code == 422
    )

    other = min(owned(site, ids["Lee"]))
    both = {"item": [item, other], "backup": ids["Rin"]}
    partly = client.post("/items/backup", data=both).text
    assert "Backup: Rin Sato. 1 item left as they are" in partly
    assert "Rin Sato is the owner already." in partly
    assert " · backup Rin Sato" in client.get(f"/items/{other}").text
