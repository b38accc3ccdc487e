"""What is remembered between two writes is never older than the last write."""

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.db import Database
from app.models import AppSetting
from app.services.revisions import (
    FLIPS_KEPT,
    MOST,
    Until,
    flipped,
    kept_up,
    only_on_items,
    remembered,
    revision,
)


class Shelf:
    """A setting, and how often it was really read."""

    def __init__(self, database: Database) -> None:
        self.database, self.reads = database, 0

    def put(self, value: str, *, counts: bool = True) -> None:
        with self.database.write(counts=counts) as session:
            session.merge(AppSetting(name="shelf", value=value))

    def put_twice(self, value: str) -> None:
        """What cannot be: one name, two rows."""
        with self.database.write() as session:
            session.get_one(AppSetting, "shelf").value = value
            session.flush()
            session.execute(sa.insert(AppSetting).values(name="shelf", value=value))

    def read(self, session: Session) -> object:
        self.reads += 1
        return session.get_one(AppSetting, "shelf").value

    def ask(self, *key: object) -> object:
        with self.database.read() as session:
            return remembered(session, ("shelf", *key), lambda: self.read(session))


@pytest.fixture
def shelf(database: Database) -> Shelf:
    made = Shelf(database)
    made.put("a")
    return made


def test_it_is_read_once_until_somebody_writes(shelf: Shelf) -> None:
    assert [shelf.ask() for _ in range(3)] == ["a", "a", "a"]
    assert shelf.reads == 1

    shelf.put("b")

    assert (shelf.ask(), shelf.reads) == ("b", 2)


def test_what_depends_on_something_else_has_another_key(shelf: Shelf) -> None:
    for who in (1, 2, 1):
        shelf.ask(who)
    assert shelf.reads == 2


def test_a_write_that_failed_changes_nothing(shelf: Shelf) -> None:
    shelf.ask()
    with pytest.raises(IntegrityError):
        shelf.put_twice("b")
    assert (shelf.ask(), shelf.reads) == ("a", 1)


def test_a_transaction_that_writes_sees_its_own_writes_and_shows_them_to_nobody(
    shelf: Shelf,
) -> None:
    shelf.ask()
    with shelf.database.write() as session:
        session.merge(AppSetting(name="shelf", value="b"))
        session.flush()
        assert remembered(session, ("shelf",), lambda: shelf.read(session)) == "b"
        assert shelf.ask() == "a"
    assert shelf.ask() == "b"


def test_a_reader_who_began_before_a_write_leaves_nothing_old_behind(shelf: Shelf) -> None:
    with shelf.database.read() as session:
        before = revision(session)
        shelf.put("b")
        seen = remembered(session, ("shelf",), lambda: shelf.read(session))
        assert revision(session) == before
    assert seen in ("a", "b")  # what its engine's transaction sees

    assert shelf.ask() == "b"


def test_what_people_do_with_items_makes_only_that_old_which_depends_on_it(shelf: Shelf) -> None:
    def reads() -> list[int]:
        found = []
        for until in Until:
            before = shelf.reads
            with shelf.database.read() as session:
                remembered(session, ("kind",), lambda: shelf.read(session), until=until)
            found.append(shelf.reads - before)
        return found

    def act(*flips: tuple[int, bool]) -> None:
        with shelf.database.write() as session:
            only_on_items(session)
            flipped(session, flips)

    assert list(Until) == [Until.WRITTEN, Until.OPENED, Until.TOLD]
    assert (reads(), reads()) == ([1, 1, 1], [0, 0, 0])
    act()
    assert reads() == [1, 0, 0]
    act((7, False))
    assert reads() == [1, 1, 0]
    shelf.put("b")
    assert (reads(), reads()) == ([1, 1, 1], [0, 0, 0])


class Tally:
    """How many items are open, kept up with what flips."""

    def __init__(self, database: Database) -> None:
        self.database, self.wholes, self.open = database, 0, 0

    def flip(self, *opened: bool) -> None:
        with self.database.write() as session:
            only_on_items(session)
            flipped(session, [(number, one) for number, one in enumerate(opened)])
        self.open += sum(1 if one else -1 for one in opened)

    def whole(self) -> int:
        self.wholes += 1
        return self.open

    def ask(self, whole: Callable[[], int] | None = None) -> int:
        def later(was: int, low: int, high: int) -> int:
            sql = "SELECT is_open FROM flips WHERE opened > :low AND opened <= :high"
            told = session.execute(sa.text(sql), {"low": low, "high": high}).scalars()
            return was + sum(1 if one else -1 for one in told)

        with self.database.read() as session:
            return kept_up(session, ("tally",), whole or self.whole, later)


@pytest.fixture
def tally(database: Database) -> Tally:
    return Tally(database)


def test_a_sum_is_kept_up_with_what_flips_and_made_anew_after_more_than_that(
    tally: Tally, shelf: Shelf
) -> None:
    assert tally.ask() == 0
    tally.flip(True, True, True)
    tally.flip(False)
    assert (tally.ask(), tally.wholes) == (2, 1)
    tally.flip(False)
    assert (tally.ask(), tally.wholes) == (1, 1)
    shelf.put("b")
    assert (tally.ask(), tally.wholes) == (1, 2)


def test_a_sum_made_while_somebody_acts_is_not_kept(tally: Tally) -> None:
    """On Postgres it can hold that act already, and would count it twice."""

    def slow() -> int:
        seen = tally.whole()
        tally.flip(True)
        return tally.open if not tally.database.sqlite else seen

    tally.ask(slow)
    assert tally.ask() == 1


def test_a_sum_is_made_anew_where_it_is_too_far_behind(tally: Tally) -> None:
    tally.ask()
    with tally.database.write() as session:
        only_on_items(session)
        session.execute(sa.text(f"UPDATE revision SET opened = opened + {FLIPS_KEPT}"))
    tally.flip(True)
    assert (tally.ask(), tally.wholes) == (1, 2)


def test_two_databases_do_not_share_what_is_remembered(shelf: Shelf, tmp_path: object) -> None:
    other = Database(f"sqlite:///{tmp_path}/other.db")
    with other.write(counts=False) as session:
        numbers = ", ".join(f"{one} INTEGER" for one in Until)
        session.execute(sa.text(f"CREATE TABLE revision (id INTEGER, {numbers})"))
        session.execute(sa.text("INSERT INTO revision SELECT 1, 1, 1, 1"))
    shelf.ask()
    with other.read() as session:
        assert remembered(session, ("shelf",), lambda: "another") == "another"
    other.close()


def test_memory_is_bounded_and_the_oldest_is_forgotten(shelf: Shelf) -> None:
    for number in range(MOST + 1):
        shelf.ask(number)
    shelf.ask(MOST)
    assert shelf.reads == MOST + 1
    shelf.ask(0)
    assert shelf.reads == MOST + 2


def test_readers_and_a_writer_at_once_never_go_back(shelf: Shelf) -> None:
    shelf.put("0")
    stop, seen = threading.Event(), list[list[int]]()

    def look() -> None:
        mine: list[int] = []
        seen.append(mine)
        while not stop.is_set():
            mine.append(int(str(shelf.ask())))

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(1, 40):
        shelf.put(str(number))
        assert shelf.ask() == str(number)
    stop.set()
    for reader in readers:
        reader.join()

    assert all(mine == sorted(mine) for mine in seen)
