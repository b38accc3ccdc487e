"""Where a session may connect: names by an allow-list, addresses by what they are.

A name says nothing of the address behind it, so both are checked: the name before a
request is sent, the address when the socket is opened, and the socket goes to exactly
the address that was checked. A name that resolves differently a second later (DNS
rebinding) therefore wins nothing.
"""

import socket
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx2

from connectors.sdk.errors import ConfigInvalid

Resolve = Callable[[str, int], Sequence[str]]
"""All addresses of a host, as text; raises ``OSError`` where there are none."""

DEFAULT_PORTS = {"https": 443, "http": 80}

ASK_OPERATOR = (
    "If this host is meant, whoever runs Partner Inbox can allow it in"
    " PARTNER_INBOX_ALLOWED_PRIVATE_HOSTS."
)


class Reach(StrEnum):
    """Who an address leads to."""

    PUBLIC = "public"
    PRIVATE = "private"  # our own machine or network: only where the operator allows the host
    NEVER = "never"  # leads to no platform, whoever allows it


_PRIVATE_V4 = [
    IPv4Network(net)
    for net in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
]
# Tables of our own: what ``ipaddress.is_global`` says differs between Python's patch releases.
_NEVER_V4 = [
    IPv4Network(net)
    for net in (
        "0.0.0.0/8",  # "this host": connects to loopback on many systems
        "100.100.100.200/32",  # metadata service of a cloud, inside the carrier range
        "168.63.129.16/32",  # metadata service of a cloud, at an otherwise public address
        "169.254.0.0/16",  # link-local, and the metadata service of most clouds
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
_PUBLIC_V6 = IPv6Network("2000::/3")
_PRIVATE_V6 = [IPv6Network(net) for net in ("::1/128", "fc00::/7")]
_NEVER_V6 = [
    IPv6Network(net)
    for net in (
        "2001::/23",  # Teredo and other protocol assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4 carries any IPv4 address inside, and no platform needs it
        "3fff::/20",
        "fd00:ec2::/32",  # metadata service of a cloud
    )
]
_NAT64 = IPv6Network("64:ff9b::/96")


def reach(address: str) -> Reach:
    """What kind of address this is; what is no address at all is ``NEVER``."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return Reach.NEVER
    if isinstance(parsed, IPv4Address):
        return _reach_v4(parsed)
    return _reach_v6(parsed)


def _reach_v4(address: IPv4Address) -> Reach:
    if any(address in net for net in _NEVER_V4):
        return Reach.NEVER
    if any(address in net for net in _PRIVATE_V4):
        return Reach.PRIVATE
    return Reach.PUBLIC


def _reach_v6(address: IPv6Address) -> Reach:
    if address.scope_id is not None:  # a zone exists on link-local addresses only
        return Reach.NEVER
    if address.ipv4_mapped is not None:
        return _reach_v4(address.ipv4_mapped)
    if address in _NAT64:  # networks without IPv4 reach every IPv4 platform this way
        return _reach_v4(IPv4Address(int(address) & 0xFFFFFFFF))
    if any(address in net for net in _NEVER_V6):
        return Reach.NEVER
    if any(address in net for net in _PRIVATE_V6):
        return Reach.PRIVATE
    return Reach.PUBLIC if address in _PUBLIC_V6 else Reach.NEVER


def resolve(host: str, port: int) -> list[str]:
    """The system's answer, each address once, in the system's order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Gate:
    """The allow-list of one session.

    An entry is "host", "*.host" (any name below, not itself) or either with ":port";
    IPv6 in brackets where a port follows.
    """

    def __init__(self, hosts: Iterable[str], private_hosts: Iterable[str]) -> None:
        self._hosts = [_entry(host) for host in hosts]
        self._private = [_entry(host) for host in private_hosts]

    def allows(self, host: str, port: int) -> bool:
        return any(_matches(entry, host, port) for entry in self._hosts)

    def allows_private(self, host: str, port: int) -> bool:
        return any(_matches(entry, host, port) for entry in self._private)

    def check(self, url: httpx2.URL) -> None:
        """Raises ``ConfigInvalid`` unless a request may go to this address."""
        host, port = host_of(url), port_of(url)
        if not host or url.scheme not in DEFAULT_PORTS or port > 65_535:
            raise ConfigInvalid("The address is not a web address that starts with https://.")
        if url.userinfo:
            raise ConfigInvalid(
                "The address holds a user name or password.",
                remedy="Enter the address without them, and the sign-in in its own fields.",
            )
        self._check_host(host, port)
        if url.scheme != "https" and not self.allows_private(host, port):
            raise ConfigInvalid(
                f"The address of {host} does not start with https://, so anybody on the way"
                " could read what is sent.",
                remedy=f"Use the https:// address. {ASK_OPERATOR}",
            )

    def check_line(self, host: str, port: int, *, tls: bool) -> str:
        """The host's name as it is looked up, for a connection that is no HTTP.

        Raises ``ConfigInvalid`` like ``check``.
        """
        try:
            name = _idna(host.strip().lower().strip("[]"))
        except (ValueError, httpx2.InvalidURL):
            name = ""
        if not name or not 0 < port <= 65_535:
            raise ConfigInvalid("The server is not a host name with a port.")
        self._check_host(name, port)
        if not tls and not self.allows_private(name, port):
            raise ConfigInvalid(
                f"The connection to {name} would not be encrypted, so anybody on the way could"
                " read the sign-in.",
                remedy=f"Use the server's encrypted port. {ASK_OPERATOR}",
            )
        return name

    def _check_host(self, host: str, port: int) -> None:
        if not self.allows(host, port):
            raise ConfigInvalid(f"{host} is not one of the hosts that this connection may reach.")

    def check_addresses(self, host: str, port: int, addresses: Sequence[str]) -> None:
        """Raises ``ConfigInvalid`` if any of a host's addresses is not for us to reach.

        One bad address among good ones refuses the host: an honest platform has none.
        """
        kinds = {reach(address) for address in addresses}
        if Reach.NEVER in kinds:
            raise ConfigInvalid(f"{host} leads to a reserved network address.")
        if Reach.PRIVATE in kinds and not self.allows_private(host, port):
            raise ConfigInvalid(
                f"{host} leads to an address inside our own network.", remedy=ASK_OPERATOR
            )


def host_of(url: httpx2.URL) -> str:
    """The host as it is looked up: lower case, IDNA, without brackets."""
    return url.raw_host.decode("ascii")


def port_of(url: httpx2.URL) -> int:
    """The port that will be connected to; 0 for a scheme that is not HTTP."""
    return url.port or DEFAULT_PORTS.get(url.scheme, 0)


def _entry(text: str) -> tuple[str, int | None]:
    try:
        return _parsed(text.strip().lower())
    except (ValueError, httpx2.InvalidURL):
        raise ConfigInvalid("A host name in the settings is not a valid one.") from None


def _parsed(text: str) -> tuple[str, int | None]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, int(rest[1:]) if rest.startswith(":") else None
    host, colon, port = text.rpartition(":")
    if colon and ":" not in host:
        return _idna(host), int(port)
    return (text if ":" in text else _idna(text)), None


def _idna(host: str) -> str:
    wild = host.startswith("*.")
    name = httpx2.URL(scheme="https", host=host.removeprefix("*.")).raw_host.decode("ascii")
    return f"*.{name}" if wild else name


def _matches(entry: tuple[str, int | None], host: str, port: int) -> bool:
    pattern, only_port = entry
    if only_port is not None and only_port != port:
        return False
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1
    return host == pattern
