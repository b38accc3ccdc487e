"""Client credentials: one token however many ask, and what a refusal says."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.sdk.auth import Authorized, ClientCredentials
from connectors.sdk.errors import AuthFailed, Rejected, Unavailable
from connectors.sdk.http import HttpSession
from connectors.sdk.redact import MASK, redact
from tests.connectors.sdk.conftest import OpenSession, Time
from tests.connectors.sdk.raw_server import Asked, Raw, RawServer, json_reply, reply

SECRET = "canary-client-secret"


class Platform:
    """A platform that signs in at /token and knows which tokens it gave."""

    def __init__(self, server: RawServer) -> None:
        self.server = server
        self.given = 0
        self.good: set[str] = set()
        self.expires_in: Any = 3600
        self.token_answer: Raw | None = None
        server.plan(self.answer)

    def answer(self, asked: Asked) -> Raw:
        if asked.path != "/token":
            token = asked.headers.get("authorization", "").removeprefix("Bearer ")
            return json_reply({"path": asked.path}, status=200 if token in self.good else 401)
        if self.token_answer:
            return self.token_answer
        self.given += 1
        token = f"canary-token-{self.given}"
        self.good.add(token)
        more = {} if self.expires_in is None else {"expires_in": self.expires_in}
        return json_reply({"access_token": token, "token_type": "Bearer", **more})

    def sign_ins(self) -> list[Asked]:
        return [asked for asked in self.server.asked if asked.path == "/token"]


@pytest.fixture
def platform(server: RawServer) -> Platform:
    return Platform(server)


Credentials = Callable[..., ClientCredentials]


@pytest.fixture
def http(session: OpenSession) -> HttpSession:
    return session(attempts=2)


@pytest.fixture
def credentials(http: HttpSession, server: RawServer, time: Time) -> Credentials:
    def make(**more: Any) -> ClientCredentials:
        return ClientCredentials(
            more.pop("http", http),
            token_url=server.url("/token"),
            client_id="partner 1",
            client_secret=SecretStr(SECRET),
            now=time.now,
            **more,
        )

    return make


def test_the_secret_goes_as_a_form_in_the_body(
    platform: Platform, credentials: Credentials
) -> None:
    assert credentials().headers() == {"Authorization": "Bearer canary-token-1"}

    asked = platform.sign_ins()[0]
    assert (asked.method, asked.target) == ("POST", "/token")
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.body == (
        b"grant_type=client_credentials&client_id=partner+1&client_secret=canary-client-secret"
    )


def test_the_secret_goes_as_json_where_the_platform_wants_that(
    platform: Platform, credentials: Credentials
) -> None:
    credentials(as_json=True, extra={"audience": "https://api.example.com"}).token()

    assert platform.sign_ins()[0].json() == {
        "grant_type": "client_credentials",
        "client_id": "partner 1",
        "client_secret": SECRET,
        "audience": "https://api.example.com",
    }


def test_fifty_threads_make_one_sign_in(platform: Platform, credentials: Credentials) -> None:
    shared, got, start = credentials(), [], threading.Barrier(50)

    def ask() -> None:
        start.wait()
        got.append(shared.token())

    run_all(ask, 50)

    assert set(got) == {"canary-token-1"}
    assert len(got) == 50
    assert len(platform.sign_ins()) == 1


def test_fifty_threads_with_a_stale_token_make_one_new_sign_in(
    platform: Platform, credentials: Credentials
) -> None:
    shared, got, start = credentials(), [], threading.Barrier(50)
    stale = shared.token()

    def ask() -> None:
        start.wait()
        got.append(shared.renew(stale))

    run_all(ask, 50)

    assert set(got) == {"canary-token-2"}
    assert len(platform.sign_ins()) == 2


def test_streams_of_one_session_share_the_token(
    platform: Platform, credentials: Credentials, session: OpenSession
) -> None:
    assert credentials().token() == credentials().token()
    assert len(platform.sign_ins()) == 1

    assert credentials(http=session()).token() == "canary-token-2"


@pytest.mark.parametrize(
    ("expires_in", "good_for"),
    [
        (3600, 3540),
        ("3600", 3540),
        (3599.5, 3539.5),
        (None, 3540),
        ("soon", 3540),
        (0, 3540),
        (-1, 3540),
        (90, 45),
        (30, 15),
        (86_400 * 365, 23 * 3600),
        (1e300, 3540),
        ([], 3540),
    ],
)
def test_a_token_is_kept_until_shortly_before_its_end(
    platform: Platform, credentials: Credentials, time: Time, expires_in: Any, good_for: float
) -> None:
    platform.expires_in = expires_in
    shared = credentials()
    shared.token()

    time.passed += good_for - 0.1
    assert shared.token() == "canary-token-1"
    time.passed += 0.2
    assert shared.token() == "canary-token-2"


def test_a_token_is_kept_at_most_as_long_as_the_connector_says(
    platform: Platform, credentials: Credentials, time: Time
) -> None:
    shared = credentials(longest=timedelta(minutes=5))
    shared.token()

    time.passed += 301
    assert shared.token() == "canary-token-2"


REFUSED = {
    "401": reply(status=401),
    "401 invalid_client": json_reply(
        {"error": "invalid_client", "error_description": f"bad {SECRET}"}, status=401
    ),
    "403": reply(status=403),
    "400 invalid_client": json_reply(
        {"error": "invalid_client", "error_description": f"bad {SECRET}"}, status=400
    ),
    "404": reply("<h1>Not found</h1>", status=404),
    "200 with an error": json_reply({"error": "unauthorized_client"}),
    "200 without a token": json_reply({"token_type": "Bearer"}),
    "200 with an empty token": json_reply({"access_token": ""}),
    "200 with a token that is none": json_reply({"access_token": 7}),
    "200 with a list": json_reply([]),
    "a page": reply("<html>Sign in</html>"),
    "nothing": reply(b""),
}


@pytest.mark.parametrize("answer", REFUSED.values(), ids=REFUSED)
def test_a_refused_sign_in_says_what_to_do_and_shows_no_secret(
    platform: Platform, credentials: Credentials, answer: Raw
) -> None:
    platform.token_answer = answer

    with pytest.raises(AuthFailed) as raised:
        credentials().token()

    assert "client id and secret again" in raised.value.remedy
    assert SECRET not in f"{raised.value!r} {raised.value.remedy}"
    assert not raised.value.of_one_list, "with no token nothing else can be read either"


@pytest.mark.parametrize("status", [400, 401])
def test_the_platforms_own_code_is_in_the_refusal(
    platform: Platform, credentials: Credentials, status: int
) -> None:
    platform.token_answer = REFUSED[f"{status} invalid_client"]

    with pytest.raises(AuthFailed, match="invalid_client"):
        credentials().token()


@pytest.mark.parametrize("status", [400, 401])
def test_words_that_the_platform_is_known_to_use_have_a_remedy_of_their_own(
    platform: Platform, credentials: Credentials, status: int
) -> None:
    platform.token_answer = json_reply(
        {"error": "invalid_client", "error_description": "AB12: The secret has expired."},
        status=status,
    )

    with pytest.raises(AuthFailed) as raised:
        credentials(remedies={"ab12:": "Make a new secret."}).token()

    assert raised.value.remedy == "Make a new secret."


def test_a_refused_secret_is_not_tried_again_in_that_session(
    platform: Platform, credentials: Credentials
) -> None:
    platform.token_answer = reply(status=401)

    for shared in (credentials(), credentials()):
        with pytest.raises(AuthFailed):
            shared.token()
    assert len(platform.sign_ins()) == 1


@pytest.mark.parametrize("answer", [reply(status=500), reply(status=503)])
def test_a_sign_in_that_is_down_is_not_a_refusal(
    platform: Platform, credentials: Credentials, answer: Raw
) -> None:
    shared = credentials()
    platform.token_answer = answer

    with pytest.raises(Unavailable):
        shared.token()

    platform.token_answer = None
    assert shared.token() == "canary-token-1"


def test_a_token_that_ends_in_the_middle_of_a_list_is_renewed_once(
    platform: Platform, credentials: Credentials, http: HttpSession, server: RawServer
) -> None:
    authorized = Authorized(http, credentials())
    paths = []
    for page in range(4):
        if page == 2:
            platform.good.clear()
        url = server.url(f"/rows/{page}")
        paths.append(authorized.request("GET", url, params={"p": 1}).json()["path"])

    assert paths == ["/rows/0", "/rows/1", "/rows/2", "/rows/3"]
    assert len(platform.sign_ins()) == 2


def test_a_sign_in_that_never_helps_ends_after_one_renewal(
    platform: Platform, credentials: Credentials, http: HttpSession, server: RawServer
) -> None:
    server.plan(
        lambda asked: reply(status=401) if asked.path != "/token" else platform.answer(asked)
    )

    with pytest.raises(AuthFailed) as raised:
        Authorized(http, credentials()).request("GET", server.url("/rows"))

    assert raised.value.status == 401
    assert len(platform.sign_ins()) == 2


@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_that_a_new_token_cannot_cure_renews_nothing(
    platform: Platform, credentials: Credentials, http: HttpSession, status: int
) -> None:
    platform.server.plan(
        lambda asked: reply(status=status) if asked.path != "/token" else platform.answer(asked)
    )

    with pytest.raises((AuthFailed, Rejected)):
        Authorized(http, credentials()).request("GET", platform.server.url("/rows"))
    assert len(platform.sign_ins()) == 1


@pytest.mark.promise("P8")
def test_secret_and_token_are_masked_from_then_on(
    platform: Platform, credentials: Credentials
) -> None:
    shared = credentials()
    shared.token()

    assert redact(f"got {SECRET} and canary-token-1") == f"got {MASK} and {MASK}"
    assert SECRET not in repr(shared) + repr(vars(shared)["_grant"])


def run_all(work: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
