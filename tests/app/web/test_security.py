"""What every answer carries, and what every request that changes something must prove."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from app.main import with_edges
from app.web.addresses import local
from app.web.site import Site
from tests.app.web.conftest import make_site

SAFE = {"GET", "HEAD", "OPTIONS"}
SIGNED = "/unsubscribe/"
"""Addresses that prove by themselves what they may, and look at no cookie."""
COOKIELESS = ("/api/v1/", "/mcp")
"""Whoever comes there is asked for a token, whatever a browser adds."""


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every method and path of the application, with its parameters filled in."""
    for route in app.routes:
        if isinstance(route, APIRoute | Route):
            path = re.sub(r"\{[^}]+\}", "1", route.path)
            for method in sorted(route.methods or ()):
                yield method, path


def test_every_answer_carries_the_policy_and_a_request_id(visitor: TestClient) -> None:
    for path in ("/sign-in", "/nowhere", "/static/nowhere.css", "/healthz"):
        headers = visitor.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'"), path
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert len(headers["x-request-id"]) == 16


def test_the_policy_also_stands_on_an_answer_to_a_bug_of_ours(app: FastAPI) -> None:
    @app.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError("a secret detail")

    with TestClient(app) as client:
        answer = client.get("/broken")

    assert answer.status_code == 500
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-request-id"] in answer.text
    assert "secret detail" not in answer.text
    assert "Nothing was saved" in answer.text


def test_browsers_are_told_to_stay_on_https_where_the_public_address_is_https(
    site: Site,
) -> None:
    secure = make_site(site.database, "https://inbox.example", site.settings.data_dir)
    with TestClient(with_edges(secure), base_url="https://inbox.example") as client:
        assert "max-age=31536000" in client.get("/sign-in").headers["strict-transport-security"]
    with TestClient(with_edges(site)) as client:
        assert "strict-transport-security" not in client.get("/sign-in").headers


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, False),
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "https://testserver"}, False),
        ({"Origin": "http://testserver.evil.example"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
        ({"Content-Type": "text/plain"}, False),
        ({"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"}, False),
    ],
)
def test_only_our_own_pages_may_change_something(
    app: FastAPI, headers: dict[str, str], allowed: bool
) -> None:
    unsafe = [
        (method, path)
        for method, path in routes(app)
        if method not in SAFE and not path.startswith((SIGNED, *COOKIELESS))
    ]
    assert len(unsafe) >= 4
    with TestClient(app, follow_redirects=False) as client:
        for method, path in unsafe:
            answer = client.request(method, path, headers=headers)
            refused = answer.status_code == 403 and "another site" in answer.text
            assert refused is not allowed, (method, path)


def test_a_bearer_token_needs_no_page_of_ours(app: FastAPI) -> None:
    @app.post("/tool")
    def tool() -> PlainTextResponse:
        return PlainTextResponse("taken")

    with TestClient(app) as client:
        assert client.post("/tool", headers={"Authorization": "Bearer pi_x"}).text == "taken"
        assert client.post("/tool", headers={"Authorization": "Basic eA=="}).status_code == 403


def test_every_page_asks_a_stranger_to_sign_in(app: FastAPI, visitor: TestClient) -> None:
    open_to_all = ("/sign-in", "/sign-out", "/link/", "/set-up/", "/static/", "/help/", SIGNED)
    machine = ("/feed.json", "/healthz", "/readyz", *COOKIELESS)  # they say no in their own words
    for method, path in routes(app):
        if path == "/" or path.endswith(".ics") or path.startswith((*open_to_all, *machine)):
            continue
        answer = visitor.request(method, path)
        assert answer.status_code in (303, 422), (method, path)
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/sign-in"), (method, path)


def test_every_page_answers_head_as_it_answers_get(app: FastAPI, client: TestClient) -> None:
    pages = [path for method, path in routes(app) if method == "GET"]
    assert len(pages) > 15
    for path in pages:
        got, told = client.get(path), client.head(path)
        assert told.status_code == got.status_code, path
        assert told.content == b"", path
        for name in ("content-type", "content-length", "cache-control", "location"):
            assert told.headers.get(name) == got.headers.get(name), (path, name)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "testserver.evil.example", "127.0.0.1.nip.io", "", "[", "testserver@evil"],
)
def test_other_host_names_are_not_served(visitor: TestClient, host: str) -> None:
    assert visitor.get("/sign-in", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["testserver", "TestServer:8000", "127.0.0.1:1", "[::1]:8000"])
def test_our_host_names_are_served(visitor: TestClient, host: str) -> None:
    assert visitor.get("/sign-in", headers={"Host": host}).status_code == 200


def test_a_forwarded_host_changes_no_address(visitor: TestClient) -> None:
    page = visitor.get("/sign-in", headers={"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in page.text + str(page.headers)


@pytest.mark.parametrize("path", ["/api/v1/items", "/feed.json", "/inbox", "/mcp"])
def test_one_slash_too_many_leads_on_by_the_scheme_that_was_asked(
    visitor: TestClient, path: str
) -> None:
    """Behind a proxy that is https, which only the proxy knows: no token may follow to http."""
    answer = visitor.get(f"{path}/?limit=1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, f"{path}?limit=1")


def test_a_large_body_is_refused_whether_it_says_so_or_not(visitor: TestClient) -> None:
    big = b"email=" + b"x" * 2_000_000
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert visitor.post("/sign-in", content=big, headers=form).status_code == 413
    pieces = (big[i : i + 65536] for i in range(0, len(big), 65536))
    assert visitor.post("/sign-in", content=pieces, headers=form).status_code == 413


def test_a_file_that_is_too_large_is_refused_on_a_page_that_says_what_helps(
    visitor: TestClient,
) -> None:
    length = {"Content-Length": "200000000"}
    page = visitor.post("/sources/import", content=b"", headers=length)

    assert page.status_code == 413
    assert page.headers["content-type"].startswith("text/html")
    assert "too large: at most 32 MB are taken" in page.text


@pytest.mark.parametrize(
    "hostile",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n//evil.example",
        " //evil.example",
        "/ok\r\nSet-Cookie: a=b",
        "evil.example",
        "",
        "///evil.example",
        "/\x00",
    ],
)
def test_the_way_back_never_leads_off_this_site(hostile: str) -> None:
    assert local(hostile) == "/"


@pytest.mark.parametrize(
    "ours",
    ["/", "/inbox", "/inbox?tab=week&q=a%20b&item=3", "/items/1#notes", "/a//b", "/%2f%2fe.com"],
)
def test_the_way_back_keeps_our_own_addresses(ours: str) -> None:
    assert local(ours) == ours
