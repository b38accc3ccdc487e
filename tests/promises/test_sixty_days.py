"""P4 over two months: six processes that come and go, changes of the clock, one mail a day.

Four are the application as ``serve`` runs it, two the jobs as ``worker`` does. All read one clock,
which the test moves to each moment at which a digest is due; they are killed and restarted by a
plan with a seed. Nobody is killed between "it may have left" and the mail server, where one digest
would be in doubt; there ``test_once_a_day`` looks.
"""

import os
import queue
import random
import re
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from app.core import digests
from app.core.zones import zone_of
from app.models import Connection, DigestEntry, DigestState
from app.services import accounts, digest_ledger, digest_wishes
from connectors.sdk.records import DueDate
from tests.support.installed import Share, SharedClock, work
from tests.support.mail_server import MailServer
from tests.support.processes import started
from tests.support.scripted import deadline
from tests.support.world import World

pytestmark = [
    pytest.mark.promise("P4"),
    pytest.mark.heavy,
    pytest.mark.long,
    pytest.mark.timeout(300),
]

FIRST = date(2026, 9, 15)
DAYS = 60
PEOPLE = {
    "sky@partner.example": ("Australia/Lord_Howe", 2),  # half an hour less on 4 October
    "eva@partner.example": ("Europe/Berlin", 7),  # goes back on 25 October
    "nia@partner.example": ("America/New_York", 1),  # that hour comes twice on 1 November
}
WEB, WORKERS = 4, 2
DAY = re.compile(r"<digest\.(\d{4}-\d\d-\d\d)\.")


class Installation:
    """The six processes, and what is heard of them: a mail that arrives, a process that ends."""

    def __init__(self, share: Share, clock: SharedClock, server: MailServer) -> None:
        self.share, self.clock, self.server = share, clock, server
        self.heard: queue.Queue[str] = queue.Queue()
        self.ends: Counter[int] = Counter()
        self.running: list[Any] = []
        self.mails = 0
        self.next: dict[int, str] = {}
        server.arrived = lambda: self.heard.put("mail")
        for place in range(WEB + WORKERS):
            self.running.append(self._start(place))

    def _start(self, place: int, crash_at: str = "") -> Any:
        process = started(work, replace(self.share, web=place < WEB, crash_at=crash_at), self.clock)
        threading.Thread(target=self._watch, args=(place, process), daemon=True).start()
        return process

    def _watch(self, place: int, process: Any) -> None:
        process.join()
        self.ends[process.exitcode] += 1
        self.heard.put(f"end {place}")

    def replace(self, place: int, how: signal.Signals, crash_at: str = "") -> None:
        """End one. Another comes in its place, which may die at a point of its work."""
        self.next[place] = crash_at
        os.kill(self.running[place].pid, how)

    def wait_for(self, mails: int) -> None:
        """Until so many arrived. Whoever died meanwhile is replaced, and its lease runs out."""
        while self.mails < mails:
            said = self.heard.get(timeout=60)
            if said == "mail":
                self.mails += 1
                continue
            place = int(said.removeprefix("end "))
            if place not in self.next:
                self.clock.set(self.clock() + digest_ledger.LEASE + timedelta(minutes=1))
            self.running[place] = self._start(place, self.next.pop(place, ""))

    def stop(self) -> None:
        for process in self.running:
            if process.is_alive():
                process.terminate()
        for process in self.running:
            process.join(30)


@pytest.fixture
def engine_name() -> str:
    """Many processes are for Postgres; on SQLite one process serves and works."""
    return "postgres"


@pytest.fixture
def installation(
    world: World, database_url: str, mail_server: MailServer, tmp_path: Path
) -> Iterator[Installation]:
    late = DueDate(on=FIRST - timedelta(days=9))
    world.connector.lists(deadline("always late", due=late))
    world.sync()
    with world.database.write() as session:
        for address, (zone, hour) in PEOPLE.items():
            user = accounts.add_user(session, email=address, name="P", now=world.clock())
            user.time_zone, user.digest_hour, user.digest_days = zone, hour, "1234567"
        session.get_one(Connection, world.connection_id).enabled = False  # nobody reads it there
    clock = SharedClock(tmp_path / "clock")
    clock.set(datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC) - timedelta(days=1))
    share = Share(url=database_url, folder=tmp_path, smtp_url=mail_server.url, web=False)
    running = Installation(share, clock, mail_server)
    yield running
    running.stop()


def moments(world: World) -> dict[datetime, int]:
    """When digests are due, and how many, in their order."""
    due: Counter[datetime] = Counter()
    for zone, hour in PEOPLE.values():
        wish = digests.Wish(hour=hour, days="1234567", zone=zone_of(zone))
        for ahead in range(DAYS):
            due[digests.starts_at(wish, FIRST + timedelta(days=ahead))] += 1
    return dict(sorted(due.items()))


def ledger(world: World) -> list[DigestEntry]:
    with world.database.read() as session:
        return list(session.exec(select(DigestEntry).order_by(DigestEntry.id)))


def test_for_sixty_days_each_gets_one_mail_a_day_whoever_dies(
    world: World, installation: Installation
) -> None:
    plan = random.Random(20261122)
    told = 0
    for at, number in moments(world).items():
        installation.clock.set(at + timedelta(minutes=plan.randrange(90)))
        told += number
        installation.wait_for(told)
        if plan.random() < 0.15:
            place = plan.randrange(WEB + WORKERS)
            point = plan.choice(("", "digest claimed", "digest sent"))
            settled = all(entry.state != DigestState.SENDING for entry in ledger(world)[-number:])
            how = plan.choice((signal.SIGKILL, signal.SIGTERM)) if settled else signal.SIGTERM
            if place not in installation.next:
                installation.replace(place, how, point)

    installation.stop()
    everybody = dict.fromkeys(PEOPLE, DAYS)
    assert installation.server.count() == everybody
    days = [FIRST + timedelta(days=ahead) for ahead in range(DAYS)]
    for address in PEOPLE:
        mails = [one.mail for one in installation.server.messages if one.to == address]
        assert [date.fromisoformat(DAY.findall(mail["Message-ID"])[0]) for mail in mails] == days

    assert installation.ends[0] >= 3, "were told to stop"
    assert installation.ends[-signal.SIGKILL] >= 6, "were killed, or died amid their work"
    _every_digest_is_accounted_for(world, installation)


def _every_digest_is_accounted_for(world: World, installation: Installation) -> None:
    """One row a digest; what a process left amid its sending is in doubt, and shown."""
    later = installation.clock() + 2 * digest_ledger.LEASE
    with world.database.write() as session:
        digest_ledger.settle_interrupted(session, now=later)
    entries = ledger(world)
    assert len(entries) == DAYS * len(PEOPLE)
    states = Counter(entry.state for entry in entries)
    assert set(states) <= {DigestState.SENT, DigestState.UNKNOWN}
    assert states[DigestState.UNKNOWN] < 20
    shown = [entry for entry in entries if entry.state == DigestState.UNKNOWN]
    assert shown
    for entry in shown:
        assert digest_wishes.last([entry], world.wall_clock()).doubtful
