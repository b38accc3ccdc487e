"""Loads the sample company into an inbox that is empty: its platforms run for as long as that
takes, in this process, and every source is read once, the way any source is read.

Only this loader's syncs may reach these addresses of the machine itself; what anybody else's
connection may reach stays as the installation says.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from app.core.words import Clock
from app.demo import company, platforms, story
from app.demo.platforms import Platforms
from app.jobs.syncing import Syncer
from app.models import Trigger
from app.services import samples
from app.services.contents import Contents
from app.services.samples import Superseded

log = logging.getLogger(__name__)

Running = Callable[..., AbstractContextManager[Platforms]]
Watch = Callable[[int, int], None]
"""How many sources were read, of how many."""


@dataclass(frozen=True, kw_only=True)
class Loader:
    """Begins to load and reads on in a thread; ``ended`` is set when that is over. ``running``
    gives the platforms.
    """

    syncer: Syncer
    running: Running = platforms.running
    ended: threading.Event = field(default_factory=threading.Event)

    def begin(self, user_id: int) -> None:
        """The inbox is the sample's when this returns; it fills while people watch.

        Raises ``Conflict`` beside anything real.
        """
        token = self._begin(user_id)
        threading.Thread(
            target=partial(self._go, token, user_id), name="sample", daemon=True
        ).start()

    def load(self, user_id: int, watch: Watch = lambda _done, _of: None) -> None:
        """The same, and returns when all is there. Raises ``Conflict``, or ``Superseded`` when
        somebody wiped it meanwhile.
        """
        self._read(self._begin(user_id), user_id, watch)

    def _begin(self, user_id: int) -> str:
        with self.syncer.database.write() as session:
            return samples.begin(session, user_id=user_id, now=self.syncer.now()).token

    def _go(self, token: str, user_id: int) -> None:
        try:
            self._read(token, user_id, lambda _done, _of: None)
        except Superseded:
            log.warning("the sample company was wiped while it was loaded")
        except Exception:
            log.exception("the sample company could not be loaded")
            with suppress(Exception):
                self._give_up(token)
        finally:
            self.ended.set()

    def _give_up(self, token: str) -> None:
        with self.syncer.database.write() as session:
            samples.give_up(session, token, now=self.syncer.now())

    def _read(self, token: str, user_id: int, watch: Watch) -> None:
        database, now = self.syncer.database, self.syncer.now
        with TemporaryDirectory() as folder, self.running(now=now()) as running:
            with database.write() as session:
                others = [one for one in company.PEOPLE if one != company.ADMIN]
                planned = running.planned(Path(folder), now=now())
                vault = self.syncer.vault
                ids = samples.found(session, token, planned, others, vault=vault, now=now())
            settings = self.syncer.settings.model_copy(
                update={"allowed_private_hosts": running.addresses}
            )
            syncer = replace(self.syncer, settings=settings)
            for done, id_ in enumerate(ids, start=1):
                if self.syncer.stopping.is_set():
                    self._give_up(token)
                    return
                syncer.run(id_, trigger=Trigger.SAMPLE)
                with database.write() as session:
                    samples.heard(session, token, done=done, now=now())
                watch(done, len(ids))
        clock = Clock(now=now(), zone=self.syncer.settings.zone)
        contents = Contents(folder=self.syncer.settings.files)
        with database.write() as session:
            samples.finish(session, token, now=now())
            story.settle_in(session, clock=clock, contents=contents, admin_id=user_id)
