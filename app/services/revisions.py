"""The revision that every write counts up, and what may be remembered until it does."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlmodel import Session

from app.db import WRITES
from app.services.memo import Memo

T = TypeVar("T")
MOST = 512
KEY = "revision"

_memo: Memo[Any] = Memo(MOST)


def revision(session: Session) -> int:
    """How many write transactions this database had seen when the session first asked.

    What the session reads later can only be newer, so that nothing old is remembered as new.
    """
    if KEY not in session.info:
        found = session.connection().exec_driver_sql("SELECT number FROM revision")
        session.info[KEY] = int(found.scalar_one())
    number: int = session.info[KEY]
    return number


def remembered(session: Session, key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
    """``make()``, or what it gave before for this key while nothing has been written since.

    The key must hold all that the answer depends on beside the database: the user and
    the local date, say. In a write transaction nothing is remembered: what it sees is
    not, or not yet, what others see.
    """
    if _writes(session):
        return make()
    return kept(session, (revision(session), *key), make)


def kept(session: Session, key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
    """``make()``, or what it gave before in this database for this key, which says it all."""
    if _writes(session):
        return make()
    database = str(session.get_bind().engine.url)
    found: T = _memo.get((database, *key), make)
    return found


def _writes(session: Session) -> bool:
    return bool(session.connection().get_execution_options().get(WRITES))
