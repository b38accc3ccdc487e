"""The database goes away and comes back while everything runs."""

import errno
import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.event import listen
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from app.config import Settings
from app.db import Database
from app.main import create_app
from app.outages import outage_of
from app.services import accounts, calendar_feeds, tokens
from tests.support.postgres import Server


class Lines(logging.Handler):
    """What whoever runs it reads; ``back`` is set when a job says that it goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []
        self.tracebacks = 0
        self.back = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())
        self.tracebacks += record.exc_info is not None
        if "goes on" in record.getMessage():
            self.back.set()


@dataclass
class Running:
    """The whole application on a Postgres of which the test is master."""

    server: Server
    name: str
    client: TestClient
    token: str

    def answers(self) -> dict[str, int]:
        ours = {"Sec-Fetch-Site": "same-origin"}
        bearer = {"Authorization": f"Bearer {self.token}"}
        return {
            "/inbox": self.client.get("/inbox").status_code,
            "/sign-in": self.client.get("/sign-in").status_code,
            "/settings": self.client.post("/settings", data={}, headers=ours).status_code,
            "/feed.json": self.client.get("/feed.json", headers=bearer).status_code,
            "/readyz": self.client.get("/readyz").status_code,
            "/healthz": self.client.get("/healthz").status_code,
        }


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler = Lines()
    logging.getLogger("app").addHandler(handler)
    yield handler
    logging.getLogger("app").removeHandler(handler)


@pytest.fixture
def running(
    postgres_server: Server, postgres_template: str, tmp_path: Path, lines: Lines
) -> Iterator[Running]:
    name = postgres_server.create(postgres_template)
    settings = Settings(
        data_dir=tmp_path,
        database_url=SecretStr(postgres_server.url(name)),
        public_url="http://testserver",
        tick_seconds=0.02,
    )
    app = create_app(settings)
    now = datetime.now(UTC)
    with app.state.site.database.write() as session:
        who = accounts.add_user(
            session, email="a@b.example", name="A", is_admin=True, time_zone="UTC", now=now
        )
        assert who.id is not None
        cookie = accounts.open_session(session, who.id, now=now)
        token = tokens.add_token(session, name="t", scope="read", now=now)
    with TestClient(app, follow_redirects=False) as client:
        client.cookies.set("partner-inbox-session", cookie)
        yield Running(server=postgres_server, name=name, client=client, token=token)
    postgres_server.reopen(name)
    postgres_server.drop(name)


def test_while_the_database_is_away_everybody_is_asked_to_come_back_and_then_it_goes_on(
    running: Running, lines: Lines
) -> None:
    before = running.answers()
    running.server.close(running.name)
    meanwhile = running.answers()
    page = running.client.get("/inbox")
    feed = running.client.get("/feed.json", headers={"Authorization": f"Bearer {running.token}"})
    running.server.reopen(running.name)
    after = running.answers()

    assert meanwhile == dict.fromkeys(before, 503) | {"/healthz": 200}
    assert "cannot use its database just now" in page.text
    assert "Try again in a minute" in page.text
    assert page.headers["retry-after"] == feed.headers["retry-after"] == "30"
    assert feed.headers["content-type"] == "application/problem+json"
    assert after == before
    assert before["/inbox"] == before["/feed.json"] == 200


def test_while_the_database_takes_nothing_whoever_looks_is_answered(tmp_path: Path) -> None:
    """A full disk: that somebody looked cannot be noted, and they see it all the same."""
    app = create_app(Settings(data_dir=tmp_path, public_url="http://testserver"), jobs=False)
    database, now = app.state.site.database, datetime.now(UTC)
    with database.write() as session:
        who = accounts.add_user(session, email="a@b.example", name="A", time_zone="UTC", now=now)
        assert who.id is not None
        cookie = accounts.open_session(session, who.id, now=now - timedelta(hours=1))
        token = tokens.add_token(session, name="t", scope="read", now=now)
        _feed, secret = calendar_feeds.add(session, user_id=who.id, name="c", query="", now=now)
    database.engine.dispose()
    listen(database.engine, "connect", lambda made, _: made.execute("PRAGMA query_only = ON"))
    bearer = {"Authorization": f"Bearer {token}"}
    with TestClient(app, follow_redirects=False) as client:
        client.cookies.set("partner-inbox-session", cookie)
        for path in ("/inbox", "/feed.json", "/api/v1/items", f"/calendar/{secret}.ics"):
            assert client.get(path, headers=bearer).status_code == 200, path
        ours = {"Sec-Fetch-Site": "same-origin"}
        assert client.post("/settings", data={"name": "B"}, headers=ours).status_code == 503


def test_jobs_tell_an_outage_once_and_that_it_is_over(running: Running, lines: Lines) -> None:
    running.server.close(running.name)
    while not any("sync_due waits" in line for line in lines.told):
        running.client.get("/healthz")
    running.server.reopen(running.name)

    assert lines.back.wait(60)
    assert sum("sync_due waits" in line for line in lines.told) == 1
    assert lines.tracebacks == 0


def refused(database: Database, *statements: str) -> DBAPIError:
    """What the last of these statements raises."""
    *before, last = map(text, statements)
    with database.engine.connect() as connection:
        for statement in before:
            connection.execute(statement)
        with pytest.raises(DBAPIError) as caught:
            connection.execute(last)
    return caught.value


WRITE = "UPDATE revision SET number = number + 1"


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize(
    ("statements", "helps"),
    [
        (("PRAGMA query_only=1", WRITE), "the right to read and write"),
        (("PRAGMA max_page_count=1", "CREATE TABLE more AS SELECT zeroblob(99999)"), "Make room"),
        (("PRAGMA busy_timeout=0", WRITE), "Another process is writing"),
        (("SELECT nothing FROM nowhere",), None),
        (("SELECT nothing FROM revision",), None),
        (("INSERT INTO revision (id, number) VALUES (1, NULL)",), None),
    ],
)
def test_what_sqlite_cannot_do_is_told_apart_from_what_it_was_wrongly_asked(
    database: Database, tmp_path: Path, statements: tuple[str, ...], helps: str | None
) -> None:
    with closing(sqlite3.connect(tmp_path / "inbox.db")) as other:
        if "PRAGMA busy_timeout=0" in statements:
            other.execute("BEGIN IMMEDIATE")
        outage = outage_of(refused(database, *statements))

    assert (helps in outage.remedy) if outage and helps else (outage is helps is None)


def test_a_full_disk_is_an_outage_and_a_missing_file_a_bug() -> None:
    full = outage_of(OSError(errno.ENOSPC, "No space left on device"))

    assert full is not None
    assert "Make room" in full.remedy
    assert outage_of(FileNotFoundError(errno.ENOENT, "No such file")) is None
