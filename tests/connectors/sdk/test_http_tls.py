"""The certificate is checked against the name, though the socket goes to an address."""

import ssl
from collections.abc import Callable

import pytest

from connectors.sdk.errors import FormatChanged, Unavailable
from tests.connectors.sdk.conftest import OpenSession
from tests.connectors.sdk.raw_server import RawServer, json_reply, reply
from tests.support.certificates import Authority

NAME = "api.example.com"
Certify = Callable[..., ssl.SSLContext]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


def test_the_name_is_asked_for_and_checked(session: OpenSession, authority: Authority) -> None:
    asked_for: list[str | None] = []
    context = authority.server(NAME)
    context.sni_callback = lambda _sock, name, _context: asked_for.append(name)
    with RawServer(tls=context) as server:
        server.plan(json_reply({"ok": True}))
        http = session((NAME,), (NAME,), tls=authority.trust, resolve=lambda *_: ["127.0.0.1"])

        for _ in range(2):
            assert http.request("GET", server.url(host=NAME)).json() == {"ok": True}

        assert asked_for == [NAME]
        assert server.asked[0].headers["host"] == f"{NAME}:{server.port}"
        assert server.connections == 1


def test_an_address_can_have_a_certificate(session: OpenSession, authority: Authority) -> None:
    with RawServer(tls=authority.server("127.0.0.1")) as server:
        server.plan(json_reply({}))

        assert session(tls=authority.trust).request("GET", server.url()).status == 200


BAD = {
    "of another host": ({"name": "other.example.com"}, "Hostname mismatch"),
    "expired": ({"name": NAME, "days": -1}, "expired"),
    "signed by itself": ({"name": NAME, "own": False}, "self-signed"),
}


@pytest.mark.parametrize(("made", "why"), BAD.values(), ids=BAD)
def test_a_bad_certificate_is_refused_with_its_reason(
    session: OpenSession, authority: Authority, made: dict[str, object], why: str
) -> None:
    with RawServer(tls=authority.server(**made)) as server:
        server.plan(json_reply({}))
        http = session(
            (NAME,), (NAME,), tls=authority.trust, resolve=lambda *_: ["127.0.0.1"], attempts=1
        )

        with pytest.raises(Unavailable, match=why) as raised:
            http.request("GET", server.url(host=NAME), headers={"Authorization": "secret"})

        assert "certificate of api.example.com is not valid" in raised.value.message
        assert server.asked == []


def test_a_certificate_that_the_system_does_not_know_is_refused(
    session: OpenSession, authority: Authority
) -> None:
    with (
        RawServer(tls=authority.server("127.0.0.1")) as server,
        pytest.raises(Unavailable, match="certificate"),
    ):
        session(attempts=1).request("GET", server.url())


def test_a_port_that_speaks_no_tls_is_unavailable(server: RawServer, session: OpenSession) -> None:
    server.plan(json_reply({}))

    with pytest.raises(Unavailable, match="TLS"):
        session(attempts=1).request("GET", server.url().replace("http:", "https:"))


def test_a_redirect_never_drops_the_encryption(
    server: RawServer, session: OpenSession, authority: Authority
) -> None:

    with RawServer(tls=authority.server("127.0.0.1")) as secure:
        secure.plan(reply(status=302, headers=[("Location", server.url())]))

        with pytest.raises(FormatChanged, match="without encryption"):
            session(tls=authority.trust).request("GET", secure.url())

    assert server.asked == []
