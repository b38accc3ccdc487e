"""Every sign-in puts its secret where the platform wants it, and nowhere else."""

import json
from base64 import b64encode
from urllib.parse import parse_qs

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.sdk.errors import AuthFailed
from tests.connectors.http_api.conftest import Api, Read

SECRET = "secret-4711-of-nobody"
DECLARATION = """\
name: Contoso
base: "{base}"
sign_in: SIGN_IN
streams:
  things:
    kind: notice
    path: /things
    pager: {type: next_link, next: next}
    rows: rows
    map: {id: id, title: id}
"""


def read(api: Api, sign_in: str, **settings: str) -> Read:
    return api.read(api.config(DECLARATION.replace("SIGN_IN", sign_in), **settings), "things")


def two_pages(request: Request, body: bytes) -> Response:
    """The link to the second page repeats the query, as many platforms do."""
    if "page" in request.query_params:
        return JSONResponse({"rows": [{"id": "2"}]})
    query = f"{request.url.query}&" if request.url.query else ""
    return JSONResponse({"rows": [{"id": "1"}], "next": f"?{query}page=2"})


@pytest.mark.parametrize(
    ("sign_in", "header", "value"),
    [
        ("{type: key, header: X-Api-Key}", "x-api-key", SECRET),
        (
            "{type: key, header: Authorization, prefix: 'Token '}",
            "authorization",
            f"Token {SECRET}",
        ),
        ("{type: bearer}", "authorization", f"Bearer {SECRET}"),
    ],
)
def test_a_key_is_in_its_header_on_every_page(
    api: Api, sign_in: str, header: str, value: str
) -> None:
    api.answers["things"] = two_pages

    found = read(api, sign_in, key=SECRET)

    assert [record.external_id for record in found.records] == ["1", "2"]
    assert [request.headers.get(header) for request, _ in api.heard] == [value, value]


@pytest.mark.promise("P8")
def test_a_key_in_the_query_stands_there_once_and_in_no_error(api: Api) -> None:
    api.answers["things"] = two_pages
    found = read(api, "{type: key, query: api_key}", key=SECRET)

    assert [record.external_id for record in found.records] == ["1", "2"]
    assert [request.query_params.getlist("api_key") for request, _ in api.heard] == [[SECRET]] * 2

    del api.answers["things"]
    refused = read(api, "{type: key, query: api_key}", key=SECRET).error
    assert refused is not None
    assert SECRET not in f"{refused!r} {refused} {vars(refused)}"


def test_basic_is_user_name_and_password(api: Api) -> None:
    api.answers["things"] = two_pages

    assert read(api, "{type: basic}", username="me", password=SECRET).end is not None

    pair = b64encode(f"me:{SECRET}".encode()).decode()
    assert api.heard[0][0].headers["authorization"] == f"Basic {pair}"


@pytest.mark.parametrize(
    ("place", "pair"), [("username", f"{SECRET}:"), ("password", f"key:{SECRET}")]
)
def test_a_key_may_take_the_place_of_user_name_or_password(api: Api, place: str, pair: str) -> None:
    api.answers["things"] = two_pages

    assert read(api, f"{{type: basic, key: {place}}}", key=SECRET).end is not None

    told = api.heard[0][0].headers["authorization"]
    assert told == f"Basic {b64encode(pair.encode()).decode()}"


def test_a_key_and_a_secret_may_stand_in_a_header_each(api: Api) -> None:
    api.answers["things"] = two_pages
    sign_in = "{type: key, header: X-App, secret_header: X-Secret}"

    assert read(api, sign_in, key="app-4711-of-nobody", client_secret=SECRET).end is not None

    for request, _ in api.heard:
        assert request.headers["x-app"] == "app-4711-of-nobody"
        assert request.headers["x-secret"] == SECRET


def test_user_name_and_password_earn_a_token_where_nothing_newer_is_known(api: Api) -> None:
    api.answers["things"] = two_pages
    api.answers["token"] = lambda request, body: JSONResponse({"access_token": "t-1234567"})

    sign_in = "{type: password, token_url: /token, scope: read}"
    assert read(api, sign_in, username="me", password=f" {SECRET}", client_id="us").end is not None

    asked = parse_qs(api.heard[0][1].decode())
    assert asked == {
        "grant_type": ["password"],
        "username": ["me"],
        "password": [f" {SECRET}"],
        "client_id": ["us"],
        "scope": ["read"],
    }
    assert api.heard[1][0].headers["authorization"] == "Bearer t-1234567"


@pytest.mark.promise("P8")
def test_a_login_of_the_platforms_own_earns_a_token_and_another_when_it_ran_out(api: Api) -> None:
    given: list[str] = []

    def login(request: Request, body: bytes) -> Response:
        if json.loads(body) != {"user": "me", "pass": SECRET, "realm": "partners"}:
            return JSONResponse({"reason": SECRET}, status_code=400)
        given.append(f"session-{len(given)}-4711")
        return JSONResponse({"data": {"session": given[-1]}})

    def things(request: Request, body: bytes) -> Response:
        if len(given) < 2 and "page" in request.query_params:
            return Response(status_code=401)
        assert request.headers["x-session"] == f"id={given[-1]}"
        return two_pages(request, body)

    api.answers |= {"login": login, "things": things}
    sign_in = (
        "{type: login, token_url: /login, username: user, password: pass, token: data.session,"
        " extra: {realm: partners}, header: X-Session, prefix: 'id='}"
    )

    assert read(api, sign_in, username="me", password=SECRET).end is not None
    refused = read(api, sign_in, username="you", password=SECRET).error

    assert len(given) == 2
    assert isinstance(refused, AuthFailed)
    assert SECRET not in f"{refused} {vars(refused)}"


def test_a_login_whose_answer_is_the_token_alone(api: Api) -> None:
    api.answers["things"] = two_pages
    api.answers["login"] = lambda request, body: JSONResponse("session-4711-x")

    found = read(
        api, "{type: login, token_url: /login, send: form}", username="me", password="p-47-11"
    )

    assert found.end is not None
    assert parse_qs(api.heard[0][1].decode()) == {"username": ["me"], "password": ["p-47-11"]}
    assert api.heard[1][0].headers["authorization"] == "Bearer session-4711-x"


@pytest.mark.parametrize(("client", "in_body"), [("body", True), ("basic", False)])
def test_an_oauth_client_is_told_in_the_body_or_as_basic(
    api: Api, client: str, in_body: bool
) -> None:
    api.answers["things"] = two_pages
    api.answers["token"] = lambda request, body: JSONResponse({"access_token": "t-1234567"})

    found = read(
        api,
        f"{{type: client_credentials, token_url: /token, client: {client}, "
        "extra: {audience: x}}",
        client_id="me",
        client_secret=SECRET,
    )

    request, body = api.heard[0]
    asked = parse_qs(body.decode())
    assert found.end is not None
    assert asked["audience"] == ["x"]
    assert (asked.get("client_secret") == [SECRET]) is in_body
    assert request.headers.get("authorization", "").startswith("Basic ") is not in_body
    assert api.heard[1][0].headers["authorization"] == "Bearer t-1234567"


def test_a_refresh_token_that_is_replaced_is_kept_before_it_is_of_use(api: Api) -> None:
    api.answers["things"] = two_pages
    api.answers["token"] = lambda request, body: JSONResponse(
        {"access_token": "t-1234567", "refresh_token": "the-next-one"}
    )

    sign_in = "{type: refresh_token, token_url: /token, send: json}"
    assert read(api, sign_in, refresh_token="the-first-one").end is not None

    assert b'"refresh_token":"the-first-one"' in api.heard[0][1].replace(b": ", b":")
    assert api.secrets.replaced == {"refresh_token": "the-next-one"}


def test_a_sign_in_that_is_refused_asks_for_credentials(api: Api) -> None:
    api.answers["things"] = lambda request, body: Response(status_code=401)

    assert isinstance(read(api, "{type: bearer}", key=SECRET).error, AuthFailed)
