"""P5: an uploaded file is as old as its upload, however often it is read again."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.config import Settings
from app.core import words
from app.db import Database
from app.jobs.syncing import Syncer
from app.models import Connection, SyncRun
from app.secrets import Vault
from app.services import accounts, digesting, feeding, lines, source_pages, sources
from app.services.item import item_page
from app.services.pages import Health, SourceLine, View
from tests.connectors.calendar.ics import calendar, event
from tests.connectors.spreadsheet.files import csv_of
from tests.support.world import Clock

pytestmark = pytest.mark.promise("P5")

HEADER = ("ID", "Vendor", "Title", "Due date")
ROWS = csv_of(HEADER, (1, "Cisco", "Renew switches", "2027-02-28"))
"""The file that somebody hands over."""


@dataclass
class Desk:
    """Somebody uploads a file; the clock and the folder are ours."""

    database: Database
    syncer: Syncer
    clock: Clock

    def connect(self, connector: str = "spreadsheet", **values: Any) -> int:
        with self.database.write() as session:
            added = sources.add(
                session,
                name="Programs",
                connector=connector,
                values=values,
                vault=self.syncer.vault,
                now=self.clock(),
            )
        assert added.id is not None
        return added.id

    def upload(self, connection_id: int, name: str, content: bytes = ROWS) -> Path:
        folder = self.syncer.settings.uploads / str(connection_id)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / name
        file.write_bytes(content)
        os.utime(file, (self.clock().timestamp(),) * 2)
        return file

    def renew(self, connection_id: int, name: str) -> None:
        self.upload(connection_id, name)
        with self.database.write() as session:
            before = sources.get(session, connection_id)
            sources.edit(
                session,
                connection_id,
                name=before.name,
                values={**before.config, "file": name},
                vault=self.syncer.vault,
                now=self.clock(),
            )

    def sync(self, connection_id: int) -> SyncRun:
        run = self.syncer.run(connection_id, trigger="test")
        assert run is not None
        assert run.outcome == "ok", run.error
        return run

    def connection(self) -> Connection:
        with self.database.read() as session:
            return sources.by_name(session, "Programs")

    def line(self) -> SourceLine:
        return lines.source_line(self.connection(), now=self.clock())

    def wall_clock(self) -> words.Clock:
        return words.Clock(now=self.clock(), zone=ZoneInfo("UTC"))


@pytest.fixture
def desk(database: Database, clock: Clock, settings: Settings, vault: Vault) -> Iterator[Desk]:
    syncer = Syncer(database=database, vault=vault, settings=settings, now=clock)
    return Desk(database=database, syncer=syncer, clock=clock)


def test_reading_an_upload_again_makes_it_no_younger(desk: Desk) -> None:
    source = desk.connect(file="programs.csv")
    desk.upload(source, "programs.csv")
    uploaded_at = desk.clock()
    desk.sync(source)
    desk.clock.forward(days=20)

    desk.sync(source)

    line = desk.line()
    assert (line.health, line.how, line.as_of) == (Health.FRESH, "uploaded", uploaded_at)
    assert line.read_at == desk.clock()
    with desk.database.read() as session:
        [entry], _next, told = feeding.page(session, View(), clock=desk.wall_clock(), home="")
        page = item_page(session, int(entry["id"]), user_id=0, clock=desk.wall_clock())
    for said in (entry["_partner_inbox"]["source"], told["sources"][0]):
        assert datetime.fromisoformat(said["as_of"]) == uploaded_at
        assert datetime.fromisoformat(said["last_success_at"]) == desk.clock()
    assert page.seen_at == uploaded_at


def test_an_upload_that_nobody_renews_is_stale_wherever_it_is_shown(desk: Desk) -> None:
    source = desk.connect(file="programs.csv")
    desk.upload(source, "programs.csv")
    desk.clock.forward(days=30, seconds=1)
    desk.sync(source)
    clock = desk.wall_clock()

    assert desk.line().health is Health.STALE
    with desk.database.write() as session:
        rin = accounts.add_user(session, email="rin@partner.example", name="Rin", now=clock.now)
    with desk.database.read() as session:
        [entry], _next, _told = feeding.page(session, View(), clock=clock, home="")
        digest = digesting.compose(session, rin, clock=clock)
        page = source_pages.source_page(session, source, clock=clock)
    assert entry["_partner_inbox"]["source"]["stale"]
    assert [line.how for line in digest.doubtful] == ["uploaded"]
    assert (page.row.advice.act, page.row.advice.label) == ("renew", "Upload a newer one")


def test_the_feed_notices_the_moment_at_which_an_upload_turns_stale(desk: Desk) -> None:
    source = desk.connect(file="programs.csv")
    desk.upload(source, "programs.csv")
    desk.clock.forward(days=29, hours=23, minutes=59)
    desk.sync(source)

    def mark() -> str:
        with desk.database.read() as session:
            return feeding.etag(session, View(tab="all"), desk.wall_clock(), "")

    before = mark()
    desk.clock.forward(minutes=2)
    assert mark() != before


def test_a_renewed_upload_is_fresh_again(desk: Desk) -> None:
    source = desk.connect(file="programs.csv")
    desk.upload(source, "programs.csv")
    desk.clock.forward(days=40)
    desk.sync(source)
    assert desk.line().health is Health.STALE

    desk.renew(source, "december.csv")
    desk.sync(source)

    assert (desk.line().health, desk.line().as_of) == (Health.FRESH, desk.clock())


def test_the_file_before_is_removed_when_the_newer_one_was_read(desk: Desk) -> None:
    source = desk.connect(file="programs.csv")
    old = desk.upload(source, "programs.csv")
    desk.sync(source)
    desk.clock.forward(days=5)

    desk.renew(source, "december.csv")
    assert old.exists()
    desk.clock.forward(minutes=1)
    desk.sync(source)

    assert [file.name for file in old.parent.iterdir()] == ["december.csv"]


def test_a_file_that_arrives_while_another_is_read_stays(desk: Desk) -> None:
    """Its source is edited a moment later; the sync that runs knows nothing of it."""
    source = desk.connect(file="programs.csv")
    desk.upload(source, "programs.csv")
    desk.clock.forward(minutes=1)
    arriving = desk.upload(source, "december.csv")

    desk.sync(source)

    assert arriving.exists()


def test_a_new_upload_that_cannot_be_read_leaves_the_age_of_what_is_shown(desk: Desk) -> None:
    source = desk.connect(file="programs.csv")
    old = desk.upload(source, "programs.csv")
    uploaded_at = desk.clock()
    desk.sync(source)
    desk.clock.forward(days=5)

    desk.renew(source, "december.csv")
    desk.upload(source, "december.csv", b"\x00\x01")
    run = desk.syncer.run(source, trigger="test")

    assert run is not None
    assert run.outcome == "failed"
    assert desk.line().as_of == uploaded_at
    assert old.exists()


def test_how_long_an_upload_counts_as_fresh_is_a_setting(desk: Desk) -> None:
    source = desk.connect(file="programs.csv", renew_days=0)
    desk.upload(source, "programs.csv")
    desk.clock.forward(days=400)
    desk.sync(source)

    line = desk.line()
    assert line.health is Health.FRESH
    assert line.as_of == desk.clock() - timedelta(days=400)


def test_a_file_at_its_own_place_is_as_fresh_as_its_last_read(desk: Desk, tmp_path: Path) -> None:
    shared = tmp_path / "shared.csv"
    shared.write_bytes(ROWS)
    os.utime(shared, (0, 0))
    source = desk.connect(file=str(shared))
    desk.sync(source)

    line = desk.line()
    assert (line.health, line.how, line.as_of) == (Health.FRESH, "read", desk.clock())
    assert shared.exists()


def test_a_calendar_file_is_as_old_as_its_upload_too(desk: Desk) -> None:
    source = desk.connect("calendar", file="team.ics")
    desk.upload(source, "team.ics", calendar(event("UID:1", "DTSTART;VALUE=DATE:20270101")))
    desk.clock.forward(days=31)
    desk.sync(source)

    assert (desk.line().health, desk.line().how) == (Health.STALE, "uploaded")
    with desk.database.read() as session:
        page = source_pages.source_page(session, source, clock=desk.wall_clock())
    assert (page.row.advice.act, page.row.advice.label) == ("edit", "Upload a newer one")
