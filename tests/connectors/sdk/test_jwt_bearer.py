"""Assertions signed with a private key: what the platform gets, and what nobody gets to see."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from pydantic import SecretStr

from connectors.sdk.auth import Authorized, JwtBearer
from connectors.sdk.errors import AuthFailed, ConfigInvalid
from connectors.sdk.http import HttpSession
from connectors.sdk.redact import redact
from tests.connectors.sdk.conftest import START, OpenSession, Time
from tests.connectors.sdk.raw_server import Asked, Raw, RawServer, json_reply

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(
    key: Any = KEY,
    *,
    form: PrivateFormat = PrivateFormat.PKCS8,
    locked: KeySerializationEncryption | None = None,
) -> str:
    written: bytes = key.private_bytes(Encoding.PEM, form, locked or NoEncryption())
    return written.decode()


def part(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Platform:
    """It verifies by itself, without the library that signed, and refuses what has run out."""

    def __init__(self, server: RawServer, time: Time) -> None:
        self.time = time
        self.claims: list[dict[str, Any]] = []
        self.fields: list[dict[str, list[str]]] = []
        self.headers: list[dict[str, Any]] = []
        self.refusal: dict[str, str] | None = None
        server.plan(self.answer)

    def answer(self, asked: Asked) -> Raw:
        if asked.path != "/token":
            good = asked.headers.get("authorization") == f"Bearer canary-access-{len(self.claims)}"
            return json_reply({}, status=200 if good else 401)
        fields = parse_qs(asked.body.decode())
        self.fields.append(fields)
        if self.refusal:
            return json_reply(self.refusal, status=400)
        head, body, signature = fields["assertion"][0].split(".")
        KEY.public_key().verify(
            part(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256()
        )
        self.headers.append(json.loads(part(head)))
        claims = json.loads(part(body))
        now = self.time.now().timestamp()
        if not claims["iat"] <= now < claims["exp"]:
            return json_reply({"error": "invalid_grant"}, status=400)
        self.claims.append(claims)
        return json_reply(
            {
                "access_token": f"canary-access-{len(self.claims)}",
                "instance_url": "https://acme.example",
                "id_token": "canary-id-token",
            }
        )


@pytest.fixture
def platform(server: RawServer, time: Time) -> Platform:
    return Platform(server, time)


SignedIn = Callable[..., JwtBearer]


@pytest.fixture
def http(session: OpenSession) -> HttpSession:
    return session(attempts=1)


@pytest.fixture
def signed_in(http: HttpSession, server: RawServer) -> SignedIn:
    def make(**more: Any) -> JwtBearer:
        given = {
            "issuer": "the-app",
            "audience": "https://login.example",
            "subject": "jane@partner.example",
            "private_key": SecretStr(pem()),
            "now": http.now,
        }
        return JwtBearer(http, token_url=server.url("/token"), **(given | more))

    return make


def test_an_assertion_says_who_for_whom_and_how_long(
    platform: Platform, signed_in: SignedIn
) -> None:
    assert signed_in().headers() == {"Authorization": "Bearer canary-access-1"}
    assert platform.claims == [
        {
            "iss": "the-app",
            "sub": "jane@partner.example",
            "aud": "https://login.example",
            "iat": int(START.timestamp()),
            "exp": int(START.timestamp()) + 180,
        }
    ]
    assert platform.fields[0]["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]


def test_claims_scope_key_and_lifetime_are_the_platforms_own(
    platform: Platform, signed_in: SignedIn
) -> None:
    signed_in(
        subject=None,
        claims={"scope": "read all"},
        scope="read",
        key_id="key-7",
        lifetime=timedelta(hours=1),
    ).token()
    claims = platform.claims[0]
    assert "sub" not in claims
    assert claims["scope"] == "read all"
    assert claims["exp"] - claims["iat"] == 3600
    assert platform.fields[0]["scope"] == ["read"]
    assert platform.headers[0]["kid"] == "key-7"


def test_a_token_that_ends_early_is_renewed_with_a_new_assertion(
    platform: Platform, signed_in: SignedIn, http: HttpSession, server: RawServer, time: Time
) -> None:
    signed = Authorized(http, signed_in())
    signed.request("GET", server.url("/things"))
    time.sleep(1800)
    platform.claims.append({})  # the platform ends its token: it takes the next one only
    signed.request("GET", server.url("/things"))
    assert len(platform.fields) == 2
    assert platform.claims[-1]["iat"] == int(START.timestamp()) + 1800


def test_two_people_of_one_session_have_tokens_of_their_own(
    platform: Platform, signed_in: SignedIn
) -> None:
    first, second = signed_in(subject="a@partner.example"), signed_in(subject="b@partner.example")
    assert first.token() != second.token()
    assert signed_in(subject="a@partner.example").token() == first.token()


def test_what_comes_beside_the_token_is_told_but_no_other_token(
    platform: Platform, signed_in: SignedIn
) -> None:
    assert signed_in().beside("instance_url") == "https://acme.example"
    assert signed_in().beside("id_token") is None
    assert signed_in().beside("access_token") is None


@pytest.mark.parametrize(
    "written",
    [
        pem(),
        pem(form=PrivateFormat.TraditionalOpenSSL),
        pem().replace("\n", ""),
        pem().replace("\n", " "),
        pem().replace("\n", "\r\n"),
        pem().replace("\n", "\\n"),
        f"Bag Attributes\n  friendlyName: x\n{pem()}",
    ],
    ids=["pkcs8", "pkcs1", "one-line", "blanks", "crlf", "written-n", "with-attributes"],
)
def test_a_key_may_have_lost_its_line_ends(
    platform: Platform, signed_in: SignedIn, written: str
) -> None:
    assert signed_in(private_key=SecretStr(written)).token() == "canary-access-1"


@pytest.mark.promise("P8")
@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("canary-no-key" * 9, "not one in PEM form"),
        (pem()[:600] + "\n-----END PRIVATE KEY-----\n", "cannot be read"),
        (pem(locked=BestAvailableEncryption(b"canary")), "passphrase"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "cannot sign with RS256"),
    ],
    ids=["no-key", "cut", "locked", "another-kind"],
)
def test_a_key_that_cannot_sign_is_named_without_being_shown(
    platform: Platform, signed_in: SignedIn, written: str, said: str
) -> None:
    with pytest.raises(ConfigInvalid, match=said) as caught:
        signed_in(private_key=SecretStr(written)).token()
    told = f"{caught.value} {caught.value.remedy} {caught.value.__cause__}"
    assert written[40:60] not in told
    assert "canary" not in told
    assert caught.value.remedy


@pytest.mark.promise("P8")
def test_neither_key_nor_assertion_leaves_in_any_text(
    platform: Platform, signed_in: SignedIn
) -> None:
    one_line = pem().replace("\n", "")
    signed_in(private_key=SecretStr(one_line)).token()
    assertion = platform.fields[0]["assertion"][0]
    for secret in (one_line, pem(), pem().replace("\n", "\\n"), assertion):
        assert secret[-400:] not in redact(f"it said: {secret}")


def test_a_refusal_says_what_helps_and_never_the_platforms_own_words(
    platform: Platform, signed_in: SignedIn
) -> None:
    platform.refusal = {
        "error": "invalid_grant",
        "error_description": "User hasn't approved canary-key",
    }
    remedies = {"user hasn't approved": "Let the app in."}
    with pytest.raises(AuthFailed) as caught:
        signed_in(remedies=remedies).token()
    assert str(caught.value) == (
        "The platform does not accept the signature of the private key (invalid_grant)."
    )
    assert caught.value.remedy == "Let the app in."


def test_a_refusal_in_unknown_words_keeps_the_usual_remedy(
    platform: Platform, signed_in: SignedIn
) -> None:
    platform.refusal = {"error": "invalid_grant", "error_description": "something new"}
    with pytest.raises(AuthFailed) as caught:
        signed_in(remedies={"user hasn't approved": "Let the app in."}).token()
    assert caught.value.remedy == JwtBearer.remedy
