"""Once a day, by whichever process is first: throw away what nobody needs any more."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from app import crash
from app.db import Database
from app.models import PRUNE
from app.services import chores, pruning, uploads

log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Keeper:
    """Prunes the database and the uploads. Any number of processes may have one."""

    database: Database
    uploads: Path
    now: Callable[[], datetime]
    stopping: threading.Event = field(default_factory=threading.Event)

    def prune(self) -> None:
        """All that may go, in short transactions, if it is time and nobody else does it."""
        now = self.now()
        with self.database.read() as session:
            if not chores.due(session, PRUNE, now=now):
                return
        with self.database.write(counts=False) as session:
            if not chores.claim(session, PRUNE, now=now):
                return
        crash.here("pruning")
        gone = self._rows(now)
        with self.database.read() as session:
            removed = pruning.removed_connections(session)
        uploads.prune(self.uploads, removed, now=now)
        if self.stopping.is_set():
            return  # whoever comes next goes on in an hour
        with self.database.write(counts=False) as session:
            chores.done(session, PRUNE, now=now)
        if gone:
            log.info("threw away %s old rows", gone)

    def _rows(self, now: datetime) -> int:
        gone = 0
        while not self.stopping.is_set():
            with self.database.read() as session:
                found = pruning.spent(session, now=now)
            if found is None:
                break
            with self.database.write(counts=False) as session:
                pruning.throw_away(session, found, now=now)
            gone += len(found.keys)
            crash.here("pruned")
        return gone
