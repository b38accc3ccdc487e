"""Names that only one row may have, also when two people choose the same at the same moment."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.errors import Conflict


@contextmanager
def only_one(session: Session, taken: str) -> Iterator[None]:
    """What the block stores is flushed; raises ``Conflict`` with the sentence ``taken`` where the
    database says that somebody was faster. The transaction goes on as it was before the block.
    """
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError:
        raise Conflict(taken) from None


def free_name(wanted: str, taken: Collection[str]) -> str:
    """That name, with a number behind it where it is taken."""
    names = (wanted, *(f"{wanted} {number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
