"""The ledger that lets each person's digest of a day leave once (P4).

claim      one row for (person, local date); whoever inserts it sends it
sending    written before the mail server is asked
sent | failed (tried again until it is too old) | unknown (never again by itself) | skipped

A digest that somebody asks for has a row of its own kind beside that of the day.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from app.core import digests
from app.core.zones import zone_of
from app.db import is_sqlite
from app.models import DigestEntry, DigestState, User
from app.services import apart

DAILY, NOW = "daily", "now"
LEASE = timedelta(minutes=10)
INTERRUPTED = "The process ended while the mail server had the message."
NEVER_BEGUN = "The process ended before it was sent."
IN_DOUBT = "It may have arrived. Sending it again did not begin."
MOST = 500
"""Digests that are claimed in one statement."""

Key = tuple[int, date]
"""Whose, and of which local date."""


class Claimed(NamedTuple):
    """A row of the ledger that this process has."""

    id: int
    user_id: int
    day: date
    kind: str = DAILY

    @property
    def name(self) -> str:
        """What its mail's id begins with: the same for the same person and day."""
        return ".".join((self.day.isoformat(), str(self.user_id), *self.kind.split()[1:]))


ledger = SQLModel.metadata.tables[str(DigestEntry.__tablename__)]
_KEY = (ledger.c.id, ledger.c.user_id, ledger.c.local_date)


def wish_of(user: User) -> digests.Wish:
    """When the person wants it."""
    return digests.Wish(
        hour=user.digest_hour,
        days=user.digest_days,
        zone=zone_of(user.time_zone),
        off=user.digest_holidays,
    )


def due(session: Session, *, now: datetime) -> list[Key]:
    """People whose digest of their local day is due and that nobody has taken up.

    Nobody's while the sample company is there: a mail of invented deadlines is worse than none.
    """
    if apart.sample(session) is not None:
        return []
    wanted = session.exec(
        select(User)
        .where(User.is_active, User.digest_on, User.mail_refused < digests.REFUSALS)
        .order_by(col(User.id))
    ).all()
    found: list[Key] = []
    for user in wanted:
        day = digests.due_date(wish_of(user), now=now)
        if day is not None and user.id is not None:
            found.append((user.id, day))
    if not found:
        return []
    taken = {
        (entry.user_id, entry.local_date): entry
        for entry in session.exec(
            select(DigestEntry).where(
                DigestEntry.kind == DAILY,
                col(DigestEntry.local_date) >= now.date() - timedelta(days=2),
            )
        )
    }
    return [key for key in found if key not in taken or _again(taken[key], now)]


def _again(entry: DigestEntry, now: datetime) -> bool:
    if entry.state == DigestState.FAILED:
        return entry.next_attempt_at is not None and entry.next_attempt_at <= now
    lapsed = entry.lease_until is not None and entry.lease_until <= now
    by_hand = entry.attempts > 0 and entry.error is None
    return entry.state == DigestState.CLAIMED and lapsed and not by_hand


def claim(session: Session, keys: Sequence[Key], *, owner: str, now: datetime) -> list[Claimed]:
    """The ledger rows of those of these digests that this process has now; one row, one winner.

    At most ``MOST``: the rest is for the next round.
    """
    keys = keys[:MOST]
    if not keys:
        return []
    fresh = [_fresh(user_id, day, DAILY, owner=owner, now=now) for user_id, day in keys]
    added = _added(session, fresh)
    mine = {(row.user_id, row.local_date): Claimed(*row) for row in added}
    left = [key for key in keys if key not in mine]
    if left:
        again = session.execute(
            sa.update(ledger)
            .where(
                ledger.c.kind == DAILY,
                sa.tuple_(ledger.c.user_id, ledger.c.local_date).in_(left),
                sa.or_(
                    sa.and_(ledger.c.state == DigestState.FAILED, ledger.c.next_attempt_at <= now),
                    sa.and_(ledger.c.state == DigestState.CLAIMED, _lapsed(now), sa.not_(BY_HAND)),
                ),
            )
            .values(_claimed(owner, now))
            .returning(*_KEY)
        ).all()
        mine |= {(row.user_id, row.local_date): Claimed(*row) for row in again}
    return [mine[key] for key in keys if key in mine]


def _added(session: Session, fresh: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
    """Those of these rows that nobody had added. What the insert returns says which: Postgres'
    driver counts none.
    """
    insert = (sqlite if is_sqlite(session) else postgresql).insert
    return session.execute(
        insert(ledger)
        .values(fresh)
        .on_conflict_do_nothing(index_elements=["user_id", "local_date", "kind"])
        .returning(*_KEY)
    ).all()


def claim_now(
    session: Session, user_id: int, day: date, *, owner: str, now: datetime
) -> Claimed | None:
    """A row for a digest that the person asked for, beside the one of the day; None where they did
    at this very moment already.
    """
    kind = f"{NOW} {now:%H%M%S%f}"
    fresh = _fresh(user_id, day, kind, owner=owner, now=now)
    added = _added(session, [fresh])
    return Claimed(added[0].id, user_id, day, kind) if added else None


def claim_unknown(
    session: Session, entry_id: int, user_id: int, *, owner: str, now: datetime
) -> Claimed | None:
    """A person's digest that may not have arrived, to be sent again because they say so; None
    where that is not what became of it. Until it is sent, that it is ``BY_HAND`` shows by what is
    not known of it: why it did not leave.
    """
    mine = sa.and_(ledger.c.id == entry_id, ledger.c.user_id == user_id)
    unknown = ledger.c.state == DigestState.UNKNOWN
    taken = session.execute(
        sa.update(ledger)
        .where(mine, unknown)
        .values(_claimed(owner, now) | {"claimed_at": now, "error": None})
        .returning(ledger.c.id, ledger.c.user_id, ledger.c.local_date, ledger.c.kind)
    ).one_or_none()
    return None if taken is None else Claimed(*taken)


def _fresh(user_id: int, day: date, kind: str, *, owner: str, now: datetime) -> dict[str, Any]:
    own = {"user_id": user_id, "local_date": day, "kind": kind, "claimed_at": now}
    rest = {"message_id": "", "subject": "", "attempts": 0, "said": {}}
    return own | rest | _claimed(owner, now)


def _claimed(owner: str, now: datetime) -> dict[str, Any]:
    held = {"state": DigestState.CLAIMED, "owner": owner, "lease_until": now + LEASE}
    return held | {"next_attempt_at": None}


BY_HAND = sa.and_(
    ledger.c.state == DigestState.CLAIMED, ledger.c.attempts > 0, ledger.c.error.is_(None)
)
"""Sent once, and claimed again by a person's wish: not begun, it is in doubt as before."""
_DOUBTED = {
    **{"state": DigestState.UNKNOWN, "error": IN_DOUBT},
    **{"lease_until": None, "next_attempt_at": None},
}


def release(session: Session, entry_ids: Collection[int], *, owner: str, now: datetime) -> None:
    """Leave to others what this process has claimed and not begun to send."""
    if not entry_ids:
        return
    mine = sa.and_(
        ledger.c.id.in_(entry_ids), ledger.c.owner == owner, ledger.c.state == DigestState.CLAIMED
    )
    session.execute(sa.delete(ledger).where(mine, ledger.c.attempts == 0))
    session.execute(sa.update(ledger).where(mine, BY_HAND).values(_DOUBTED))
    session.execute(
        sa.update(ledger)
        .where(mine)
        .values(state=DigestState.FAILED, next_attempt_at=now, lease_until=None)
    )


def sending(
    session: Session,
    entry_id: int,
    *,
    owner: str,
    message_id: str,
    subject: str,
    now: datetime,
    said: Mapping[str, Any] | None = None,
) -> bool:
    """From here on it may have left. False when somebody else has it by now."""
    marked = session.connection().execute(
        sa.update(ledger)
        .where(
            ledger.c.id == entry_id, ledger.c.owner == owner, ledger.c.state == DigestState.CLAIMED
        )
        .values(
            state=DigestState.SENDING,
            message_id=message_id,
            subject=subject,
            said=dict(said or {}),
            attempts=ledger.c.attempts + 1,
            lease_until=now + LEASE,
        )
    )
    return marked.rowcount == 1


def sent(session: Session, entry_id: int, *, now: datetime) -> None:
    """The mail server took it. What the next digest tells begins here, if this was the day's."""
    entry = session.get_one(DigestEntry, entry_id)
    entry.state, entry.sent_at, entry.error = DigestState.SENT, now, None
    entry.lease_until = entry.next_attempt_at = None
    user = session.get_one(User, entry.user_id)
    user.mail_refused = 0
    if entry.kind == DAILY:
        user.last_digest_at = now


def skipped(session: Session, entry_id: int, *, owner: str) -> None:
    """There was nothing to say. Changes nothing when somebody else has it by now."""
    entry = session.get_one(DigestEntry, entry_id)
    if (entry.owner, entry.state) == (owner, DigestState.CLAIMED):
        entry.state = DigestState.SKIPPED
        entry.lease_until = None


def failed(
    session: Session,
    entry_id: int,
    error: str,
    *,
    again: bool,
    now: datetime,
    refused: bool = False,
) -> None:
    """It did not leave; ``again``: try later, until it is too old. ``refused``: the server does not
    take mail for this address.
    """
    entry = session.get_one(DigestEntry, entry_id)
    entry.state, entry.error, entry.lease_until = DigestState.FAILED, error, None
    user = session.get_one(User, entry.user_id)
    user.mail_refused += refused
    at = now + digests.retry_after(entry.attempts)
    late = at >= digests.gives_up_at(wish_of(user), entry.local_date)
    entry.next_attempt_at = None if late or not again or entry.kind != DAILY else at


def unknown(session: Session, entry_id: int, error: str) -> None:
    """It may have left. A person sees it; it is not sent again by itself."""
    entry = session.get_one(DigestEntry, entry_id)
    entry.state, entry.error = DigestState.UNKNOWN, error
    entry.lease_until = entry.next_attempt_at = None


def interrupted(session: Session, *, now: datetime) -> bool:
    """Whether a digest's process died while it had it, and nobody takes it up."""
    again = sa.and_(BY_HAND, _lapsed(now))
    dead = sa.select(ledger.c.id).where(sa.or_(_was_sending(now), again, _was_claimed(now)))
    return session.execute(dead.limit(1)).first() is not None


def settle_interrupted(session: Session, *, now: datetime) -> None:
    """Digests whose process died while the mail server had them become unknown; what was claimed
    and is of no day that can still leave has failed.
    """
    ends = {"lease_until": None, "next_attempt_at": None}
    gone = {"state": DigestState.UNKNOWN, "error": INTERRUPTED, **ends}
    session.execute(sa.update(ledger).where(_was_sending(now)).values(gone))
    session.execute(sa.update(ledger).where(BY_HAND, _lapsed(now)).values(_DOUBTED))
    lost = {"state": DigestState.FAILED, "error": NEVER_BEGUN, **ends}
    session.execute(sa.update(ledger).where(_was_claimed(now)).values(lost))


def _was_sending(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(ledger.c.state == DigestState.SENDING, _lapsed(now))


def _lapsed(now: datetime) -> sa.ColumnElement[bool]:
    return ledger.c.lease_until <= now


def _was_claimed(now: datetime) -> sa.ColumnElement[bool]:
    """Whose claim lapsed, and who is due no more: not of these days, or asked for by somebody."""
    past = ledger.c.local_date < now.date() - timedelta(days=2)
    claimed = ledger.c.state == DigestState.CLAIMED
    return sa.and_(claimed, _lapsed(now), sa.or_(past, ledger.c.kind != DAILY))


def last_said(session: Session, user_ids: Collection[int]) -> dict[int, tuple[datetime, Any]]:
    """When the last daily digest that was sent to each of these people left, and what figures it
    told.
    """
    newest = (
        sa.select(sa.func.max(ledger.c.id))
        .where(
            ledger.c.user_id.in_(user_ids),
            ledger.c.kind == DAILY,
            ledger.c.state == DigestState.SENT,
        )
        .group_by(ledger.c.user_id)
    )
    found = sa.select(ledger.c.user_id, ledger.c.sent_at, ledger.c.said)
    rows = session.execute(found.where(ledger.c.id.in_(newest)))
    return {row.user_id: (row.sent_at, row.said) for row in rows}


def newest(session: Session, user_id: int, *, limit: int = 10) -> list[DigestEntry]:
    """A person's last digests, for their settings page."""
    statement = select(DigestEntry).where(DigestEntry.user_id == user_id)
    return list(session.exec(statement.order_by(col(DigestEntry.id).desc()).limit(limit)))
