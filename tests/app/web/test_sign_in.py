"""Getting in and out, and that nothing else gets in."""

import re

import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from app.main import with_edges
from app.services import accounts
from app.web.site import Site
from app.web.visit import reading
from tests.app.web.conftest import NOW, SAME_ORIGIN, make_site

MAIL = "dana@partner.example"
PASSWORD = "a long sentence is a password"


@pytest.fixture
def admin(admin: int, site: Site) -> int:
    """Dana, with a password."""
    with site.database.write() as session:
        accounts.set_password(session, admin, PASSWORD)
    return admin


def cookie_of(answer_headers: str) -> str:
    found = re.search(r"session=([^;]+)", answer_headers)
    assert found
    return found[1]


def test_the_right_password_leads_to_where_one_wanted_to_go(
    visitor: TestClient, admin: int
) -> None:
    wanted = "/inbox?tab=week"
    answer = visitor.post("/sign-in", data={"email": MAIL, "password": PASSWORD, "next": wanted})

    assert answer.status_code == 303
    assert answer.headers["location"] == wanted
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_over_https_the_cookie_is_pinned_to_the_host(site: Site, admin: int) -> None:
    secure = make_site(site.database, "https://inbox.example", site.settings.data_dir)
    with TestClient(
        with_edges(secure),
        base_url="https://inbox.example",
        headers=SAME_ORIGIN,
        follow_redirects=False,
    ) as client:
        answer = client.post("/sign-in", data={"email": MAIL, "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    visitor: TestClient, admin: int
) -> None:
    wrong = visitor.post("/sign-in", data={"email": MAIL, "password": "guess"})
    unknown = visitor.post("/sign-in", data={"email": "no@body.example", "password": "guess"})

    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace(MAIL, "") == unknown.text.replace("no@body.example", "")
    assert 'role="alert"' in wrong.text
    assert "set-cookie" not in wrong.headers


def test_after_five_wrong_passwords_one_has_to_wait(visitor: TestClient, admin: int) -> None:
    for _ in range(5):
        visitor.post("/sign-in", data={"email": MAIL, "password": "guess"})
    answer = visitor.post("/sign-in", data={"email": MAIL, "password": PASSWORD})

    assert answer.status_code == 429
    assert "Try again in" in answer.text


def test_the_way_back_after_signing_in_stays_on_this_site(visitor: TestClient, admin: int) -> None:
    for hostile in ("//evil.example", "https://evil.example", "/\\evil.example"):
        data = {"email": MAIL, "password": PASSWORD, "next": hostile}
        assert visitor.post("/sign-in", data=data).headers["location"] == "/"


def test_signing_in_ends_the_session_this_browser_had_before(
    visitor: TestClient, admin: int, site: Site
) -> None:
    form = {"email": MAIL, "password": PASSWORD}
    planted = cookie_of(visitor.post("/sign-in", data=form).headers["set-cookie"])
    fresh = cookie_of(visitor.post("/sign-in", data=form).headers["set-cookie"])

    assert fresh != planted
    with site.database.read() as session:
        assert accounts.signed_in(session, planted, now=NOW) is None
        assert accounts.signed_in(session, fresh, now=NOW) is not None


def test_a_page_after_a_while_does_not_wait_for_who_writes(
    visitor: TestClient, site: Site, admin: int
) -> None:
    with site.database.write() as session:
        token = accounts.open_session(session, admin, now=NOW - 2 * accounts.SEEN_EVERY)
    visitor.cookies.set("partner-inbox-session", token)

    def idle() -> bool:
        with site.database.read() as session:
            found = accounts.signed_in(session, token, now=NOW)
            assert found
            return found.idle

    with site.database.write():
        assert visitor.get("/programs").status_code == 200
    assert idle()
    visitor.get("/programs")
    assert not idle()


def test_signing_out_ends_the_session_on_the_server(client: TestClient, site: Site) -> None:
    token = client.cookies["partner-inbox-session"]
    answer = client.post("/sign-out")

    assert answer.headers["location"] == "/sign-in"
    with site.database.read() as session:
        assert accounts.signed_in(session, token, now=NOW) is None


def test_looking_at_a_sign_in_link_does_not_use_it_up(
    visitor: TestClient, site: Site, admin: int
) -> None:
    with site.database.write() as session:
        token = accounts.make_link(session, accounts.SIGN_IN, user_id=admin, now=NOW)

    for _ in range(3):
        assert "Continue" in visitor.get(f"/link/{token}").text
    assert visitor.post(f"/link/{token}").status_code == 303
    assert visitor.post(f"/link/{token}").status_code == 410
    assert "no longer works" in visitor.get(f"/link/{token}").text


def test_the_first_person_becomes_the_admin_by_the_printed_link(
    visitor: TestClient, site: Site
) -> None:
    assert "set-up link" in visitor.get("/sign-in").text
    with site.database.write() as session:
        token = accounts.make_link(session, accounts.SETUP, now=NOW)
    form = {"name": "Dana", "email": MAIL, "password": "short", "time_zone": "Europe/Berlin"}

    refused = visitor.post(f"/set-up/{token}", data=form)
    assert refused.status_code == 422
    assert "Use at least 10 characters." in refused.text
    assert 'value="Dana"' in refused.text

    taken = visitor.post(f"/set-up/{token}", data=form | {"password": PASSWORD})
    assert taken.status_code == 303
    with site.database.read() as session:
        user = accounts.user_by_email(session, MAIL)
        assert user is not None
        assert user.is_admin
        assert user.time_zone == "Europe/Berlin"
    assert visitor.post(f"/set-up/{token}", data=form).status_code == 410


def test_when_the_session_is_over_htmx_is_sent_to_sign_in_with_the_whole_window(
    app: FastAPI, visitor: TestClient
) -> None:
    @app.get("/something")
    def something(request: Request) -> None:
        with reading(request):
            pytest.fail("a stranger got in")

    htmx = {
        "HX-Request": "true",
        "HX-Request-Type": "partial",
        "HX-Current-URL": "http://testserver/inbox?tab=week",
    }
    answer = visitor.get("/something", headers=htmx)
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/sign-in?next=%2Finbox%3Ftab%3Dweek"
    assert answer.text == ""
