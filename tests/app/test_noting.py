"""What is only noted beside an answer: nobody waits long, and nothing is lost but the note."""

import sqlalchemy as sa
from sqlmodel import Session

from app.db import BUSY_TIMEOUT_MS, Database

NOTE = sa.text("UPDATE chores SET mark = mark + 1 WHERE name = 'compare'")
TIMES = sa.text("SELECT mark FROM chores WHERE name = 'compare'")
NUMBER = sa.text("SELECT number FROM revision")
TIMEOUT = sa.text("PRAGMA busy_timeout")


def down(session: Session) -> None:
    session.execute(NOTE)


def asked(database: Database, question: sa.TextClause) -> int:
    with database.read() as session:
        return int(session.execute(question).scalar_one())


def test_a_note_stays_and_is_no_news(database: Database) -> None:
    before = asked(database, NUMBER)
    database.note(down)
    assert (asked(database, TIMES), asked(database, NUMBER)) == (1, before)


def test_while_this_process_writes_a_note_is_left_out_where_one_writes_at_a_time(
    database: Database,
) -> None:
    with database.write():
        database.note(down)
    assert asked(database, TIMES) == (0 if database.sqlite else 1)
    database.note(down)
    assert asked(database, TIMES) == (1 if database.sqlite else 2)


def test_while_another_process_writes_too_and_other_writes_still_take_their_turn(
    database: Database, database_url: str
) -> None:
    elsewhere = Database(database_url)
    with elsewhere.write():
        database.note(down)
    elsewhere.close()
    assert asked(database, TIMES) == (0 if database.sqlite else 1)
    database.note(down)
    assert asked(database, TIMES) == (1 if database.sqlite else 2)
    if database.sqlite:
        assert asked(database, TIMEOUT) == BUSY_TIMEOUT_MS
