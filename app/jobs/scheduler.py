"""The alarm clock: every few seconds it asks the database who is due, and nothing else.

APScheduler gives only the interval; it holds no schedule of ours. Who is due, and that
only one worker gets it, is decided by rows (see ``services.syncing``), so that any number
of processes may run this.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from apscheduler.schedulers.background import BackgroundScheduler

from app.config import Settings
from app.db import Database
from app.jobs.calling import Caller, Sender
from app.jobs.comparing import Comparer
from app.jobs.keeping import Keeper
from app.jobs.mailing import Mailer
from app.jobs.noticing import Messenger
from app.jobs.syncing import Syncer, utc_now
from app.jobs.telling import Teller
from app.models import Trigger
from app.outages import outage_of
from app.secrets import Vault
from app.services import waking
from app.services.contents import Contents

log = logging.getLogger(__name__)

STOP_WITHIN = 20.0
"""Seconds that running syncs get to come to an end of their own."""

WAKES = 100
"""So many people may wake it while it looks."""


class Jobs:
    """Everything that happens by itself. ``start`` and ``stop``; thread-safe."""

    def __init__(
        self,
        syncer: Syncer,
        *,
        also: tuple[Callable[[], object], ...] = (),
        ends: tuple[Callable[[], None], ...] = (),
    ) -> None:
        """``also`` are further jobs: digests, what is told. Each has an alarm of its own, so that
        a mail server that does not answer delays no sync (P9). ``ends`` wait for what they began.
        """
        self.syncer = syncer
        settings = syncer.settings
        self._pool = ThreadPoolExecutor(settings.sync_workers, thread_name_prefix="sync")
        self._running: dict[int, Future[None]] = {}
        self._lock = threading.Lock()
        self._alarm = BackgroundScheduler(timezone="UTC")
        self._steps = (self._rouse, self._sync_due, *also)
        self._ends = ends
        self._waiting: set[Callable[[], object]] = set()

    def start(self) -> None:
        """Look at once, then at every interval."""
        for step in self._steps:
            self._alarm.add_job(
                self._guarded,
                "interval",
                args=(step,),
                seconds=self.syncer.settings.tick_seconds,
                next_run_time=utc_now(),
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        self._alarm.start()

    def wake(self) -> None:
        """Look who is due at once, because somebody waits for it; returns immediately."""
        self._alarm.add_job(
            self._guarded,
            args=(self._sync_due,),
            id="wake",
            replace_existing=True,
            max_instances=WAKES,  # one that still looks may have looked too early
            misfire_grace_time=None,
        )

    def stop(self) -> None:
        """Start nothing more; what runs ends after its page, or is taken over by its lease."""
        self.syncer.stopping.set()
        if self._alarm.running:
            self._alarm.pause()
            self._alarm.get_jobs()  # waits for the round that goes on: it would break off, loudly
            self._alarm.shutdown()  # waits: a mail that is being handed over is known to be sent
        with self._lock:
            running = list(self._running.values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for future in running:
            try:
                future.result(timeout=STOP_WITHIN)
            except Exception:
                log.warning("a sync did not end in time; its lease will pass", exc_info=True)
        for end in self._ends:
            end()

    def _guarded(self, step: Callable[[], object]) -> None:
        """One job's fault stops no other, nor itself at the next interval (P9).

        An outage is told as it begins and as it ends, not at every interval.
        """
        name = getattr(step, "__name__", "a job").strip("_")
        try:
            step()
        except Exception as error:
            outage = outage_of(error)
            if outage is None:
                log.exception("the job %s failed", name)
            elif step not in self._waiting:
                self._waiting.add(step)
                log.warning("the job %s waits: %s", name, outage)
            return
        if step in self._waiting:
            self._waiting.discard(step)
            log.warning("the job %s goes on", name)

    def _rouse(self) -> None:
        """Bring back what was snoozed until now."""
        now = self.syncer.now()
        with self.syncer.database.read() as session:
            sleepers = waking.overslept(session, now=now)
        if sleepers:
            with self.syncer.database.write() as session:
                waking.wake(session, now=now)

    def _sync_due(self) -> None:
        if self.syncer.stopping.is_set():
            return
        with self._lock:
            free = self.syncer.settings.sync_workers - len(self._running)
        if free <= 0:
            return
        for connection_id in self.syncer.due(limit=free):
            self._submit(connection_id)

    def _submit(self, connection_id: int) -> None:
        with self._lock:
            if connection_id in self._running:
                return
            future = self._pool.submit(self._sync, connection_id)
            self._running[connection_id] = future
        future.add_done_callback(lambda _done: self._forget(connection_id))

    def _forget(self, connection_id: int) -> None:
        with self._lock:
            self._running.pop(connection_id, None)

    def _sync(self, connection_id: int) -> None:
        try:
            self.syncer.run(connection_id, trigger=Trigger.SCHEDULE, only_due=True)
        except Exception as error:
            outage = outage_of(error)
            if outage is None:
                log.exception("the sync of connection %s failed", connection_id)
            else:
                log.warning("the sync of connection %s broke off: %s", connection_id, outage)


def jobs_of(
    settings: Settings, database: Database, vault: Vault, *, now: Callable[[], datetime] = utc_now
) -> Jobs:
    """Everything that happens by itself, not yet started."""
    syncer = Syncer(database=database, vault=vault, settings=settings, now=now)
    mailer = Mailer(
        database=database,
        settings=settings,
        vault=vault,
        owner=syncer.owner,
        now=syncer.now,
        stopping=syncer.stopping,
    )
    keeper = Keeper(
        database=database,
        uploads=settings.uploads,
        contents=Contents(folder=settings.files),
        now=syncer.now,
        stopping=syncer.stopping,
    )
    comparer = Comparer(
        database=database, now=syncer.now, zone=settings.zone, stopping=syncer.stopping
    )
    sender = Sender(
        database=database, vault=vault, settings=settings, owner=syncer.owner, now=syncer.now
    )
    caller = Caller(sender, syncer.stopping)
    teller = Teller(
        database=database,
        settings=settings,
        now=syncer.now,
        stopping=syncer.stopping,
        then=caller.call_webhooks,
    )
    messenger = Messenger(
        database=database,
        settings=settings,
        vault=vault,
        owner=syncer.owner,
        now=syncer.now,
        stopping=syncer.stopping,
    )
    also = (
        *(mailer.send_digests, teller.tell, caller.call_webhooks),
        *(messenger.send_notices, messenger.send_chats),
        *(keeper.prune, comparer.compare),
    )
    return Jobs(syncer, also=also, ends=(caller.stop,))
