"""Behind the history: what somebody should hear of goes into the ledger of what leaves."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from app import crash
from app.config import Settings
from app.core.words import Clock
from app.db import Database
from app.services import telling


@dataclass(kw_only=True)
class Teller:
    """Reads along and writes down who is told what. Any number of processes may have one.

    ``then`` sends what may leave at once.
    """

    database: Database
    settings: Settings
    now: Callable[[], datetime]
    stopping: threading.Event = field(default_factory=threading.Event)
    then: Callable[[], object] = lambda: None

    def tell(self) -> bool:
        """All that happened since the last time; whether this process did it."""
        clock = Clock(now=self.now(), zone=self.settings.zone)
        mail = self.settings.smtp_url is not None
        with self.database.read() as session:
            found = telling.look(session, clock=clock, mail=mail)
        if found is None or self.stopping.is_set():
            return False
        crash.here("telling")
        with self.database.write(counts=False) as session:
            mine = telling.tell(session, found, home=self.settings.public_url, now=clock.now)
            crash.here("told")
        if mine:
            self.then()
        return mine
