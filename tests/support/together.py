"""Several people at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session

from app.db import Database
from app.errors import AppError

T = TypeVar("T")
LONGEST_WAIT = 10_000
"""Looks at whether somebody waits, before it is said that nobody does."""
_WAITS = sa.text(
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def at_once(database: Database, *verbs: Callable[[Session], T]) -> list[T | AppError]:
    """Each in a transaction and a thread of its own, let go together: what each gave or raised."""
    together = threading.Barrier(len(verbs))

    def run(verb: Callable[[Session], T]) -> T | AppError:
        together.wait()
        try:
            with database.write() as session:
                return verb(session)
        except AppError as error:
            return error

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


def meanwhile(
    database: Database, first: Callable[[Session], object], second: Callable[[Session], T]
) -> T | AppError:
    """``first`` is done and not yet committed when ``second`` begins: what that gave or raised.

    On Postgres it goes on until it waits for the first; on SQLite it waits before it begins.
    """

    def run() -> T | AppError:
        try:
            with database.write() as session:
                return second(session)
        except AppError as error:
            return error

    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            first(session)
            session.flush()
            told = pool.submit(run)
            until_it_waits(database, told)
        return told.result()


def until_it_waits(database: Database, told: Future[Any]) -> None:
    """Until what another thread does waits for this one's transaction, or is done.

    On SQLite it goes on at once: there it waits before it begins.
    """
    if database.sqlite:
        return
    with database.engine.connect() as looking:
        for _ in range(LONGEST_WAIT):
            if told.done() or looking.execute(_WAITS).scalar():
                return
            looking.rollback()
    raise AssertionError("It neither waits nor ends.")
