"""A person who presses "sync now" does not wait for the next tick."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta

from app.jobs.scheduler import Jobs
from app.jobs.syncing import Syncer
from app.services import sources
from connectors.sdk.connector import Complete
from tests.support.world import World

PATIENCE = 30


def test_waking_reads_what_became_due_without_waiting_for_the_next_tick(world: World) -> None:
    ticked, read = threading.Event(), threading.Event()
    world.connector.script["things"] = [read.set, Complete()]
    world.syncer.settings = world.syncer.settings.model_copy(update={"tick_seconds": 3600.0})
    with world.database.write() as session:
        connection = sources.get(session, world.connection_id)
        connection.next_due_at = world.clock() + timedelta(hours=1)
    jobs = Jobs(world.syncer, also=(ticked.set,))
    jobs.start()
    try:
        assert ticked.wait(PATIENCE)  # the first tick found nothing due
        with world.database.write() as session:
            sources.sync_now(session, world.connection_id, now=world.clock())
        jobs.wake()
        assert read.wait(PATIENCE)
    finally:
        jobs.stop()


@dataclass(kw_only=True)
class Slow(Syncer):
    """One that takes long to find out who is due."""

    looked: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    go_on: threading.Event = field(default_factory=threading.Event)

    def due(self, *, limit: int) -> list[int]:
        self.looked.release()
        self.go_on.wait(PATIENCE)
        return super().due(limit=limit)


def test_who_wakes_it_while_it_looks_makes_it_look_again(world: World) -> None:
    slow = Slow(
        database=world.database,
        vault=world.syncer.vault,
        settings=world.syncer.settings.model_copy(update={"tick_seconds": 3600.0}),
        now=world.clock,
    )
    jobs = Jobs(slow)
    jobs.start()
    try:
        assert slow.looked.acquire(timeout=PATIENCE)  # by itself
        for _ in range(2):
            jobs.wake()
            assert slow.looked.acquire(timeout=PATIENCE)
    finally:
        slow.go_on.set()
        jobs.stop()
