"""Alerts that waited when it was updated are told by the way that took their place, once."""

import sqlalchemy as sa
from alembic import command

from app.db import Database
from app.models import Chore, Event
from app.schema import alembic_config, migrate
from app.services import following

BEFORE = "0005"
AT = "2026-11-21 08:00:00+00:00"
WAITING = (
    ("down:1", '{"connection_id": 1, "health": "needs sign-in"}', "waiting"),
    ("down:2", '{"connection_id": 2, "health": "broken"}', "sent"),
    ("down:3", '{"connection_id": 3, "health": "failing", "heard": {"a@b": "sent"}}', "waiting"),
    ("up:4", '{"connection_id": 4, "health": "ok"}', "waiting"),
)


def test_who_was_told_of_nothing_is_told_after_the_update(empty_database_url: str) -> None:
    command.upgrade(alembic_config(empty_database_url), BEFORE)
    database = Database(empty_database_url)
    with database.write(counts=False) as session:
        for key, payload, state in WAITING:
            session.execute(
                sa.text(
                    "INSERT INTO outbox (key, kind, payload, state, attempts, created_at, "
                    "next_attempt_at) VALUES (:key, 'source', :payload, :state, 0, :at, :at)"
                ),
                {"key": key, "payload": payload, "state": state, "at": AT},
            )

    migrate(empty_database_url)

    with database.read() as session:
        mark = session.get_one(Chore, "tell").mark
        follow = following.since(session, mark)
        assert follow.known
        told = session.execute(
            sa.select(Event.subject, Event.subject_id, Event.kind).where(
                Event.id > follow.after_event
            )
        ).all()
        assert following.position(session) > mark
    database.close()
    assert told == [("source", 1, "needs sign-in"), ("source", 4, "well again")]
