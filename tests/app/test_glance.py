"""A read in the event loop: it gives an answer at once, or says that somebody with time must."""

import sqlalchemy as sa

from app.db import Database

SHORT = sa.text("SELECT number FROM revision")
LONG = sa.text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) "
    "SELECT count(*) FROM n"
)


def test_a_short_question_is_answered_on_sqlite_alone(database: Database) -> None:
    seen = database.glance(lambda session: session.execute(SHORT).scalar_one())

    assert (seen is not None) is database.sqlite


def test_a_long_question_is_left_to_a_thread_and_the_next_is_answered(database: Database) -> None:
    assert database.glance(lambda session: session.execute(LONG).scalar_one()) is None
    with database.read() as session:
        assert session.execute(LONG).scalar_one() == 1_000_000
    seen = database.glance(lambda session: session.execute(SHORT).scalar_one())
    assert (seen is not None) is database.sqlite


def test_a_glance_does_not_wait_for_who_writes_and_sees_what_was_written(
    database: Database,
) -> None:
    def number() -> int | None:
        return database.glance(lambda session: int(session.execute(SHORT).scalar_one()))

    before = number()
    with database.write() as session:
        session.flush()
        assert number() == before
    assert number() == (before + 1 if before is not None else None)
