"""A real IMAP server on loopback: Debian's dovecot, started and ended by the test run."""

import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import pytest

PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
PASSWORD = "dovecot-4711-secret"
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
first_valid_gid = 1
{users}
namespace inbox {{
  inbox = yes
  separator = /
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
"""
NOT_ROOT = """
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
service imap-login {{
  chroot =
}}
service anvil {{
  chroot =
}}
"""


class Dovecot:
    """A mailbox for every user name, all with one password. ``tls_port`` is 0 without a key."""

    password = PASSWORD

    def __init__(self, folder: Path, port: int, tls_port: int) -> None:
        self.folder = folder
        self.port = port
        self.tls_port = tls_port

    @contextmanager
    def owner(self, user: str) -> Iterator[imaplib.IMAP4]:
        """The mailbox as its owner's mail program has it."""
        with imaplib.IMAP4("127.0.0.1", self.port) as client:
            client.login(user, PASSWORD)
            yield client

    def deliver(self, user: str, folder: str, data: bytes, arrived: datetime) -> None:
        with self.owner(user) as client:
            client.create(f'"{folder}"')
            kind, said = client.append(
                f'"{folder}"', None, imaplib.Time2Internaldate(arrived), data
            )
            assert kind == "OK", said

    def flags(self, user: str, folder: str) -> list[bytes]:
        """What is marked on each mail."""
        with self.owner(user) as client:
            client.select(f'"{folder}"', readonly=True)
            said = client.fetch("1:*", "(FLAGS)")[1]
        return [flags for line in said for flags in imaplib.ParseFlags(line)]


@contextmanager
def dovecot(key: Path | None = None) -> Iterator[Dovecot]:
    """Skips where dovecot is not installed. ``key`` is a PEM file for TLS."""
    program = shutil.which("dovecot", path=PATH)
    if program is None:
        pytest.skip("dovecot is not installed: apt-get install dovecot-imapd")
    # Its mail processes never run as root, so they need a folder that others may enter.
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    try:
        folder.chmod(0o755)
        (folder / "mail").mkdir()
        (folder / "mail").chmod(0o777)
        made = Dovecot(folder, free_port(), free_port() if key else 0)
        (folder / "conf").write_text(config(made, key))
        with subprocess.Popen(
            [program, "-F", "-c", str(folder / "conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                wait_for(made, process)
                yield made
            finally:
                process.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def config(server: Dovecot, key: Path | None) -> str:
    root = os.geteuid() == 0
    user = "nobody" if root else pwd.getpwuid(os.geteuid()).pw_name
    group = "nogroup" if root else str(os.getegid())
    tls = f"yes\nssl_cert = <{key}\nssl_key = <{key}" if key else "no"
    return CONFIG.format(
        folder=server.folder,
        ssl=tls,
        users="" if root else NOT_ROOT.format(user=user, group=group),
        password=PASSWORD,
        user=user,
        group=group,
        port=server.port,
        tls_port=server.tls_port,
    )


def wait_for(server: Dovecot, process: "subprocess.Popen[bytes]") -> None:
    """Until it greets: it listens before that."""
    while process.poll() is None:
        with (
            suppress(OSError),
            socket.create_connection(("127.0.0.1", server.port), timeout=10) as client,
        ):
            if client.recv(4):
                return
    log = server.folder / "log"
    pytest.fail(f"dovecot did not start: {log.read_text() if log.exists() else 'no log'}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
