"""Who reads along the history misses nothing, whatever the order in which writes end."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from app.db import Database
from app.errors import Conflict
from app.models import Event, WriteMark
from app.services import following, pruning, restoring, samples

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def tell(session: Session, *names: str) -> None:
    session.add_all(Event(subject="item", subject_id=1, at=NOW, kind=name) for name in names)
    session.flush()


class Reader:
    """Keeps its position between two looks, as somebody in another process would."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.read() as session:
            self.position = following.position(session)

    def look(self) -> set[str]:
        with self.database.read() as session:
            now = following.position(session)
            follow = following.since(session, self.position)
            assert follow.known
            self.position = now
            return set(_kinds(session, follow.after_event))

    def knows(self) -> bool:
        with self.database.read() as session:
            return following.since(session, self.position).known


def _kinds(session: Session, after: int | None) -> Iterable[str]:
    if after is None:
        return []
    return session.execute(sa.select(Event.kind).where(Event.id > after)).scalars()


def test_a_reader_sees_each_line_that_was_added_since_its_last_look(database: Database) -> None:
    reader = Reader(database)
    with database.write() as session:
        tell(session, "first", "second")
    assert reader.look() == {"first", "second"}

    assert reader.look() == set()
    with database.write() as session:
        tell(session, "third")
    assert reader.look() == {"third"}


def test_a_write_without_history_gives_nothing_to_read(database: Database) -> None:
    with database.write() as session:
        tell(session, "before")
    reader = Reader(database)

    with database.write():
        pass

    with database.read() as session:
        assert following.since(session, reader.position).after_event is None


def test_a_slow_write_that_was_begun_first_is_not_missed(database: Database) -> None:
    if database.sqlite:
        return  # it has one writer at a time: what begins first ends first
    reader = Reader(database)
    with database.write() as slow:
        tell(slow, "slow")
        with database.write() as quick:
            tell(quick, "quick")
        assert reader.look() == {"quick"}

    assert "slow" in reader.look()


def test_a_write_that_is_rolled_back_leaves_nothing(database: Database) -> None:
    reader = Reader(database)
    with pytest.raises(Conflict):
        _give_up(database)
    assert reader.look() == set()


def _give_up(database: Database) -> None:
    with database.write() as session:
        tell(session, "never")
        raise Conflict("Somebody was faster.")


def test_positions_of_before_a_backup_was_put_back_are_unknown(database: Database) -> None:
    with database.write() as session:
        tell(session, "once")
    reader = Reader(database)
    with database.write() as session:
        restoring.mark(session, now=NOW)
    with database.write() as session:
        assert restoring.settle(session, now=NOW)
        tell(session, "in its first write")

    assert not reader.knows()
    again = Reader(database)
    with database.write() as session:
        tell(session, "in its new life")
    assert again.look() == {"in its new life"}


def test_positions_that_were_never_given_out_are_unknown(database: Database) -> None:
    reader = Reader(database)
    for never in (reader.position + 1, -1):
        reader.position = never
        assert not reader.knows()


def test_who_has_not_looked_for_very_long_begins_anew(database: Database) -> None:
    with database.write() as session:
        tell(session, "long ago")
    reader = Reader(database)
    with database.write() as session:
        far = following.MARKS_KEPT + 10
        session.execute(sa.text("UPDATE revision SET number = number + :far"), {"far": far})
        tell(session, "now")
    with database.write() as session:
        found = pruning.spent(session, now=NOW)
        assert found is not None
        pruning.throw_away(session, found, now=NOW)

    assert not reader.knows()
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(WriteMark)) == 1


def test_a_wiped_sample_makes_positions_unknown(database: Database) -> None:
    with database.write() as session:
        samples.begin(session, user_id=1, now=NOW)
    reader = Reader(database)
    with database.write() as session:
        samples.wipe(session, now=NOW, user_id=None)
    assert not reader.knows()
