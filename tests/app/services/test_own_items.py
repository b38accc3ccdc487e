"""Own items on both databases: two people who add at once lose nothing of each other."""

import threading
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from app.core.words import Clock
from app.db import Database
from app.errors import Conflict
from app.models import Connection, Item, User
from app.secrets import Vault
from app.services import own_dates, own_items, undoing
from connectors.own_items.entries import entries_of

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
VAULT = Vault(["k" * 32])
CLOCK = Clock(now=NOW, zone=ZoneInfo("UTC"))


@pytest.fixture(autouse=True)
def dana(database: Database) -> None:
    with database.write() as session:
        session.add(User(email="dana@halden.example", name="Dana", time_zone="UTC", created_at=NOW))


def add(database: Database, title: str) -> None:
    with database.write() as session:
        entry = {"title": title, "date": "2026-12-01"}
        own_items.add(session, entry, vault=VAULT, now=NOW, user_id=1)


def titles(database: Database) -> set[str]:
    with database.read() as session:
        (connection,) = session.exec(select(Connection))
        return {entry.title for entry in entries_of(connection.config["entries"])}


def test_two_people_who_add_at_once_lose_nothing_of_each_other(database: Database) -> None:
    add(database, "first")
    people = [
        threading.Thread(target=add, args=(database, f"item {number}")) for number in range(6)
    ]
    for one in people:
        one.start()
    for one in people:
        one.join()

    assert titles(database) == {"first", *(f"item {number}" for number in range(6))}


def test_a_name_that_another_source_has_is_left_to_it(database: Database) -> None:
    with database.write() as session:
        session.add(Connection(name="Own items", connector="calendar", created_at=NOW))

    add(database, "first")

    with database.read() as session:
        found = session.exec(select(Connection.name).where(Connection.connector == "own_items"))
        assert found.one() == "Own items 2"


@pytest.mark.parametrize("entry", [{"title": "x"}, {"date": "2026-12-01"}, {}])
def test_what_is_not_complete_makes_no_source(database: Database, entry: dict[str, str]) -> None:
    with pytest.raises(own_items.Invalid), database.write() as session:
        own_items.add(session, entry, vault=VAULT, now=NOW, user_id=1)

    with database.read() as session:
        assert session.exec(select(Connection)).first() is None


def test_the_item_to_open_and_the_reminder_to_close_are_those_of_the_entry(
    database: Database,
) -> None:
    add(database, "Plan")
    with database.write() as session:
        (connection,) = session.exec(select(Connection))
        assert connection.id
        for external_id, day in (
            *(("plan/2026-10", 3), ("plan/2026-11", 23), ("plan/2026-12", 28)),
            *(("plan/2026-11#reminder", 22), ("plan-b/2026-11", 22), ("plan_x/2026-11", 22)),
        ):
            session.add(
                Item(
                    connection_id=connection.id,
                    stream="items",
                    external_id=external_id,
                    title=external_id,
                    kind="deadline",
                    due_on=date(2026, 11, day),
                    content_hash=b"",
                    first_seen_at=NOW,
                    changed_at=NOW,
                )
            )
    with database.read() as session:
        ids = {item.external_id: item.id for item in session.exec(select(Item))}

        for today, found in ((21, "plan/2026-11"), (24, "plan/2026-12"), (30, "plan/2026-12")):
            day = date(2026, 11, today)
            assert own_dates.first(session, connection.id, "plan", today=day) == ids[found]
        assert own_dates.first(session, connection.id, "pla_", today=NOW.date()) is None
        asked = [id_ for id_ in (ids["plan/2026-11"], ids["plan/2026-12"]) if id_]
        assert own_dates.reminders(session, asked) == [ids["plan/2026-11#reminder"]]
        assert own_dates.reminders(session, [ids["plan/2026-11#reminder"] or 0]) == []


def test_what_one_deletes_comes_back_beside_what_another_added(database: Database) -> None:
    add(database, "first")
    with database.write() as session:
        (connection,) = session.exec(select(Connection))
        session.add(
            Item(
                connection_id=connection.id or 0,
                stream="items",
                external_id="first",
                title="first",
                kind="deadline",
                due_on=date(2026, 12, 1),
                content_hash=b"",
                first_seen_at=NOW,
                changed_at=NOW,
            )
        )
    with database.write() as session:
        deleted = own_items.delete(session, 1, now=NOW, user_id=1)
    add(database, "second")
    assert titles(database) == {"second"}

    with database.write() as session:
        undoing.undo(session, deleted.undo or "", user_id=1, clock=CLOCK)

    assert titles(database) == {"first", "second"}
    with pytest.raises(Conflict), database.write() as session:
        undoing.undo(session, deleted.undo or "", user_id=1, clock=CLOCK)
