"""Behind the syncs: what changed is compared with what other sources give."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.core.words import Clock
from app.db import Database
from app.services import doubles


@dataclass(kw_only=True)
class Comparer:
    """Suggests deadlines that two sources give. Any number of processes may have one."""

    database: Database
    now: Callable[[], datetime]
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    stopping: threading.Event = field(default_factory=threading.Event)

    def compare(self) -> int:
        """All that changed since the last time, a few items in a transaction; how many."""
        done = 0
        while not self.stopping.is_set():
            clock = Clock(now=self.now().astimezone(UTC), zone=self.zone)
            with self.database.read() as session:
                if not doubles.waits(session, clock):
                    break
            with self.database.write() as session:
                done += doubles.compare(session, clock=clock)
        return done
