"""What a copy of the database does not know: what left, and who was sent away, after it was made.

A copy is marked when it is made, or when whoever put it back says so. Whoever opens it first
settles it: nothing that may have left since then leaves again (P10), and nobody gets in by a
session or a link that may have been closed since then.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.core import digests
from app.core.zones import zone_of
from app.models import (
    AppSetting,
    Connection,
    DigestEntry,
    DigestState,
    OneTimeLink,
    Revision,
    User,
    WebSession,
)
from app.services import deliveries, digest_ledger, following

MARK = "copied_at"
MAYBE_SENT = "A backup was put back: this may have left before."
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""Revisions of a copy begin at the seconds since: more than any inbox has counted by writing."""


def mark(session: Session, *, now: datetime) -> None:
    """This database is a copy of what another one was; it is settled when it is opened next."""
    session.merge(AppSetting(name=MARK, value=now.isoformat()))


def is_copy(session: Session) -> bool:
    """Whether it is a copy that was not settled yet; asked first: most starts write nothing."""
    return session.get(AppSetting, MARK) is not None


def settle(session: Session, *, now: datetime) -> bool:
    """Make the copy the inbox that is used from now on; False when somebody else was faster."""
    mine: sa.CursorResult[Any] = session.connection().execute(
        sa.delete(AppSetting).where(col(AppSetting.name) == MARK)
    )
    if mine.rowcount != 1:
        return False
    _hold_what_waits(session)
    for person in session.exec(select(User)).all():
        for day in _days(person, now):
            _leave_out(session, person, day, now=now)
    session.execute(sa.delete(WebSession))
    session.execute(sa.delete(OneTimeLink))
    # Whoever held a connection when the copy was made does not have this one.
    session.execute(sa.update(Connection).values(lease_owner=None, lease_until=None))
    # What was remembered of the time since must not come again with other content.
    number = int((now - EPOCH).total_seconds())
    above = dict.fromkeys(("number", "told", "opened"), number)
    session.execute(sa.update(Revision).where(col(Revision.number) < number).values(above))
    following.forget(session)
    return True


def _hold_what_waits(session: Session) -> None:
    deliveries.hold(session, MAYBE_SENT, all_of=True)
    retried = sa.and_(
        col(DigestEntry.state) == DigestState.FAILED, col(DigestEntry.next_attempt_at).is_not(None)
    )
    session.execute(
        sa.update(DigestEntry)
        .where(
            sa.or_(retried, col(DigestEntry.state).in_((DigestState.CLAIMED, DigestState.SENDING)))
        )
        .values(state=DigestState.UNKNOWN, error=MAYBE_SENT, lease_until=None, next_attempt_at=None)
    )


def _days(person: User, now: datetime) -> set[date]:
    """The local days whose digest may have left, and could leave still: today's, whatever hour
    the person wanted it at since, and yesterday's where its time is not over.
    """
    wish = digest_ledger.wish_of(person)
    today = now.astimezone(zone_of(person.time_zone)).date()
    yesterday = today - timedelta(days=1)
    days = {today} if str(today.isoweekday()) in wish.days else set()
    return days | ({yesterday} if now < digests.gives_up_at(wish, yesterday) else set())


def _leave_out(session: Session, person: User, day: date, *, now: datetime) -> None:
    assert person.id is not None
    taken = select(DigestEntry.id).where(
        DigestEntry.user_id == person.id,
        DigestEntry.local_date == day,
        DigestEntry.kind == digest_ledger.DAILY,
    )
    if session.exec(taken).first() is None:
        session.add(
            DigestEntry(
                user_id=person.id,
                local_date=day,
                state=DigestState.UNKNOWN,
                claimed_at=now,
                error=MAYBE_SENT,
            )
        )
