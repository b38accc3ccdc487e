"""The revisions that every write counts up, and what may be remembered until it does."""

from collections.abc import Callable, Hashable, Sequence
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session

from app.db import ON_ITEMS, WRITES
from app.models import Flip
from app.services.bulk import Bulk
from app.services.memo import Memo

T = TypeVar("T")
MOST = 512
KEY = "revision"
PLACE = "place"
FLIPS_KEPT = 1_000
"""Over so many acts a sum is kept up at most; flips that are older are of no use."""

_memo: Memo[Any] = Memo(MOST)


class Until(StrEnum):
    """What makes an answer old. People act on items all day long, and most of what stands around
    a list does not depend on it: it need not be asked anew after each act.
    """

    WRITTEN = "number"
    """Anything that is written."""
    OPENED = "opened"
    """An item that opens or closes, and all of ``TOLD``."""
    TOLD = "told"
    """More than what people do with items: what a source tells, members, settings."""


def revision(session: Session, until: Until = Until.WRITTEN) -> int:
    """How many such writes this database had seen when the session first asked.

    What the session reads later can only be newer, so that nothing old is remembered as new.
    """
    if KEY not in session.info:
        session.info[KEY] = _numbers(session)
    numbers: dict[Until, int] = session.info[KEY]
    return numbers[until]


def _numbers(session: Session) -> dict[Until, int]:
    asked = ", ".join(Until)
    found = session.connection().exec_driver_sql(f"SELECT {asked} FROM revision")  # noqa: S608  (our names)
    return dict(zip(Until, found.one(), strict=True))


def remembered(
    session: Session,
    key: tuple[Hashable, ...],
    make: Callable[[], T],
    *,
    until: Until = Until.WRITTEN,
) -> T:
    """``make()``, or what it gave before for this key while nothing was written that makes it old.

    The key must hold all that the answer depends on beside the database: the user and
    the local date, say. In a write transaction nothing is remembered: what it sees is
    not, or not yet, what others see.
    """
    place = _place(session)
    if place is None:
        return make()
    found: T = _memo.get((place, until, revision(session, until), *key), make)
    return found


def _place(session: Session) -> str | None:
    """The database that this session reads; None of one that writes."""
    if PLACE not in session.info:
        connection = session.connection()
        writes = connection.get_execution_options().get(WRITES)
        session.info[PLACE] = None if writes else str(connection.engine.url)
    place: str | None = session.info[PLACE]
    return place


def only_on_items(session: Session) -> None:
    """Say of a write that it holds only what people do with items: states, owners, marks,
    comments, proofs.
    """
    session.info[ON_ITEMS] = True


def flipped(session: Session, flips: Sequence[Sequence[Any]]) -> None:
    """Tell which items opened (id, True) or closed (id, False) in a write of what people do."""
    if not flips or ON_ITEMS not in session.info:
        return
    number = session.connection().execute(_OPEN).scalar_one()
    rows = [(number, id_, is_open) for id_, is_open in flips]
    Bulk(session, Flip.__tablename__).insert(("opened", "item_id", "is_open"), rows)


_OPEN = sa.text("UPDATE revision SET opened = opened + 1 RETURNING opened")


def kept_up(
    session: Session,
    key: tuple[Hashable, ...],
    whole: Callable[[], T],
    later: Callable[[T, int, int], T],
) -> T:
    """``whole()``, made once until a source tells something, and kept up in between:
    ``later(was, low, high)`` is what became of it with the flips after ``low`` up to ``high``.
    In a write transaction it is made anew, as with ``remembered``.
    """
    database = _place(session)
    if database is None:
        return whole()
    told, high = (revision(session, until) for until in (Until.TOLD, Until.OPENED))
    place = (database, "kept up", told, *key)
    known: tuple[int, T] | None = _memo.peek(place)
    if known is not None and known[0] <= high <= known[0] + FLIPS_KEPT:
        low, found = known
        if low < high:
            found = later(found, low, high)
            _memo.put(place, (high, found))
        return found
    found = whole()
    if _numbers(session)[Until.OPENED] == high:  # else it may hold more than up to there
        _memo.put(place, (high, found))
    return found
