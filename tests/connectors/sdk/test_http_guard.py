"""Where a session can be led, and where not."""

import socket
from typing import Any

import pytest

from connectors.sdk.addresses import Reach, reach
from connectors.sdk.errors import ConfigInvalid, ConnectorError, FormatChanged
from tests.connectors.sdk.conftest import OpenSession, Sockets
from tests.connectors.sdk.raw_server import Asked, Raw, RawServer, json_reply, reply
from tests.support.network import Guard, OutsideWorld

PUBLIC = "93.184.215.14"

SPELLINGS = """
    127.0.0.1 127.1 127.0.1 0x7f.1 0x7f000001 0x7f.0.0.1 0177.0.0.1 0177.1 017700000001
    2130706433 127.0.0.1. 127。0。0。1 127.0.0.01 0 0.0.0.0 0x0 00000000 localhost localhost.
    LOCALHOST localhost.localdomain
    [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1]
    [::ffff:0:127.0.0.1] [0:0:0:0:0:ffff:7f00:0001]
    [64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::1] [2002:7f00:1::]
    [2002:a9fe:a9fe::1] [2001:0:7f00:1::] [fe80::1] [fe80::1%25lo] [fe80::1%lo] [fec0::1] [fc00::1]
    [fd00:ec2::254] [fd12:3456::1] [ff02::1] [2001:db8::1] [3fff::1] [100::1]
    10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 100.100.100.200
    169.254.169.254 0xa9fea9fe 2852039166 169.254.1 168.63.129.16 192.0.0.192 192.0.2.1 198.18.0.1
    198.51.100.7 203.0.113.7 192.88.99.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
    %31%32%37.0.0.1 127.0.0.1%00.example.com ①②⑦.⓪.⓪.① ⑯⑨.254.169.254 [::1 ::1 a..b
"""
INWARD = SPELLINGS.split()


@pytest.mark.parametrize("host", INWARD)
def test_no_spelling_of_an_inward_address_opens_a_socket(
    session: OpenSession, sockets: Sockets, network: Guard, host: str
) -> None:
    def like_the_system(name: str, port: int) -> list[str]:
        """Numbers as the system reads them; names without asking anybody."""
        if name.rstrip(".").lower() in ("localhost", "localhost.localdomain"):
            return ["127.0.0.1"]
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [str(entry[4][0]) for entry in found]

    bare = host.strip("[]").lower().replace("%25", "%")
    for hosts in ((host,), (bare,), ("*." + bare,)):
        try:
            http = session(hosts=hosts, private=(), attempts=1, resolve=like_the_system)
        except ConfigInvalid:
            continue
        with pytest.raises(ConnectorError):
            http.request("GET", f"https://{host}/latest/meta-data")

    assert sockets.connected == []


RESOLVED = [
    "127.0.0.1",
    "10.1.2.3",
    "169.254.169.254",
    "::1",
    "::ffff:10.0.0.1",
    "fe80::1%eth0",
    "64:ff9b::a00:1",
    "fd00::1",
    "0.0.0.0",
    "not an address",
]


@pytest.mark.parametrize("address", RESOLVED)
@pytest.mark.parametrize("others", [[], [PUBLIC]], ids=["alone", "behind a public one"])
def test_a_public_name_that_leads_inward_opens_no_socket(
    session: OpenSession, sockets: Sockets, address: str, others: list[str]
) -> None:
    http = session(
        hosts=("7f000001.nip.example",), private=(), resolve=lambda *_: [*others, address]
    )

    with pytest.raises(ConfigInvalid, match=r"7f000001\.nip\.example leads to"):
        http.request("GET", "https://7f000001.nip.example/feed.ics")
    assert sockets.connected == []


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        (PUBLIC, Reach.PUBLIC),
        ("2606:4700::1111", Reach.PUBLIC),
        ("64:ff9b::5db8:d70e", Reach.PUBLIC),  # that public IPv4 address, seen over NAT64
        ("::ffff:93.184.215.14", Reach.PUBLIC),
        ("172.15.255.255", Reach.PUBLIC),
        ("172.32.0.0", Reach.PUBLIC),
        ("100.63.255.255", Reach.PUBLIC),
        ("100.128.0.0", Reach.PUBLIC),
        ("::ffff:169.254.169.254", Reach.NEVER),
        ("64:ff9b::a00:1", Reach.PRIVATE),
        ("::1", Reach.PRIVATE),
        ("fd00:ec2::254", Reach.NEVER),
    ],
)
def test_an_address_is_judged_by_what_it_leads_to(address: str, kind: Reach) -> None:
    assert reach(address) is kind


def test_a_name_that_changes_its_address_wins_nothing(
    server: RawServer, session: OpenSession, network: Guard, sockets: Sockets
) -> None:
    answers = [[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]]
    http = session(hosts=("rebind.example",), private=(), resolve=lambda *_: answers.pop(0))
    url = f"https://rebind.example:{server.port}/"

    # The suite's own guard stops the one connection that is right: to the address checked.
    with pytest.raises(OutsideWorld):
        http.request("GET", url)
    assert network.attempts == [f"{PUBLIC} port {server.port}"]
    network.attempts.clear()

    with pytest.raises(ConfigInvalid, match="inside our own network"):
        http.request("GET", url)
    assert server.connections == 0
    assert len(answers) == 1  # each connection looked the name up once


def test_the_connection_goes_to_the_checked_address_and_the_request_to_the_name(
    server: RawServer, session: OpenSession
) -> None:
    server.plan(json_reply({}))
    looked_up: list[tuple[str, int]] = []

    def once(host: str, port: int) -> list[str]:
        looked_up.append((host, port))
        return ["127.0.0.1"]

    http = session(hosts=("intranet.example",), private=("intranet.example",), resolve=once)

    reply = http.request("GET", server.url("/a?key=1", host="intranet.example"))

    assert looked_up == [("intranet.example", server.port)]
    assert server.asked[0].headers["host"] == f"intranet.example:{server.port}"
    assert reply.url == server.url("/a", host="intranet.example")


def test_the_next_address_is_tried_when_one_refuses(
    server: RawServer, session: OpenSession
) -> None:
    server.plan(json_reply({}))
    http = session(
        hosts=("two.example",),
        private=("two.example",),
        attempts=1,
        resolve=lambda *_: ["127.0.0.2", "127.0.0.1"],
    )

    assert http.request("GET", server.url(host="two.example")).status == 200


def test_ipv6_literals_work_where_the_operator_allows_them(session: OpenSession) -> None:
    with RawServer(host="::1") as server:
        server.plan(json_reply({}))
        http = session(hosts=("::1",), private=(f"[::1]:{server.port}",))

        assert http.request("GET", server.url()).status == 200
        assert server.asked[0].headers["host"] == f"[::1]:{server.port}"


@pytest.mark.parametrize("private", ["127.0.0.1:1", "10.0.0.1", "localhost", "127.0.0.10"])
def test_an_allowed_private_host_opens_no_other(
    server: RawServer, session: OpenSession, sockets: Sockets, private: str
) -> None:
    http = session(private=(private,))

    with pytest.raises(ConfigInvalid) as raised:
        http.request("GET", server.url())
    assert "PARTNER_INBOX_ALLOWED_PRIVATE_HOSTS" in raised.value.remedy
    assert sockets.connected == []


def test_metadata_services_stay_closed_even_for_an_allowed_host(
    session: OpenSession, sockets: Sockets
) -> None:
    http = session(
        hosts=("intranet.example",),
        private=("intranet.example",),
        resolve=lambda *_: ["169.254.169.254"],
    )

    with pytest.raises(ConfigInvalid, match="reserved"):
        http.request("GET", "http://intranet.example/")
    assert sockets.connected == []


@pytest.mark.parametrize(
    ("hosts", "url"),
    [
        (("api.example.com",), "https://evil.com/"),
        (("api.example.com",), "https://api.example.com.evil.com/"),
        (("api.example.com",), "https://xapi.example.com/"),
        (("api.example.com",), "https://api.example.com./"),
        (("api.example.com",), "https://api.example.com@evil.com/"),
        (("api.example.com",), "https://evil.com\\@api.example.com/"),
        (("api.example.com",), "https://user:pw@api.example.com/"),
        (("api.example.com",), "https://evil.com#@api.example.com/"),
        (("*.example.com",), "https://example.com/"),
        (("*.example.com",), "https://example.com.evil.com/"),
        (("*.example.com",), "https://.example.com/"),
        (("*.example.com",), "https://evilexample.com/"),
        (("api.example.com:8443",), "https://api.example.com/"),
        (("api.example.com",), "http://api.example.com/"),
        (("api.example.com",), "ftp://api.example.com/"),
        (("api.example.com",), "file:///etc/passwd"),
        (("api.example.com",), "//api.example.com/"),
        (("api.example.com",), "/path"),
        (("api.example.com",), ""),
        (("api.example.com",), "https://api.example.com:99999999/"),
        (("api.example.com",), "https://api.exa\nmple.com/"),
        ((), "https://api.example.com/"),
    ],
)
def test_an_address_outside_the_policy_is_refused_before_anything_is_looked_up(
    session: OpenSession, sockets: Sockets, hosts: tuple[str, ...], url: str
) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return [PUBLIC]

    http = session(hosts=hosts, private=(), resolve=resolve)

    with pytest.raises(ConfigInvalid):
        http.request("GET", url)
    assert asked == []
    assert sockets.connected == []


@pytest.mark.parametrize(
    ("hosts", "url"),
    [
        ("api.example.com", "https://API.Example.COM/x"),
        ("API.example.com", "https://api.example.com:443/x"),
        ("api.example.com", "https://api.example.com:8443/x"),
        ("api.example.com:8443", "https://api.example.com:8443/x"),
        ("*.example.com", "https://eu.api.example.com/x"),
        ("bücher.example", "https://xn--bcher-kva.example/x"),
        ("xn--bcher-kva.example", "https://bücher.example/x"),
    ],
)
def test_an_allowed_host_is_recognised_in_its_spellings(
    session: OpenSession, network: Guard, hosts: str, url: str
) -> None:
    http = session(hosts=(hosts,), private=(), resolve=lambda *_: [PUBLIC])

    with pytest.raises(OutsideWorld):
        http.request("GET", url)
    assert network.attempts[0].startswith(PUBLIC)
    network.attempts.clear()


def to(url: str, status: int = 302) -> Raw:
    return reply(status=status, headers=[("Location", url)])


SECRETS = {"Authorization": "Bearer secret-1", "X-Api-Key": "secret-2", "Cookie": "secret-3"}


def test_a_redirect_on_the_same_host_keeps_the_sign_in(
    server: RawServer, session: OpenSession
) -> None:
    server.plan(to("/v2/rows?page=1"), json_reply({"ok": True}))

    got = session().request("GET", server.url("/v1"), headers=SECRETS | {"Accept": "text/csv"})

    assert got.json() == {"ok": True}
    assert got.url == server.url("/v2/rows")
    assert server.asked[1].target == "/v2/rows?page=1"
    assert server.asked[1].headers["authorization"] == "Bearer secret-1"


def test_a_redirect_to_another_host_leaves_every_secret_behind(
    server: RawServer, session: OpenSession
) -> None:
    with RawServer(host="127.0.0.2") as other:
        server.plan(to(other.url("/there")))
        other.plan(json_reply({"ok": True}))
        both = ("127.0.0.1", "127.0.0.2")

        got = session(hosts=both, private=both).request(
            "GET", server.url(), headers=SECRETS | {"Accept": "text/csv"}
        )

    assert got.json() == {"ok": True}
    assert "secret" not in str(other.asked[0].headers)
    assert other.asked[0].headers["accept"] == "text/csv"
    assert other.asked[0].headers["host"] == f"127.0.0.2:{other.port}"


def test_another_port_is_another_host(server: RawServer, session: OpenSession) -> None:
    with RawServer() as other:
        server.plan(to(other.url()))
        other.plan(json_reply({}))

        session().request("GET", server.url(), headers=SECRETS)

    assert "secret" not in str(other.asked[0].headers)


LED_ASTRAY = [
    "http://169.254.169.254/latest/meta-data",
    "http://evil.example/",
    "https://localhost/",
    "//evil.example/x",
    "http://[::1]/",
    "http://2130706433/",
    "ftp://127.0.0.1/",
    "javascript:alert(1)",
    "http://user:secret-9@127.0.0.1/",
    "http://127.0.0.1:99999999/",
    "",
]


@pytest.mark.parametrize("target", LED_ASTRAY)
def test_a_redirect_out_of_the_policy_is_refused(
    server: RawServer, session: OpenSession, sockets: Sockets, target: str
) -> None:
    server.plan(to(target))
    http = session(private=(f"127.0.0.1:{server.port}",))

    with pytest.raises(FormatChanged, match="redirect") as raised:
        http.request("GET", server.url())

    assert {address[1] for address in sockets.connected} <= {server.port}
    assert "secret-9" not in f"{raised.value} {raised.value.remedy}"


@pytest.mark.parametrize("hops", [3, 4])
def test_redirects_are_followed_as_often_as_the_policy_says(
    server: RawServer, session: OpenSession, hops: int
) -> None:
    server.plan(*[to(f"/{hop}") for hop in range(hops)], json_reply({"ok": True}))
    http = session(max_redirects=3)

    if hops <= 3:
        assert http.request("GET", server.url()).json() == {"ok": True}
    else:
        with pytest.raises(FormatChanged, match="in circles"):
            http.request("GET", server.url())
        assert len(server.asked) == 4


def test_a_redirect_without_an_address_is_refused(server: RawServer, session: OpenSession) -> None:
    server.plan(reply(status=302))

    with pytest.raises(FormatChanged, match="no valid address"):
        session().request("GET", server.url())


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [
        (301, "GET", b""),
        (302, "GET", b""),
        (303, "GET", b""),
        (307, "POST", b"q"),
        (308, "POST", b"q"),
    ],
)
def test_a_query_that_is_redirected_on_its_host_follows_the_standard(
    server: RawServer, session: OpenSession, status: int, method: str, body: bytes
) -> None:
    server.plan(to("/there", status), json_reply({}))

    session().request("POST", server.url(), data=b"q")

    assert (server.asked[1].method, server.asked[1].body) == (method, body)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_query_is_never_repeated_on_another_host(
    server: RawServer, session: OpenSession, status: int
) -> None:
    with RawServer(host="127.0.0.2") as other:
        server.plan(to(other.url(), status))
        both = ("127.0.0.1", "127.0.0.2")

        with pytest.raises(FormatChanged, match="another host"):
            session(hosts=both, private=both).request("POST", server.url(), data=b"q")

        assert other.asked == []


def test_nothing_is_taken_from_the_environment(
    server: RawServer, session: OpenSession, monkeypatch: Any
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.plan(json_reply({}))

    session().request("GET", server.url())

    assert len(server.asked) == 1


def test_no_cookie_is_kept(server: RawServer, session: OpenSession) -> None:
    server.plan(json_reply({}, headers=[("Set-Cookie", "tracking=1")]))
    http = session()

    http.request("GET", server.url())
    http.request("GET", server.url())

    assert "cookie" not in server.asked[1].headers


def test_the_platform_learns_who_asks(server: RawServer, session: OpenSession) -> None:
    server.plan(json_reply({}))

    session().request("GET", server.url())

    assert server.asked[0].headers["user-agent"].startswith("PartnerInbox/")


def test_parameters_are_added_to_the_query_that_is_there(
    server: RawServer, session: OpenSession
) -> None:
    server.plan(json_reply({}))
    http = session()

    http.request("GET", server.url("/r?$skiptoken=a%2Bb%20c"))
    http.request("GET", server.url("/r?a=1"), params={"b": "x y", "c": None, "d": [1, 2]})

    def targets(asked: Asked) -> str:
        return asked.target

    assert [targets(asked) for asked in server.asked] == [
        "/r?$skiptoken=a%2Bb%20c",
        "/r?a=1&b=x+y&d=1&d=2",
    ]


@pytest.mark.parametrize("value", ["Bearer a\r\nX: 1", "Bearer ä", "Bearer \x00"])
def test_a_sign_in_that_http_cannot_carry_says_so_without_showing_it(
    server: RawServer, session: OpenSession, value: str
) -> None:
    with pytest.raises(ConfigInvalid, match="character") as raised:
        session().request("GET", server.url(), headers={"Authorization": value})

    assert "Bearer" not in f"{raised.value!r} {raised.value.remedy}"
    assert server.asked == []
