"""The documentation of each connector, beside its form."""

import re

from starlette.testclient import TestClient

from connectors import registry
from tests.app.web.portal import Portal


def test_every_connector_of_ours_has_its_documentation_one_link_from_its_form(
    client: TestClient,
) -> None:
    for connector_id in registry.connectors():
        link = f"/help/connectors/{connector_id}"
        assert f'href="{link}"' in client.get(f"/sources/add/{connector_id}").text

        page = client.get(link).text

        assert page.count("<h1>") == 1
        assert "How to remove it" in page
        for address in re.findall(r'<a href="([^"]*)"', page):
            assert address.startswith(("https:", "#")) or client.get(address).status_code == 200


def test_help_is_open_to_who_is_not_signed_in(visitor: TestClient) -> None:
    page = visitor.get("/help/connectors/http_api")

    assert page.status_code == 200
    assert "<td><code>client_credentials</code></td>" in page.text


def test_whoever_makes_a_token_is_led_to_what_it_opens(client: TestClient) -> None:
    page = client.get("/settings/tokens").text
    for name, says in (("feed", "next_url"), ("api", "Keep a copy"), ("assistants", "list_items")):
        assert f'href="/help/{name}"' in page
        assert says in client.get(f"/help/{name}").text


def test_a_connector_without_documentation_links_to_none(
    client: TestClient, portal: Portal
) -> None:
    assert "/help/connectors/" not in client.get("/sources/add/scripted").text
    assert client.get("/help/connectors/scripted").status_code == 404
    assert client.get("/help/connectors/..%2FREADME").status_code == 404
