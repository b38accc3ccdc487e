"""The table of keys, and the page where a person sets their own. Pressing them: see
test_keys_in_the_browser.py.
"""

import re
from collections import Counter
from html import unescape

import pytest
from starlette.testclient import TestClient

from app.core import chords
from app.models import User
from app.paths import TEMPLATES
from app.services import accounts
from app.web.keys import SHORTCUTS, USUAL
from app.web.site import Site

PATH = "/settings/keyboard"
USUALLY = {one.name: chords.write(one.keys) for one in SHORTCUTS}
ON = USUALLY | {"shortcuts": "1"}


def user(site: Site, admin: int) -> User:
    with site.database.read() as session:
        return accounts.user(session, admin)


def test_every_key_does_one_thing_and_is_one_that_people_could_write() -> None:
    for within in (True, False):
        bound = {one.name: one.keys for one in SHORTCUTS if one.within is within}
        assert list(chords.clashes(bound)) == []
    for one in SHORTCUTS:
        assert chords.read(chords.write(one.keys)) == one.keys


def test_every_act_has_a_name_of_its_own_and_stands_under_one_heading() -> None:
    assert [name for name, n in Counter(one.name for one in SHORTCUTS).items() if n > 1] == []
    assert [name for name, n in Counter(group for group, _ in USUAL.groups).items() if n > 1] == []


def test_no_template_names_a_key_by_itself() -> None:
    named = [path.name for path in TEMPLATES.rglob("*.html") if "<kbd" in path.read_text()]

    assert named == []


def test_a_person_sets_a_key_and_finds_it_on_buttons_and_in_the_list(
    client: TestClient, site: Site, admin: int
) -> None:
    answer = client.post(PATH, data=ON | {"search": "f, Comma", "help": ""})

    assert answer.headers["location"] == PATH
    assert user(site, admin).keys == {"search": ["f", "Comma"], "help": []}
    page = client.get("/inbox").text
    assert 'data-keys="f, Comma"' in page
    assert re.search(r'type="search"[^>]*>\s*<kbd>f</kbd>', page)
    assert "<span>Keyboard</span><b></b>" in page
    assert 'value="f, Comma"' in client.get(PATH).text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"search": "e"}, "“e” does “Done” already."),
        ({"done": "/"}, "“/” does “Search” already."),
        ({"search": "g"}, "“g” begins or goes on “g t”, which does “Today” already."),
        ({"search": "Ctrl+f"}, "“Ctrl+f” belongs to the browser."),
        ({"same": "c"}, "“c” does “Confirm” already."),
    ],
)
def test_a_key_that_is_taken_is_told_beside_its_field_and_nothing_is_saved(
    client: TestClient, site: Site, admin: int, typed: dict[str, str], says: str
) -> None:
    answer = client.post(PATH, data=ON | typed)

    (name,) = typed
    assert answer.status_code == 422
    assert says in unescape(answer.text)
    assert re.search(rf'id="f-{name}"[^>]*aria-invalid="true"', answer.text)
    assert f'value="{typed[name]}"' in answer.text
    assert user(site, admin).keys == {}


def test_two_acts_may_change_their_keys_with_each_other(
    client: TestClient, site: Site, admin: int
) -> None:
    assert client.post(PATH, data=ON | {"done": "a", "assign": "e"}).status_code == 303
    assert user(site, admin).keys == {"done": ["a"], "assign": ["e"]}


def test_single_keys_are_switched_off_and_what_needs_ctrl_stays(
    client: TestClient, site: Site, admin: int
) -> None:
    client.post(PATH, data=USUALLY)

    assert not user(site, admin).shortcuts
    page = client.get("/today").text
    assert set(re.findall(r'data-keys="([^"]*)"', page)) == {"Mod+k", "Mod+Enter"}
    assert "<kbd>/</kbd>" not in page


def test_one_press_brings_the_usual_keys_back(client: TestClient, site: Site, admin: int) -> None:
    client.post(PATH, data=USUALLY | {"done": "f"})

    client.post(PATH, data=USUALLY | {"done": "f", "usual": "1"})

    assert user(site, admin).shortcuts
    assert user(site, admin).keys == {}

    client.post("/undo")  # which is not what somebody wants who pressed it by mistake

    assert user(site, admin).keys == {"done": ["f"]}
