"""The sample company in an inbox that is empty: begun, read, told, and wiped as one.

begin     the mark is set and nothing real can be added; a loader that broke off is taken over
found     its people and sources; ``heard`` after each source that was read
finish    the people have settled in, and the sources rest
wipe      all of it goes, in one transaction; the account and its settings stay

Whoever loads holds a token: what another has begun or wiped since, it cannot write any more.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.core.columns import TABLES
from app.errors import Conflict
from app.models import (
    AppSetting,
    AssignmentRule,
    Connection,
    Event,
    RecordedAct,
    SavedView,
    User,
)
from app.secrets import Vault
from app.services import accounts, apart, following, search, sources, weights
from app.services.apart import Sample
from app.services.bulk import chunks

WIPED = "sample wiped"


class Planned(Protocol):
    """A source of the sample company, not yet stored."""

    @property
    def name(self) -> str: ...
    @property
    def connector(self) -> str: ...
    @property
    def values(self) -> Mapping[str, Any]: ...


class Superseded(Exception):
    """The sample was wiped or begun anew meanwhile: whoever loads it ends."""


def begin(session: Session, *, user_id: int, now: datetime) -> Sample:
    """The inbox is the sample's from now on. Raises ``Conflict`` beside anything real, and while
    it is there already; what a loader left that broke off goes.
    """
    apart.refuse_beside_real(session)
    before = apart.sample(session)
    if before is not None and not before.broke_off(now=now):
        raise Conflict("The sample company is here already.", remedy="Look around, or wipe it.")
    if before is not None:
        wipe(session, now=now, user_id=user_id)
    begun = Sample(
        token=secrets.token_hex(8),
        user_id=user_id,
        began_at=now,
        heard_at=now,
        read_at=None,
        done=0,
        of=0,
        people=(),
        weights=tuple((*key, step) for key, step in weights.steps(session).items()),
    )
    apart.keep(session, begun)
    return begun


def found(
    session: Session,
    token: str,
    planned: Sequence[Planned],
    people: Iterable[tuple[str, str]],
    *,
    vault: Vault,
    now: datetime,
) -> list[int]:
    """Its people, who get no mail and cannot sign in, and its sources, none of them due by itself;
    the ids of the sources. Raises ``Superseded``.
    """
    begun = _mine(session, token)
    added = []
    for email, name in people:
        if accounts.user_by_email(session, email) is None:
            person = accounts.add_user(session, email=email, name=name, now=now)
            person.digest_on = False
            added.append(person)
    ids = []
    for one in planned:
        connection = sources.add(
            session,
            name=one.name,
            connector=one.connector,
            values=one.values,
            vault=vault,
            now=now,
            sample=True,
        )
        session.flush()
        assert connection.id is not None
        ids.append(connection.id)
    session.flush()
    known = tuple(person.id for person in added if person.id is not None)
    apart.keep(session, replace(begun, people=known, of=len(ids), heard_at=now))
    return ids


def heard(session: Session, token: str, *, done: int, now: datetime) -> None:
    """So many of its sources were read. Raises ``Superseded``."""
    apart.keep(session, replace(_mine(session, token), done=done, heard_at=now))


def finish(session: Session, token: str, *, now: datetime) -> None:
    """All of it was read: its sources rest, and lead nowhere. Raises ``Superseded``."""
    begun = _mine(session, token)
    session.execute(
        sa.update(Connection)
        .where(col(Connection.sample).is_(True))
        .values(secrets="", next_due_at=None)
    )
    apart.keep(session, replace(begun, done=begun.of, heard_at=now, read_at=now))


def give_up(session: Session, token: str, *, now: datetime) -> None:
    """Its loading failed: at once it can be repeated or wiped. Raises ``Superseded``."""
    begun = _mine(session, token)
    apart.keep(session, replace(begun, heard_at=now - apart.SILENT))


def _mine(session: Session, token: str) -> Sample:
    now = apart.sample(session)
    if now is None or now.token != token or now.read_at is not None:
        raise Superseded
    return now


def wipe(session: Session, *, now: datetime, user_id: int | None) -> list[int]:
    """Everything of the sample goes, what people did with it as well; the ids of its sources.

    What was there before it stays. Without a sample nothing happens.
    """
    present = apart.sample(session)
    if present is None:
        return []
    ids = list(session.exec(select(Connection.id).where(col(Connection.sample).is_(True))).all())
    act = _remember(session, now=now, user_id=user_id)
    act.items = _forget_records(session, ids)
    _forget_work(session, present, but=act)
    session.execute(sa.delete(Connection).where(col(Connection.sample).is_(True)))
    session.execute(sa.delete(User).where(col(User.id).in_(present.people)))
    session.execute(sa.delete(AppSetting).where(col(AppSetting.name) == apart.MARK))
    following.forget(session)
    session.flush()
    session.expire_all()
    return [id_ for id_ in ids if id_ is not None]


def _forget_records(session: Session, connection_ids: Sequence[int | None]) -> int:
    """Rows of the sources with their history; the database takes what hangs on them. How many."""
    events = SQLModel.metadata.tables["events"]
    gone = 0
    for name in TABLES:
        table = SQLModel.metadata.tables[name]
        statement = sa.select(table.c.id).where(table.c.connection_id.in_(connection_ids))
        ids = list(session.execute(statement).scalars())
        if name == "items":
            search.forget(session, ids)
        for some in chunks(ids):
            its = (events.c.subject == name.removesuffix("s"), events.c.subject_id.in_(some))
            session.execute(sa.delete(events).where(*its))
            session.execute(sa.delete(table).where(table.c.id.in_(some)))
        gone += len(ids)
    return gone


def _forget_work(session: Session, present: Sample, *, but: RecordedAct) -> None:
    """Rules, views, weights, acts, marks and history that were made since the sample came: they
    speak of it. ``but`` tells that it was wiped.
    """
    began = present.began_at
    session.execute(sa.delete(AssignmentRule).where(col(AssignmentRule.created_at) >= began))
    session.execute(sa.delete(SavedView).where(col(SavedView.created_at) >= began))
    since = (col(RecordedAct.at) >= began, col(RecordedAct.id) != but.id)
    session.execute(sa.delete(RecordedAct).where(*since))
    session.execute(sa.delete(Event).where(col(Event.at) >= began, col(Event.kind) != WIPED))
    session.execute(sa.update(User).values(changes_seen_id=0))
    weights.put(session, {(vendor, program): step for vendor, program, step in present.weights})


def _remember(session: Session, *, now: datetime, user_id: int | None) -> RecordedAct:
    """That it was wiped, and by whom: before anything goes. SQLite gives the ids behind the last
    one anew, and what an open page still names (an act to undo, the last change seen) must never
    come to mean something else.
    """
    said = "The sample company was wiped"
    act = RecordedAct(actor_id=user_id, at=now, kind=WIPED, said=said, items=0, undone_at=now)
    session.add(Event(subject="sample", subject_id=0, at=now, kind=WIPED, actor_id=user_id))
    session.add(act)
    session.flush()
    return act
