"""Several people at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlmodel import Session

from app.db import Database
from app.errors import AppError

T = TypeVar("T")


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
