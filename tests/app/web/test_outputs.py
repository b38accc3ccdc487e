"""Settings › Outputs: what leaves the inbox, each with its last result."""

import pytest
from starlette.testclient import TestClient

from app.models import User
from app.services import tokens
from app.web.site import Site
from tests.app.web.conftest import SAME_ORIGIN

PATH = "/settings/outputs"


def test_everybody_sees_how_their_own_digest_is(client: TestClient) -> None:
    page = client.get(PATH).text
    assert "Digest mail" in page
    assert "no mail server set" in page


def test_only_admins_see_what_tools_read(client: TestClient, admin: int, site: Site) -> None:
    assert "JSON feed" in client.get(PATH).text

    with site.database.write() as session:
        session.get_one(User, admin).is_admin = False
    assert "JSON feed" not in client.get(PATH).text


@pytest.mark.parametrize(
    ("key", "said"),
    [("feed", "It gave 0 items"), ("api", "It gave 0 items"), ("assistants", "It offered 6 tools")],
)
def test_what_tools_fetch_is_tried_as_they_would_and_the_result_stays(
    client: TestClient, site: Site, key: str, said: str
) -> None:
    options = {"headers": SAME_ORIGIN, "cookies": client.cookies, "follow_redirects": False}
    with TestClient(client.app, **options) as running:  # a door is open while the application runs
        answer = running.post(f"{PATH}/{key}/test")
    assert answer.headers["location"] == PATH

    for _ in range(2):  # the toast goes, the line stays
        page = client.get(PATH).text
    assert f"{said}" in page
    assert "tested today" in page
    with site.database.read() as session:
        assert tokens.tokens(session) == []


def test_nobody_but_an_admin_tries_them_and_only_what_there_is(
    client: TestClient, admin: int, site: Site
) -> None:
    assert client.post(f"{PATH}/nothing/test").status_code == 404
    with site.database.write() as session:
        session.get_one(User, admin).is_admin = False
    assert client.post(f"{PATH}/feed/test").status_code == 403
