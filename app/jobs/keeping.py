"""Once a day, by whichever process is first: throw away what nobody needs any more."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from app import crash
from app.core.retention import UNNAMED
from app.db import Database
from app.models import PRUNE
from app.services import attachments, chores, pruning, uploads
from app.services.bulk import chunks
from app.services.contents import Contents

log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Keeper:
    """Prunes the database, the uploads and the files. Any number of processes may have one."""

    database: Database
    uploads: Path
    contents: Contents
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
        self._contents(now)
        if self.stopping.is_set():
            return  # whoever comes next goes on in an hour
        with self.database.write(counts=False) as session:
            chores.done(session, PRUNE, now=now)
        if gone:
            log.info("threw away %s old rows", gone)

    def _contents(self, now: datetime) -> None:
        """Contents that no file of an item needs and that have lain there for a day.

        Asked again while nobody can add a file, so that none goes that was just named anew.
        """
        before = now - UNNAMED
        self.contents.tidy(before=before)
        old = [place.name for place in self.contents.every() if uploads.lay_there(place, before)]
        for names in chunks(old, pruning.BATCH):
            with self.database.read() as session:
                spare = attachments.unneeded(session, names, now=now)
            if not spare or self.stopping.is_set():
                continue
            with self.database.write(counts=False) as session:
                attachments.add_nothing(session)
                for name in attachments.unneeded(session, spare, now=now):
                    self.contents.remove(name)

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
