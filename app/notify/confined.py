"""What a process may not do from now on: an audit hook that sees to it, whoever asks.

It is not against who wants to break out of Python, but against what an address can make a library
do: reach into our network, also by a redirect or a name that changes, read or write a file, run
a command.
"""

import os
import socket
import ssl
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from app.paths import ROOT
from connectors.sdk.addresses import ASK_OPERATOR, Gate, Reach, reach

RUNS = frozenset(
    {
        *("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty"),
        *("os.spawn", "pty.spawn"),
    }
)
CHANGES = frozenset(
    {
        *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink"),
        *("os.truncate", "os.chmod", "os.chown", "shutil.rmtree", "shutil.copyfile"),
    }
)
DATAGRAMS = frozenset({"socket.sendto", "socket.sendmsg"})
SENDS = ((socket.socket, ("send", "sendall")), (ssl.SSLSocket, ("send", "sendall", "write")))
"""By what bytes leave that a library wants to send; what TLS itself says is none of these."""
INSIDE = "The chat leads to an address inside our own network."
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Forbidden(PermissionError):
    """This process may not do that."""


class Confined:
    """The rules. ``refused`` says why something was; ``handed_over``: something has left."""

    def __init__(self, gate: Gate, resolve: Callable[[str, int], Sequence[str]]) -> None:
        self._gate, self._resolve = gate, resolve
        self._allowed: frozenset[str] = frozenset()
        self._readable = _readable()
        self.handed_over = False
        self.refused = ""

    def watch(self) -> None:
        """See from now on whether anything leaves."""
        for kind, names in SENDS:
            for name in names:
                setattr(kind, name, self._noting(getattr(kind, name)))

    def _noting(self, sends: Callable[..., Any]) -> Callable[..., Any]:
        def noting(*args: Any, **more: Any) -> Any:
            self.handed_over = True
            return sends(*args, **more)

        return noting

    def refused_for(self, plugin: Any) -> bool:
        """Look up where the service is, where the address names that; whether it is not allowed."""
        host, port = str(getattr(plugin, "host", None) or ""), plugin.port
        port = int(port or (443 if plugin.secure else 80))
        try:
            found = self._resolve(host, port) if host else ()
        except (OSError, UnicodeError):
            return False  # many addresses have a token there; what is none cannot be reached
        if host and self._gate.allows_private(host, port):
            self._allowed = frozenset(found)
            return False
        if any(reach(address) is not Reach.PUBLIC for address in found):
            self.refused = f"{INSIDE} {ASK_OPERATOR}"
        return bool(self.refused)

    def hook(self, event: str, args: tuple[Any, ...]) -> None:
        """Called by Python itself before it does such a thing."""
        if event == "socket.connect":
            self._connects(args[0], args[1])
        elif event in DATAGRAMS:
            self._may_reach(args[1])
            self.handed_over = True
        elif event == "open":
            self._opens(*args)
        elif event in RUNS or event in CHANGES:
            self._refuse("The chat's address asks for something on this machine.")

    def _connects(self, one: socket.socket, address: Any) -> None:
        if one.family not in (socket.AF_INET, socket.AF_INET6):
            self._refuse("The chat's address leads to this machine.")
        self._may_reach(address)

    def _may_reach(self, address: Any) -> None:
        ip = str(address[0]) if isinstance(address, tuple) and address else ""
        kind = reach(ip)
        if kind is Reach.PUBLIC or (kind is Reach.PRIVATE and ip in self._allowed):
            return
        self._refuse(f"{INSIDE} {ASK_OPERATOR}")

    def _opens(self, path: Any, _mode: Any, flags: Any) -> None:
        if isinstance(path, int) or str(path) in (os.devnull, "/dev/urandom"):
            return
        where = os.path.realpath(os.fsdecode(path))
        writes = isinstance(flags, int) and flags & WRITING
        if writes or not (where.startswith(self._readable) or where.endswith("mime.types")):
            self._refuse("The chat's address names a file of this machine.")

    def _refuse(self, why: str) -> None:
        self.refused = self.refused or why
        raise Forbidden(why)


def _readable() -> tuple[str, ...]:
    """Where Python, its libraries, and what is known of certificates, names and zones are."""
    trusted = ssl.get_default_verify_paths()
    places = {
        *(sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values()),
        *(trusted.openssl_capath, str(Path(trusted.openssl_cafile).parent)),
        *("/etc/ssl", "/etc/pki", "/usr/share/zoneinfo", "/usr/share/ca-certificates"),
        *("/etc/hosts", "/etc/resolv.conf", "/etc/localtime"),
        *(str(ROOT / "app"), str(ROOT / "connectors")),
    }
    real = {os.path.realpath(place) for place in places if place}
    return tuple(f"{place}{os.sep}" if Path(place).is_dir() else place for place in sorted(real))
