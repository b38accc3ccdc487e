"""An installation of several processes, all of them by one clock that a test moves."""

import asyncio
import logging
import os
import queue
import signal
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from app import crash
from app.config import Settings
from app.db import Database
from app.jobs.scheduler import jobs_of
from app.main import create_app
from app.secrets import Vault

KEY = "a key for the tests only"


@dataclass(frozen=True)
class SharedClock:
    """One clock for all processes: a file of eight bytes."""

    path: Path

    def __call__(self) -> datetime:
        (at,) = struct.unpack("d", self.path.read_bytes())
        return datetime.fromtimestamp(at, UTC)

    def set(self, at: datetime) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600)
        os.pwrite(handle, struct.pack("d", at.timestamp()), 0)  # all eight at once
        os.close(handle)


@dataclass(frozen=True, kw_only=True)
class Share:
    """What a process of this installation is given."""

    url: str
    folder: Path
    smtp_url: str
    web: bool
    crash_at: str = ""

    def settings(self) -> Settings:
        return Settings(
            data_dir=self.folder,
            database_url=SecretStr(self.url),
            secret_key=SecretStr(KEY),
            smtp_url=SecretStr(self.smtp_url),
            mail_per_minute=0,
            tick_seconds=0.8,
            sync_workers=1,
        )


def work(share: Share, clock: SharedClock) -> None:
    """What ``serve`` and ``worker`` do until they are told to stop."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a busy machine skips some ticks
    stop = queue.SimpleQueue[int]()
    signal.signal(signal.SIGTERM, lambda number, _frame: stop.put(number))
    if share.crash_at:
        crash.arm(share.crash_at)
    if share.web:
        asyncio.run(_serve(share, clock, stop))
        return
    database = Database(share.url)
    jobs = jobs_of(share.settings(), database, Vault([KEY]), now=clock)
    jobs.start()
    stop.get()
    jobs.stop()


async def _serve(share: Share, clock: SharedClock, stop: queue.SimpleQueue[int]) -> None:
    app = create_app(share.settings(), now=clock)
    async with app.router.lifespan_context(app):
        await asyncio.to_thread(stop.get)
