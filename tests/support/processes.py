"""Work in other processes, where it can be killed as ``kill -9`` would.

They are forked from a server that has imported the application once, so that a process
costs milliseconds. What crosses over must pickle.
"""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from app import crash
from app.config import Settings
from app.db import Database
from app.jobs.calling import Caller, Sender
from app.jobs.mailing import Mailer
from app.jobs.noticing import Messenger
from app.jobs.syncing import Syncer
from app.jobs.telling import Teller
from app.secrets import Vault
from connectors import registry
from connectors.sdk.connector import Connector

_fork = multiprocessing.get_context("forkserver")
_fork.set_forkserver_preload(
    [
        *(__name__, "tests.support.installed", "psycopg"),
        *(path.partition(":")[0] for path in registry.BUILT_IN),
    ]
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a process works: on which database, with which clock, to die at which point.

    ``private_hosts`` are those that its connections may talk to beside the internet's.
    """

    url: str
    folder: Path
    now: datetime
    crash_at: str = ""
    smtp_url: str = ""
    private_hosts: tuple[str, ...] = ()

    def settings(self) -> Settings:
        smtp = SecretStr(self.smtp_url) if self.smtp_url else None
        return Settings(
            data_dir=self.folder, smtp_url=smtp, allowed_private_hosts=self.private_hosts
        )

    def database(self) -> Database:
        if self.crash_at:
            crash.arm(self.crash_at)
        return Database(self.url)


def started(work: Callable[..., None], *args: Any) -> Any:
    """A process that is doing that work."""
    process = _fork.Process(target=work, args=args, daemon=True)
    process.start()
    return process


def exit_code(work: Callable[..., None], *args: Any) -> int | None:
    """Have the work done, and say how the process ended: -9 is killed."""
    process = started(work, *args)
    process.join()
    code: int | None = process.exitcode
    process.close()
    return code


def sync(place: Place, connection_id: int, connector: Connector, times: int = 1) -> None:
    """Read that connection, as whoever finds it due does."""
    database = place.database()
    syncer = Syncer(
        database=database,
        vault=Vault(["a key for the tests only"]),
        settings=place.settings(),
        now=lambda: place.now,
    )
    with registry.installed(connector):
        for _ in range(times):
            syncer.run(connection_id, trigger="test")
    database.close()


def send_mail(place: Place, owner: str = "another process") -> None:
    """Send the notices and digests that are due."""
    database = place.database()
    mailer = Mailer(
        database=database,
        settings=place.settings(),
        vault=Vault(["a key for the tests only"]),
        owner=owner,
        now=lambda: place.now,
    )
    tell(place, database, owner)
    mailer.send_digests()
    database.close()


def tell(place: Place, database: Database, owner: str) -> None:
    """Write down who is told what, and mail what was gathered."""
    edge: dict[str, Any] = {
        "database": database,
        "settings": place.settings(),
        "now": lambda: place.now,
    }
    Teller(**edge).tell()
    vault = Vault(["a key for the tests only"])
    Messenger(**edge, vault=vault, owner=owner).send_notices()


def call_webhooks(place: Place) -> None:
    """Call what is due, as every process does at each tick."""
    database = place.database()
    sender = Sender(
        database=database,
        vault=Vault(["a key for the tests only"]),
        settings=place.settings(),
        now=lambda: place.now,
    )
    caller = Caller(sender)
    caller.call_webhooks()
    caller.stop()
    database.close()
