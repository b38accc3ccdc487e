"""What a message to people says when it leaves: what is still so, to who may still read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core.notice_words import folded, still_so
from app.core.notices import ITEM, OUTPUT, SOURCE, Notice
from app.models import ChannelKind, User
from app.services import company as companies
from app.services.deliveries import Taken

NOBODY = "There is nobody to tell any more."
NOTHING = "It was not so any more when it was to leave."

items = SQLModel.metadata.tables["items"]
programs = SQLModel.metadata.tables["programs"]
connections = SQLModel.metadata.tables["connections"]
channels = SQLModel.metadata.tables["channels"]


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A message as it is to leave; ``user`` is None for the team's. ``more`` are told by their
    number alone.
    """

    user: User | None
    company: str
    notices: tuple[Notice, ...]
    more: int

    @property
    def lacks(self) -> str:
        """Why it is not sent; empty when it is."""
        return "" if self.notices else NOTHING


def ready(session: Session, taken: Taken, *, company: str) -> Ready | None:
    """The message as it is now; None where nobody is there to read it, or wants to. ``company``
    is the name that the installation has set.
    """
    user = None
    if taken.channel.user_id is not None:
        user = session.get(User, taken.channel.user_id)
        if user is None or not user.is_active:
            return None
        wanted = user.notices_on or taken.is_test
        if taken.channel.kind == ChannelKind.MAIL and not wanted:
            return None
    told = folded(_still_so(session, taken.notices))
    whose = companies.name(session, company)
    return Ready(user=user, company=whose, notices=told, more=taken.more if told else 0)


def _still_so(session: Session, notices: Sequence[Notice]) -> list[Notice]:
    due = _now(session, items, notices, ITEM, "due_on", "due_at", "is_open")
    eligible = _now(session, programs, notices, "program", "eligible")
    there = _now(session, connections, notices, SOURCE, "removed_at")
    stopped = _now(session, channels, notices, OUTPUT, "stopped_at")
    found = []
    for one in notices:
        now = {ITEM: due, "program": eligible, SOURCE: there, OUTPUT: stopped}
        row = now.get(one.subject, {}).get(one.subject_id)
        if one.subject == ITEM and row is not None:
            found.append(still_so(one, due=row.due_at or row.due_on, is_open=row.is_open))
        elif one.subject == "program" and row is not None:
            found.append(still_so(one, eligible=row.eligible))
        elif one.subject == SOURCE:
            found.append(one if row is not None and row.removed_at is None else None)
        elif one.subject == OUTPUT:
            found.append(one if row is not None and row.stopped_at is not None else None)
        elif one.subject not in (ITEM, "program"):
            found.append(one)
    return [one for one in found if one is not None]


def _now(
    session: Session, table: sa.Table, notices: Sequence[Notice], subject: str, *columns: str
) -> Mapping[int, Any]:
    ids = {one.subject_id for one in notices if one.subject == subject}
    if not ids:
        return {}
    statement = sa.select(table.c.id, *(table.c[name] for name in columns))
    return {row.id: row for row in session.execute(statement.where(table.c.id.in_(ids)))}
