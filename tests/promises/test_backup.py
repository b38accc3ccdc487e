"""P10: backup and restore give the same inbox; a restore re-sends nothing."""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlmodel import SQLModel, select
from starlette.testclient import TestClient

from app.config import Settings
from app.db import Database
from app.jobs.mailing import Mailer
from app.jobs.noticing import Messenger
from app.jobs.syncing import Syncer
from app.jobs.telling import Teller
from app.main import create_app
from app.models import Delivery, DigestEntry
from app.opening import open_database
from app.services import accounts, acts, gathering, restoring, saved, sources, tokens
from connectors.sdk import errors
from connectors.sdk.connector import Complete, Page
from connectors.sdk.records import DueDate, Goal
from tests.support import postgres
from tests.support.mail_server import MailServer
from tests.support.scripted import deadline, deadlines
from tests.support.world import World

pytestmark = pytest.mark.promise("P10")

CHECKOUT = Path(__file__).parents[2]
ENTRY = "import sys; sys.argv[0] = 'partner-inbox'; from app.cli import main; main()"
OF_A_COPY = {"settings", "sessions", "one_time_links", "revision"}
"""Tables that a restore changes on purpose, whatever is in them."""


def rows(database: Database) -> dict[str, list[Any]]:
    """Everything that is stored, by table."""
    with database.engine.connect() as connection:
        names = [name for name in sorted(SQLModel.metadata.tables) if name not in OF_A_COPY]
        return {
            name: sorted(map(repr, connection.execute(sa.text(f'SELECT * FROM "{name}"'))))
            for name in names
        }


Copied = Callable[[], Database]


@pytest.fixture
def copied(
    world: World, engine_name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Copied]:
    """Makes a marked copy of the world's database, as ``backup`` or whoever ran pg_dump does."""
    made: list[Database] = []

    def copy() -> Database:
        if engine_name == "sqlite":
            path = tmp_path / "copy.db"
            world.database.copy_to(path)
            made.append(Database(f"sqlite:///{path}"))
        else:
            server: postgres.Server = request.getfixturevalue("postgres_server")
            world.database.engine.dispose()  # a template is in use by nobody
            name = server.create(str(world.database.url.database))
            request.addfinalizer(lambda: server.drop(name))
            made.append(Database(server.url(name)))
        with made[-1].write() as session:
            restoring.mark(session, now=world.clock())
        return made[-1]

    yield copy
    for database in made:
        database.close()


def restored(world: World, database: Database) -> World:
    """The copy, opened as any process opens it, by the same clock."""
    with database.write() as session:
        assert restoring.settle(session, now=world.clock())
    syncer = Syncer(
        database=database, vault=world.syncer.vault, settings=world.syncer.settings, now=world.clock
    )
    return World(database, world.connector, world.clock, syncer, world.connection_id)


def posted(server: MailServer) -> Settings:
    """An installation that can send mail."""
    return Settings(data_dir=Path("nowhere"), smtp_url=SecretStr(server.url))


def tell(world: World, server: MailServer) -> None:
    """Write down who is told what."""
    Teller(database=world.database, settings=posted(server), now=world.clock).tell()


def send_mail(world: World, server: MailServer) -> int:
    """Send what is due, and say how many mails that were."""
    before, settings = len(server.messages), posted(server)
    mailer = Mailer(
        database=world.database,
        settings=settings,
        vault=world.syncer.vault,
        owner="one",
        now=world.clock,
    )
    tell(world, server)
    world.clock.forward(seconds=gathering.GATHERED_FOR.total_seconds())
    messenger = Messenger(
        database=world.database,
        settings=settings,
        vault=world.syncer.vault,
        owner="one",
        now=world.clock,
    )
    messenger.send_notices()
    mailer.send_digests()
    return len(server.messages) - before


def staff(world: World, *, hour: int | None = None) -> int:
    """Somebody who is told of everything, in UTC; their id."""
    with world.database.write() as session:
        user = accounts.add_user(
            session, email="rin@partner.example", name="Rin", is_admin=True, now=world.clock()
        )
        user.digest_hour = world.clock().hour if hour is None else hour
        user.digest_days = "1234567"
    assert user.id is not None
    return user.id


def view_of(world: World, person: int) -> int:
    """The number of a new view of this person."""
    with world.database.write() as session:
        saved.save(session, "Open", "tab=all", user_id=person, clock=world.wall_clock())
        return saved.own(session, person)[0].id


# The same inbox


def test_a_restored_inbox_is_the_same_in_every_row(world: World, copied: Copied) -> None:
    goal = Goal(external_id="g", title="Twelve certified", unit="people")
    world.connector.lists(goal, *deadlines(range(5)))
    world.sync()
    person = staff(world)
    with world.database.write() as session:
        acts.done(session, [world.items()["2"].id], user_id=person, clock=world.wall_clock())
    gone = view_of(world, person)
    with world.database.write() as session:
        saved.delete(session, gone, user_id=person, clock=world.wall_clock())
    world.connector.lists(goal, *deadlines(range(4)), deadline(7))
    world.sync()
    before = rows(world.database)
    copy = copied()
    now = restored(world, copy)

    after = rows(copy)
    assert (len(after.pop("write_marks")), len(before.pop("write_marks"))) == (1, 4)
    for life in (after, before):  # from here on the copy tells what happens
        life["chores"] = [row for row in life["chores"] if not row.startswith("('tell'")]
    left_out = after.pop("digest_ledger"), before.pop("digest_ledger")
    assert after == before
    assert len(left_out[0]) - len(left_out[1]) <= 1
    assert {event.kind for event in now.history("2")} >= {"new", "done"}
    assert now.sync().outcome == "ok"
    assert now.items()["2"].is_open is False
    assert view_of(now, person) > gone, "tools that follow the deleted view would get another"


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_copy_made_while_a_sync_and_people_write_is_whole(world: World, tmp_path: Path) -> None:
    """It is the inbox before or after each write, never half of one; the sync goes on."""
    person = staff(world)
    world.connector.lists(*deadlines(range(50)))
    world.sync()
    made: list[Path] = []

    def copy() -> None:
        made.append(tmp_path / f"copy-{len(made)}.db")
        world.database.copy_to(made[-1])

    def act() -> None:
        with world.database.write() as session:
            ids = [world.items()[str(len(made))].id]
            acts.done(session, ids, user_id=person, clock=world.wall_clock())
            copying = threading.Thread(target=copy)
            copying.start()
        copying.join()

    pages = [
        step
        for start in range(0, 300, 100)
        for step in (copy, Page(records=deadlines(range(start, start + 100))), act)
    ]
    world.connector.script["things"] = [*pages, copy, Complete()]
    assert world.sync().new == 250
    copy()

    for number, path in enumerate(made):
        opened = Database(f"sqlite:///{path}")
        with opened.engine.connect() as connection:
            assert connection.execute(sa.text("PRAGMA integrity_check")).scalar() == "ok"
            counted = connection.execute(sa.text("SELECT count(*) FROM items")).scalar()
        opened.close()
        assert counted == (300 if number == len(made) - 1 else 50)


# Nothing is sent a second time


def test_a_digest_that_left_before_or_after_the_backup_does_not_leave_again(
    world: World, copied: Copied, mail_server: MailServer
) -> None:
    soon = DueDate(on=world.clock().date() + timedelta(days=3))
    world.connector.lists(deadline(1, due=soon))
    world.sync()
    staff(world)
    copy = copied()
    assert send_mail(world, mail_server) == 1
    now = restored(world, copy)
    assert send_mail(now, mail_server) == 0
    world.clock.forward(hours=3)
    assert send_mail(now, mail_server) == 0
    world.clock.forward(hours=21)
    assert send_mail(now, mail_server) == 1


def test_nor_when_its_hour_was_moved_since_or_midnight_lies_between(
    world: World, copied: Copied, mail_server: MailServer
) -> None:
    soon = DueDate(on=world.clock().date() + timedelta(days=3))
    world.connector.lists(deadline(1, due=soon))
    world.sync()
    staff(world, hour=world.clock().hour + 2)
    copy = copied()
    with world.database.write() as session:
        accounts.user(session, 1).digest_hour = world.clock().hour
    assert send_mail(world, mail_server) == 1
    now = restored(world, copy)
    world.clock.forward(hours=2)
    assert send_mail(now, mail_server) == 0
    with now.database.read() as session:
        (entry,) = session.exec(select(DigestEntry))
    assert (entry.local_date, entry.state) == (date(2026, 11, 21), "unknown")
    assert entry.error == restoring.MAYBE_SENT


def test_an_alert_that_waited_at_the_backup_does_not_leave_and_a_new_one_does(
    world: World, copied: Copied, mail_server: MailServer
) -> None:
    staff(world, hour=3)
    world.connector.script["things"] = [errors.AuthFailed("No.")]
    world.sync()
    tell(world, mail_server)
    copy = copied()
    assert send_mail(world, mail_server) == 1
    now = restored(world, copy)
    assert send_mail(now, mail_server) == 0
    with now.database.read() as session:
        (entry,) = session.exec(select(Delivery))
    assert (entry.state, entry.error) == ("dropped", restoring.MAYBE_SENT)
    now.connector.lists(*deadlines(range(2)))
    now.sync()
    assert send_mail(now, mail_server) == 1
    assert "is well again" in str(mail_server.messages[-1].mail["Subject"])


def test_an_alert_after_a_restore_is_another_mail_than_any_before(
    world: World, copied: Copied, mail_server: MailServer
) -> None:
    staff(world, hour=3)
    copy = copied()
    for life in (world, restored(world, copy)):
        life.connector.script["things"] = [errors.AuthFailed("No.")]
        life.sync()
        assert send_mail(life, mail_server) == 1
    first, second = (message.mail["Message-ID"] for message in mail_server.messages)
    assert first != second


# Nobody gets in who was sent away


def test_sessions_and_links_of_the_backup_open_nothing(world: World, copied: Copied) -> None:
    person = staff(world)
    with world.database.write() as session:
        cookie = accounts.open_session(session, person, now=world.clock())
        link = accounts.make_link(session, accounts.SIGN_IN, user_id=person, now=world.clock())
        token = tokens.add_token(session, name="erp", scope="read", now=world.clock())
    copy = copied()
    now = restored(world, copy)
    with now.database.read() as session:
        assert accounts.signed_in(session, cookie, now=world.clock()) is None
        assert not accounts.link_is_good(session, link, accounts.SIGN_IN, now=world.clock())
        assert tokens.token_for(session, token, "read", now=world.clock())


def test_no_etag_of_the_time_since_the_backup_comes_again(world: World, copied: Copied) -> None:
    copy = copied()
    for _ in range(3):
        world.sync()
    with world.database.read() as session:
        since = session.execute(sa.text("SELECT number FROM revision")).scalar_one()
    with restored(world, copy).database.read() as session:
        assert session.execute(sa.text("SELECT number FROM revision")).scalar_one() > since


def test_a_copy_is_settled_once_however_many_open_it(world: World, copied: Copied) -> None:
    copy = copied()
    settled = []

    def settle() -> None:
        with copy.write() as session:
            settled.append(restoring.settle(session, now=world.clock()))

    threads = [threading.Thread(target=settle) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(settled) == [False, False, False, True]


# What the README says


def blocks() -> list[list[str]]:
    """The commands of the README's part on backups."""
    part = (CHECKOUT / "README.md").read_text().split("### Backup")[1].split("\n##")[0]
    return [block.splitlines() for block in re.findall(r"```sh\n(.*?)```", part, re.DOTALL)]


@pytest.fixture
def shell(tmp_path: Path) -> Callable[..., str]:
    """Runs lines as a person would, beside a data folder of their own; gives what they say."""
    tool = tmp_path / "bin" / "partner-inbox"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\nPYTHONPATH={CHECKOUT} exec {sys.executable} -c "{ENTRY}" "$@"\n')
    tool.chmod(0o755)
    (tmp_path / "elsewhere").mkdir()

    def run(*lines: str) -> str:
        here = re.sub(r"/(backups|elsewhere)/", r"\1/", "\n".join(lines))
        path = f"{tool.parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", "-e", "-c", here],
            cwd=tmp_path,
            env=os.environ | {"PATH": path, "COLUMNS": "300"},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.mark.heavy
def test_the_commands_of_the_readme_bring_the_inbox_back(
    shell: Callable[..., str], tmp_path: Path
) -> None:
    sheet = tmp_path / "data" / "uploads" / "2" / "deadlines.csv"
    sheet.parent.mkdir(parents=True)
    sheet.write_text("Title,Vendor,Due\nFile the report,Dell,2027-01-15\n")
    os.utime(sheet, (1_700_000_000, 1_700_000_000))
    settings = "--set url=https://calendar.example.com/private-0815.ics"
    shell(f"partner-inbox connection add calendar --name Events --no-check {settings}")
    backup, restore = blocks()
    told = shell(*backup)
    assert "The key is not in it: keep data/secret.key in another place." in told
    folder = tmp_path / "backups" / "today"
    assert {path.name for path in folder.iterdir()} == {"partner-inbox.db", "uploads"}
    assert folder.stat().st_mode & 0o077 == 0
    shutil.rmtree(tmp_path / "data")

    assert "All stored credentials can be read (1)." in shell(*restore)
    assert sheet.read_text().endswith("File the report,Dell,2027-01-15\n")
    assert sheet.stat().st_mtime == 1_700_000_000


def test_a_backup_that_was_put_back_is_settled_by_whoever_opens_it_first(
    world: World, copied: Copied
) -> None:
    person = staff(world)
    with world.database.write() as session:
        cookie = accounts.open_session(session, person, now=world.clock())
    copy = copied()
    address = copy.url.render_as_string(hide_password=False)
    settings = Settings(
        data_dir=world.syncer.settings.data_dir,
        database_url=SecretStr(address),
        secret_key=SecretStr("a key for the tests only"),
    )
    app = create_app(settings, jobs=False)
    with TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False) as browser:
        browser.cookies.set("partner-inbox-session", cookie)
        assert browser.get("/today").headers["location"].startswith("/sign-in")
    again = open_database(settings)
    with again.read() as session:
        assert not restoring.is_copy(session)
        assert sources.by_name(session, "Scripted").id == world.connection_id
    again.close()
