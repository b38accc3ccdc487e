"""Keeps one throw-away Postgres alive for as long as its own standard input stays open.

A process of its own, so that the server and its folder go away however the tests end:
when they are killed, the operating system closes the pipe. Standard library only.

    python postgres_keeper.py BINARIES     prints one line of JSON: {"folder": …} or {"error": …}
"""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NoReturn

READY_WITHIN = 60.0
SETTINGS = {
    "listen_addresses": "",  # a Unix socket only: nothing to collide with, nothing to reach
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "max_connections": "100",
    "log_min_messages": "fatal",
}


class CannotStart(Exception):
    """Says in one sentence why there is no server."""


def main() -> None:
    """Start, say where, wait for the end of input, clean up."""
    signal.signal(signal.SIGTERM, _leave)
    folder = Path(tempfile.mkdtemp(prefix="partner-inbox-postgres-"))
    server = None
    try:
        server = start(Path(sys.argv[1]), folder)
        _say(folder=str(folder), pid=os.getpid())
        sys.stdin.buffer.read()
    except CannotStart as why:
        _say(error=str(why))
    finally:
        if server:
            server.send_signal(signal.SIGQUIT)
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _leave(*_: object) -> NoReturn:
    raise SystemExit(0)


def _say(**what: object) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201 - the protocol with the tests


def start(binaries: Path, folder: Path) -> subprocess.Popen[bytes]:
    """A server that answers on a socket in ``folder``."""
    identity = _identity(folder)
    binaries = _reachable(binaries, folder, identity)
    _initdb(binaries, folder, identity)
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [binaries / "postgres", "-D", folder / "data", "-k", folder, *settings],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **identity,
        )
    _await_ready(server, folder)
    return server


def _identity(folder: Path) -> dict[str, Any]:
    """How to start Postgres: it refuses to run as root, so root lends it the user nobody."""
    plain: dict[str, Any] = {
        "cwd": folder,
        "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": os.environ.get("TZ", "UTC")},
    }
    if os.geteuid() != 0:
        return plain
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return plain | {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _reachable(binaries: Path, folder: Path, identity: dict[str, Any]) -> Path:
    """A checkout in root's home is closed to nobody: then a copy beside the data will do."""
    try:
        subprocess.run([binaries / "postgres", "--version"], **identity, check=True, **_QUIET)
    except PermissionError:
        copy = folder / "install"
        shutil.copytree(binaries.parent, copy, symlinks=True)
        return copy / binaries.name
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotStart(f"{binaries}/postgres does not run: {error}") from error
    return binaries


_QUIET: dict[str, Any] = {"stdin": subprocess.DEVNULL, "capture_output": True}


def _initdb(binaries: Path, folder: Path, identity: dict[str, Any]) -> None:
    done = subprocess.run(
        [
            *(binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust"),
            *("-E", "UTF8", "--no-locale", "--no-sync"),
        ],
        **identity,
        **_QUIET,
        check=False,
    )
    if done.returncode:
        raise CannotStart(f"initdb failed: {done.stderr.decode(errors='replace').strip()}")


def _await_ready(server: subprocess.Popen[bytes], folder: Path) -> None:
    """Postgres writes "ready" as the eighth line of its pid file once it takes connections."""
    pid_file = folder / "data" / "postmaster.pid"
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        lines = pid_file.read_text().splitlines() if pid_file.exists() else []
        if len(lines) > 7 and lines[7].strip() == "ready":
            return
        time.sleep(0.02)
    server.kill()
    log = (folder / "log").read_text(errors="replace").strip()
    raise CannotStart(f"Postgres did not start: {log or 'it said nothing'}")


if __name__ == "__main__":
    main()
