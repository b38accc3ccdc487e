"""Settings through the pages: one's own, and for admins people and tokens."""

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.db import Database
from app.models import User
from app.services import accounts, tokens
from app.web.site import Site
from tests.app.web.conftest import NOW, SAME_ORIGIN

PASSWORD = "a long sentence is a password"
PROFILE = {
    "name": "Dana Kim-Sato",
    "time_zone": "Asia/Tokyo",
}


def user(database: Database, mail: str = "dana@partner.example") -> User:
    with database.read() as session:
        found = accounts.user_by_email(session, mail)
    assert found is not None
    return found


def shown_once(page: str) -> str:
    found = re.search(r'id="once"[^>]* value="([^"]+)"', page)
    assert found
    return found[1]


# One's own


def test_a_profile_is_saved(client: TestClient, site: Site) -> None:
    answer = client.post("/settings", data=PROFILE)

    assert answer.headers["location"] == "/settings"
    saved = user(site.database)
    assert (saved.name, saved.time_zone) == ("Dana Kim-Sato", "Asia/Tokyo")
    assert "Saved." in client.get("/settings").text


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"name": " "}, "Enter a name."),
        ({"time_zone": "Mars/Olympus"}, "Choose a time zone from the list."),
    ],
)
def test_a_profile_that_cannot_be_kept_comes_back_as_it_was_typed(
    client: TestClient, site: Site, changed: dict[str, str], says: str
) -> None:
    answer = client.post("/settings", data=PROFILE | changed)

    assert answer.status_code == 422
    assert says in answer.text
    assert "Asia/Tokyo" in answer.text
    assert user(site.database).name == "Dana Kim"


def test_who_came_by_a_link_sets_a_password_and_stays_signed_in(
    client: TestClient, site: Site
) -> None:
    assert "Present password" not in client.get("/settings").text

    answer = client.post("/settings/password", data={"new": PASSWORD})

    assert answer.status_code == 303
    assert "The password is changed" in client.get("/settings").text
    known = user(site.database).password
    assert known
    assert PASSWORD not in known


def test_a_new_password_needs_the_present_one_and_ends_all_other_sessions(
    client: TestClient, site: Site, admin: int
) -> None:
    client.post("/settings/password", data={"new": PASSWORD})
    with site.database.write() as session:
        elsewhere = accounts.open_session(session, admin, now=NOW)

    wrong = client.post("/settings/password", data={"current": "guess", "new": "x" * 12})
    short = client.post("/settings/password", data={"current": PASSWORD, "new": "short"})
    good = client.post("/settings/password", data={"current": PASSWORD, "new": "x" * 12})

    assert wrong.status_code == short.status_code == 422
    assert "This is not your password." in wrong.text
    assert "Use at least 10 characters." in short.text
    assert good.status_code == 303
    with site.database.read() as session:
        assert accounts.signed_in(session, elsewhere, now=NOW) is None
    assert client.get("/settings").status_code == 200


def test_guessing_the_present_password_is_slowed_down(client: TestClient, admin: int) -> None:
    client.post("/settings/password", data={"new": PASSWORD})
    for _ in range(5):
        client.post("/settings/password", data={"current": "guess", "new": "x" * 12})

    answer = client.post("/settings/password", data={"current": PASSWORD, "new": "x" * 12})

    assert answer.status_code == 422
    assert "Try again in" in answer.text


# People


def test_a_person_is_added_with_a_link_that_is_shown_once(
    app: FastAPI, client: TestClient, site: Site
) -> None:
    form = {"name": "Rin Sato", "email": "rin@partner.example", "time_zone": "Asia/Tokyo"}
    answer = client.post("/settings/people", data=form)

    assert answer.headers["cache-control"] == "no-store"
    link = shown_once(answer.text)
    assert link not in client.get("/settings/people").text
    assert user(site.database, "rin@partner.example").time_zone == "Asia/Tokyo"
    with TestClient(app, follow_redirects=False, headers=SAME_ORIGIN) as rin:
        assert rin.post(link.removeprefix("http://testserver")).status_code == 303
        assert "Rin Sato" in rin.get("/today").text


def test_an_address_that_is_known_or_none_is_refused_and_nothing_typed_is_lost(
    client: TestClient,
) -> None:
    known = client.post("/settings/people", data={"name": "D", "email": "dana@partner.example"})
    wrong = client.post("/settings/people", data={"name": "Lee", "email": "lee at home"})

    assert known.status_code == wrong.status_code == 422
    assert "There is a user with the address dana@partner.example already." in known.text
    assert 'value="lee at home"' in wrong.text


def test_somebody_who_leaves_is_signed_out_everywhere_and_can_be_let_in_again(
    client: TestClient, site: Site
) -> None:
    with site.database.write() as session:
        rin = accounts.add_user(session, email="rin@partner.example", name="Rin", now=NOW)
        token = accounts.open_session(session, rin.id or 0, now=NOW)

    client.post(f"/settings/people/{rin.id}/active", data={"active": "0"})
    with site.database.read() as session:
        assert accounts.signed_in(session, token, now=NOW) is None
    assert client.post(f"/settings/people/{rin.id}/link").status_code == 409
    assert "may not sign in" in client.get("/settings/people").text

    client.post(f"/settings/people/{rin.id}/active", data={"active": "1"})
    assert shown_once(client.post(f"/settings/people/{rin.id}/link").text)


@pytest.mark.parametrize("verb", ["active", "admin"])
def test_the_only_admin_cannot_be_lost(
    client: TestClient, admin: int, site: Site, verb: str
) -> None:
    answer = client.post(f"/settings/people/{admin}/{verb}", data={verb: "0"})

    assert answer.status_code == 409
    assert "Dana Kim is the only admin." in answer.text
    saved = user(site.database)
    assert saved.is_admin
    assert saved.is_active


def test_another_admin_can_take_over(client: TestClient, admin: int, site: Site) -> None:
    with site.database.write() as session:
        rin = accounts.add_user(session, email="rin@partner.example", name="Rin", now=NOW)
    client.post(f"/settings/people/{rin.id}/admin", data={"admin": "1"})
    assert user(site.database, "rin@partner.example").is_admin
    client.post(f"/settings/people/{admin}/admin", data={"admin": "0"})
    assert client.get("/settings/people").status_code == 403


# Tokens


def test_a_token_is_shown_once_opens_the_feed_and_can_be_revoked(
    client: TestClient, site: Site
) -> None:
    answer = client.post(
        "/settings/tokens", data={"name": "Hall screen", "days": "90", "read": "1"}
    )

    token = shown_once(answer.text)
    assert answer.headers["cache-control"] == "no-store"
    page = client.get("/settings/tokens").text
    assert token not in page
    assert "Hall screen" in page
    assert token[:8] in page
    with site.database.read() as session:
        assert tokens.token_for(session, token, "read", now=NOW) is not None
        (row,) = tokens.tokens(session)
        assert row.expires_at == NOW + timedelta(days=90)

    client.post(f"/settings/tokens/{row.id}/revoke")

    with site.database.read() as session:
        assert tokens.token_for(session, token, "read", now=NOW) is None
    assert "Hall screen" not in client.get("/settings/tokens").text


def test_a_token_that_acts_does_so_as_whoever_made_it(client: TestClient, site: Site) -> None:
    nothing = client.post("/settings/tokens", data={"name": "Bot"})
    assert nothing.status_code == 422
    assert "One or more of: read, act." in nothing.text

    made = client.post("/settings/tokens", data={"name": "Bot", "read": "1", "act": "1"})
    assert re.search(r"read, act <span[^>]*>as Dana Kim<", made.text)
    with site.database.read() as session:
        found = tokens.token_for(session, shown_once(made.text), "act", now=NOW)
    assert found is not None
    assert found.user_id is not None


def test_two_tokens_do_not_share_a_name(client: TestClient) -> None:
    client.post("/settings/tokens", data={"name": "Hall screen", "read": "1"})
    again = client.post("/settings/tokens", data={"name": "Hall screen", "read": "1"})

    assert again.status_code == 422
    assert "There is a token named Hall screen already." in again.text
    assert 'id="once"' not in again.text


def test_only_an_admin_sees_people_and_tokens(client: TestClient, admin: int, site: Site) -> None:
    with site.database.write() as session:
        accounts.user(session, admin).is_admin = False

    page = client.get("/settings").text
    assert 'href="/settings/people"' not in page
    for address in ("/settings/people", "/settings/tokens"):
        assert client.get(address).status_code == 403
    form = {"name": "X", "email": "x@partner.example"}
    for address in ("/settings/people", "/settings/tokens", f"/settings/people/{admin}/admin"):
        assert client.post(address, data=form).status_code == 403


def test_a_token_ends_with_whoever_made_it_and_its_name_is_free_once_it_is_revoked(
    client: TestClient, site: Site
) -> None:
    with site.database.write() as session:
        gone = accounts.add_user(session, email="lee@partner.example", name="Lee Park", now=NOW)
        tokens.add_token(session, name="Hall", scope="read", user_id=gone.id, now=NOW)
        gone.is_active = False
    assert "Lee Park, who made it, may not come in any more" in client.get("/settings/tokens").text

    client.post("/settings/tokens/1/revoke")
    again = client.post("/settings/tokens", data={"name": "Hall", "read": "1"})
    assert again.status_code == 200
    assert shown_once(again.text)
