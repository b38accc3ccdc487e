"""Webhooks: each in its own turn, so that one that hangs keeps no other waiting (P9)."""

import logging
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from app import crash
from app.config import Settings
from app.db import Database
from app.jobs.syncing import utc_now, worker_name
from app.notify import webhook
from app.notify.webhook import How, Outcome
from app.outages import outage_of
from app.secrets import Locked, Vault
from app.services import calling

log = logging.getLogger(__name__)

AT_ONCE = 16
"""Webhooks that one process calls at the same time: they cost little but time."""
FAILING_AT_ONCE = 6
"""Of those the ones that failed last time: however many hang, there is room for the others."""
TURN = 30.0
"""Seconds after which it is the next one's turn, however much waits."""
NO_PATIENCE = 10.0
"""Seconds that somebody who looks at the page waits for an answer."""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Makes one call: claims it, makes it while no transaction is open, and settles it."""

    database: Database
    vault: Vault
    settings: Settings
    owner: str = field(default_factory=worker_name)
    now: Callable[[], datetime] = utc_now
    tls: ssl.SSLContext | None = None

    def send(self, delivery_id: int, *, timeout: float = webhook.TIMEOUT) -> Outcome | None:
        """What it came to; None when it is not to be made now, or somebody else makes it.

        Raises ``Locked``.
        """
        owner = f"{self.owner}:{uuid4().hex[:8]}"
        with self.database.write(counts=False) as session:
            claim = calling.claim(
                session, delivery_id, vault=self.vault, owner=owner, now=self.now()
            )
        if claim is None:
            return None
        crash.here("webhook claimed")
        outcome = webhook.send(
            claim.call,
            private_hosts=self.settings.allowed_private_hosts,
            now=self.now,
            timeout=timeout,
            tls=self.tls,
        )
        crash.here("webhook sent")
        with self.database.write(counts=False) as session:
            calling.settle(session, claim, outcome, now=self.now())
        if outcome.how is not How.SENT:
            said = outcome.status or "no answer"  # what else there is to say stands in its log
            log.info("webhook %s: %s (%s)", claim.taken.channel.id, outcome.how, said)
        return outcome


class Caller:
    """Calls what is due. Any number of processes may have one."""

    def __init__(self, sender: Sender, stopping: threading.Event | None = None) -> None:
        self._sender = sender
        self._stopping = stopping or threading.Event()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook")
        self._running: dict[int, tuple[bool, Future[None]]] = {}
        self._waiting: set[int] = set()
        self._lock = threading.Lock()

    def call_webhooks(self) -> None:
        """Give each webhook for which something waits its turn, and return at once."""
        if self._stopping.is_set():
            return
        with self._sender.database.read() as session:
            turns = calling.turns(session, now=self._sender.now())
        for channel_id, well in turns:
            self._submit(channel_id, well=well)

    def settled(self) -> None:
        """Wait for the turns that go on."""
        with self._lock:
            running = [future for _well, future in self._running.values()]
        for future in running:
            future.result()

    def stop(self) -> None:
        """Begin no further call, and wait for those that are being made."""
        self._stopping.set()
        self._pool.shutdown(cancel_futures=True)

    def _submit(self, channel_id: int, *, well: bool) -> None:
        with self._lock:
            failing = sum(not is_well for is_well, _future in self._running.values())
            full = len(self._running) >= AT_ONCE or (not well and failing >= FAILING_AT_ONCE)
            if full or channel_id in self._running:
                return
            future = self._pool.submit(self._turn, channel_id)
            self._running[channel_id] = (well, future)
        future.add_done_callback(lambda _done: self._forget(channel_id))

    def _forget(self, channel_id: int) -> None:
        with self._lock:
            self._running.pop(channel_id, None)

    def _turn(self, channel_id: int) -> None:
        """One webhook's calls, one after the other, until one fails or its time is over."""
        end = time.monotonic() + TURN
        try:
            while not self._stopping.is_set() and time.monotonic() < end:
                if not self._next(channel_id):
                    break
        except Exception as error:
            outage = error if isinstance(error, Locked) else outage_of(error)
            if outage is None:
                log.exception("calling webhook %s failed", channel_id)
            elif channel_id not in self._waiting:  # told as it begins, not at every tick
                log.warning("webhook %s waits: %s", channel_id, outage)
                self._waiting.add(channel_id)
        else:
            self._waiting.discard(channel_id)

    def _next(self, channel_id: int) -> bool:
        """Whether a call was made, and taken."""
        with self._sender.database.read() as session:
            delivery_id = calling.next_of(session, channel_id, now=self._sender.now())
        outcome = None if delivery_id is None else self._sender.send(delivery_id)
        return outcome is not None and outcome.how is How.SENT
