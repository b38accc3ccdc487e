"""Refresh tokens that are good for one use: what is stored is what the platform takes next."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from connectors.sdk.auth import Authorized, RefreshToken
from connectors.sdk.connector import InMemory
from connectors.sdk.errors import AuthFailed
from connectors.sdk.http import HttpSession
from tests.connectors.sdk.conftest import OpenSession, Time
from tests.connectors.sdk.raw_server import Asked, Raw, RawServer, json_reply


class Platform:
    """It takes each refresh token once, and gives another with the access token."""

    def __init__(self, server: RawServer) -> None:
        self.valid = "canary-refresh-0"
        self.given = 0
        self.rotates = True
        self.fields: list[dict[str, list[str]]] = []
        server.plan(self.answer)

    def answer(self, asked: Asked) -> Raw:
        if asked.path != "/token":
            signed = asked.headers.get("authorization") == f"Bearer canary-access-{self.given}"
            return json_reply({}, status=200 if signed else 401)
        fields = parse_qs(asked.body.decode())
        self.fields.append(fields)
        if fields["refresh_token"] != [self.valid]:
            return json_reply({"error": "invalid_grant"}, status=400)
        self.given += 1
        answer = {"access_token": f"canary-access-{self.given}", "expires_in": 600}
        if self.rotates:
            self.valid = f"canary-refresh-{self.given}"
            answer["refresh_token"] = self.valid
        return json_reply(answer)


class Stored(InMemory):
    """What is stored, and whether it was stored before anything else was asked."""

    def __init__(self, platform: Platform) -> None:
        super().__init__()
        self.platform = platform

    def replace(self, name: str, *, used: str, new: str) -> None:
        assert used != new == self.platform.valid
        super().replace(name, used=used, new=new)


@pytest.fixture
def platform(server: RawServer) -> Platform:
    return Platform(server)


@pytest.fixture
def http(session: OpenSession) -> HttpSession:
    return session(attempts=1)


SignedIn = Callable[..., RefreshToken]


@pytest.fixture
def signed_in(http: HttpSession, server: RawServer, time: Time) -> SignedIn:
    def make(secrets: InMemory, **more: Any) -> RefreshToken:
        return RefreshToken(
            http,
            token_url=server.url("/token"),
            refresh_token=SecretStr("canary-refresh-0"),
            secrets=secrets,
            now=time.now,
            **more,
        )

    return make


def test_a_new_refresh_token_is_stored_before_the_access_token_is_used(
    platform: Platform, signed_in: SignedIn, http: HttpSession, server: RawServer
) -> None:
    kept = Stored(platform)
    Authorized(http, signed_in(kept)).request("GET", server.url("/things"))

    assert kept.replaced == {"refresh_token": "canary-refresh-1"}
    assert [asked.path for asked in server.asked] == ["/token", "/things"]


def test_each_new_token_is_asked_for_with_the_newest_refresh_token(
    platform: Platform, signed_in: SignedIn
) -> None:
    kept = Stored(platform)
    credentials = signed_in(kept)
    first = credentials.token()
    second = credentials.renew(first)

    assert (first, second) == ("canary-access-1", "canary-access-2")
    assert kept.replaced == {"refresh_token": "canary-refresh-2"}


def test_a_platform_that_keeps_its_refresh_token_stores_nothing(
    platform: Platform, signed_in: SignedIn
) -> None:
    platform.rotates = False
    kept = InMemory()
    credentials = signed_in(kept)
    credentials.renew(credentials.token())

    assert kept.replaced == {}
    assert platform.given == 2


def test_what_another_process_stored_meanwhile_is_tried_before_anybody_is_told(
    platform: Platform, signed_in: SignedIn
) -> None:
    class Meanwhile(InMemory):
        """The other process stores its token between our look and our refusal."""

        looks = 0

        def current(self, name: str) -> str | None:
            self.looks += 1
            return None if self.looks == 1 else "canary-refresh-9"

    platform.valid = "canary-refresh-9"
    assert signed_in(Meanwhile()).token() == "canary-access-1"


def test_a_refused_refresh_token_says_what_to_do_and_is_asked_about_once(
    platform: Platform, signed_in: SignedIn
) -> None:
    platform.valid = "another"
    credentials = signed_in(InMemory())
    for _ in range(2):
        with pytest.raises(AuthFailed, match=r"refresh token .*invalid_grant") as refused:
            credentials.token()
        assert "Sign in on the platform again" in refused.value.remedy
        assert "canary" not in f"{refused.value} {refused.value.remedy}"
    assert len(platform.fields) == 1


def test_client_and_extra_fields_are_sent_where_there_are_some(
    platform: Platform, signed_in: SignedIn
) -> None:
    signed_in(
        InMemory(), client_id="app", client_secret=SecretStr("hush-hush"), extra={"scope": "read"}
    ).token()
    signed_in(InMemory(), extra={"scope": "write"})

    assert platform.fields == [
        {
            "grant_type": ["refresh_token"],
            "client_id": ["app"],
            "client_secret": ["hush-hush"],
            "scope": ["read"],
            "refresh_token": ["canary-refresh-0"],
        }
    ]
