"""Settings › Outputs: what leaves the inbox, each with its last result."""

from starlette.testclient import TestClient

from app.models import User
from app.web.site import Site

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
