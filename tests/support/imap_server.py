"""Real IMAP servers on loopback, started and ended by the test run: Debian's dovecot where it is
installed, and PyPI's pymap everywhere.
"""

import imaplib
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path

import pytest

from tests.support import dovecot
from tests.support.certificates import relay

USER = "rin"
PASSWORD = "mailbox-4711-secret"
# Its own hash takes half a second of work for each sign-in.
PYMAP = (
    "import pymap.config as config, pymap.main as pymap, pysasl.hashing as hashing;"
    " config.BuiltinHash = hashing.Cleartext; pymap.main()"
)
SERVERS = ("dovecot", "pymap") if dovecot.program() else ("pymap",)


class ImapHost:
    """The mailbox of ``user``. ``tls_port`` is 0 without a key."""

    user = USER
    password = PASSWORD

    def __init__(self, port: int, tls_port: int) -> None:
        self.port = port
        self.tls_port = tls_port

    @contextmanager
    def owner(self) -> Iterator[imaplib.IMAP4]:
        """The mailbox as its owner's mail program has it."""
        with imaplib.IMAP4("127.0.0.1", self.port) as client:
            client.login(USER, PASSWORD)
            yield client

    def deliver(self, folder: str, *mails: tuple[bytes, datetime]) -> None:
        """Each with the moment of its arrival."""
        with self.owner() as client:
            client.create(f'"{folder}"')
            for data, arrived in mails:
                kind, said = client.append(
                    f'"{folder}"', None, imaplib.Time2Internaldate(arrived), data
                )
                assert kind == "OK", said

    def flags(self, folder: str) -> list[bytes]:
        """What is marked on each mail."""
        with self.owner() as client:
            client.select(f'"{folder}"', readonly=True)
            said = client.fetch("1:*", "(FLAGS)")[1]
        return [flags for line in said for flags in imaplib.ParseFlags(line)]

    def delete(self, folder: str) -> None:
        """All mails of a folder, for good."""
        with self.owner() as client:
            client.select(f'"{folder}"')
            client.store("1:*", "+FLAGS", "\\Deleted")
            client.expunge()

    def remove(self, folder: str) -> None:
        """The folder itself; one made later under its name numbers its mails anew."""
        with self.owner() as client:
            client.delete(f'"{folder}"')


@contextmanager
def imap_server(
    name: str, key: Path | None = None, *, introspection: str = ""
) -> Iterator[ImapHost]:
    """The server of that name. ``key`` is a PEM file for TLS; ``introspection`` the address that
    knows access tokens, which only dovecot asks.
    """
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        port, tls_port = free_port(), free_port() if key else 0
        if name == "dovecot":
            command = dovecot.command(
                folder, port, tls_port, key=key, password=PASSWORD, introspection=introspection
            )
        else:
            pytest.importorskip("pymap", reason="pymap is not installed: make test does it")
            account = ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
            here = ["--host", "127.0.0.1", "--port", str(port), "--no-tls"]
            command = [sys.executable, "-c", PYMAP, *here, *account]
            if key:
                stack.enter_context(relay(key, tls_port, to=port))
        log = stack.enter_context((folder / "output").open("wb"))
        process = stack.enter_context(subprocess.Popen(command, stdout=log, stderr=log))
        stack.callback(process.terminate)
        wait_for(port, process, folder)
        yield ImapHost(port, tls_port)


def wait_for(port: int, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    """Until it greets: it listens before that."""
    while process.poll() is None:
        with (
            suppress(OSError),
            socket.create_connection(("127.0.0.1", port), timeout=10) as client,
        ):
            if client.recv(4):
                return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    said = "".join(file.read_text() for file in folder.glob("*") if file.name in {"log", "output"})
    pytest.fail(f"the mail server did not start: {said or 'it says nothing'}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
