"""The daily digest: what it says, and the ledger that lets it leave once (P4).

claim      one row for (person, local date); whoever inserts it sends it
sending    written before the mail server is asked
sent | failed (tried again until it is too old) | unknown (never again by itself)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from app.core import digests
from app.core.words import Clock
from app.core.zones import zone_of
from app.db import is_sqlite
from app.models import DigestEntry, DigestState, User
from app.services import (
    acts,
    apart,
    comments,
    company,
    deciding,
    due_days,
    goals,
    inbox,
    item,
    lines,
    listing,
    stakes,
    unowned,
)
from app.services.lines import Sources
from app.services.listing import events, items
from app.services.pages import (
    COUNTED,
    GoalLine,
    HistoryLine,
    MentionLine,
    Row,
    SourceLine,
    Stake,
    Unowned,
)

DAILY = "daily"
LEASE = timedelta(minutes=10)
MOST_ROWS = 60
MOST_UNOWNED, MOST_MENTIONS = 5, 10
EVENTS_LOOKED_AT = 400


@dataclass(frozen=True, kw_only=True)
class Changed:
    """One item and what its source changed since the last digest."""

    row: Row
    lines: tuple[HistoryLine, ...]


@dataclass(frozen=True, kw_only=True)
class Digest:
    """Everything that one mail says, in its order. ``left_out`` rows did not fit.

    Counts are exact up to ``COUNTED``; one more stands for any larger number.
    ``unowned`` are the first rows of what ``alarm`` counts, which the sections above it may tell,
    too. ``waiting``: how many things wait for somebody's word.
    ``read_at``: everything is at least as new as this; None before the first read.
    """

    name: str
    overdue: tuple[Row, ...]
    soon: tuple[Row, ...]
    changed: tuple[Changed, ...]
    new: tuple[Row, ...]
    behind: tuple[GoalLine, ...]
    doubtful: tuple[SourceLine, ...]
    stake: Stake
    subject: str
    read_at: datetime | None
    since: datetime
    overdue_count: int
    soon_count: int
    unowned: tuple[Row, ...] = ()
    alarm: Unowned | None = None
    mentions: tuple[MentionLine, ...] = ()
    mentions_before: int = 0
    left_out: int = 0
    waiting: int = 0
    company: str = ""

    @property
    def more(self) -> str:
        """How many did not fit, in words."""
        exact = max(self.overdue_count, self.soon_count) <= COUNTED
        return f"{self.left_out:,}" if exact else f"at least {self.left_out:,}"

    @property
    def empty(self) -> bool:
        """Nothing that a person would want to be told."""
        said = (self.overdue, self.soon, self.changed, self.new, self.behind, self.doubtful)
        return not any((*said, self.alarm, self.mentions))


def compose(session: Session, user: User, *, clock: Clock) -> Digest:
    """What this person's digest says now."""
    assert user.id is not None
    since = user.last_digest_at or clock.now - timedelta(days=1)
    known = Sources(session, now=clock.now)
    overdue = _rows(session, user.id, "overdue", known, clock)
    soon = _rows(session, user.id, "week", known, clock)
    new = _new(session, user.id, known, clock, since)
    changed = _changed(session, user.id, known, clock, since)
    counts = {tab.key: tab.count for tab in inbox.tab_counts(session, user_id=user.id, clock=clock)}
    mentions = comments.told_since(session, user.id, since)
    sections: tuple[Sequence[Any], ...] = (overdue, soon, changed, new)
    fitting = digests.fitting([len(rows) for rows in sections], MOST_ROWS)
    shown = [tuple(rows[:count]) for rows, count in zip(sections, fitting, strict=True)]
    told = (counts["overdue"], counts["week"], len(changed), _count_new(session, clock, since))
    return Digest(
        name=user.name,
        overdue=shown[0],
        soon=shown[1],
        changed=shown[2],
        new=shown[3],
        behind=_behind(session, clock),
        doubtful=known.doubtful,
        stake=stakes.stake(session, clock=clock, days=listing.WEEK),
        subject=("Sample company: " if apart.sample(session) else "")
        + digests.subject(
            overdue=counts["overdue"],
            soon=counts["week"],
            changed=len(changed),
            mentions=len(mentions),
            doubtful=len(known.doubtful),
            clock=clock,
        ),
        read_at=known.read_at,
        since=since,
        overdue_count=counts["overdue"],
        soon_count=counts["week"],
        company=company.name(session, ""),
        unowned=_unowned(session, user.id, known, clock),
        alarm=unowned.alarm(session, clock=clock),
        mentions=mentions[:MOST_MENTIONS],
        mentions_before=comments.unseen(session, user.id) - len(mentions[:MOST_MENTIONS]),
        waiting=deciding.count(session, clock),
        left_out=sum(max(count - len(rows), 0) for count, rows in zip(told, shown, strict=True)),
    )


def _rows(session: Session, user_id: int, tab: str, known: Sources, clock: Clock) -> Sequence[Row]:
    statement = listing.select_lines(user_id).where(listing.in_tab(tab, user_id, clock))
    found = session.execute(listing.ordered(statement, tab).limit(MOST_ROWS + 1)).all()
    return lines.rows_of(session, found, known, clock)


def _new(
    session: Session, user_id: int, known: Sources, clock: Clock, since: datetime
) -> Sequence[Row]:
    """New since the last digest, without what the sections above it tell anyway."""
    statement = listing.select_lines(user_id).where(*_is_new(clock, since))
    found = session.execute(listing.ordered(statement, "all").limit(MOST_ROWS + 1)).all()
    return lines.rows_of(session, found, known, clock)


def _unowned(session: Session, user_id: int, known: Sources, clock: Clock) -> tuple[Row, ...]:
    """The first few that are due soon and belong to nobody."""
    statement = listing.select_lines(user_id).where(unowned.pressing(clock))
    found = session.execute(listing.ordered(statement, "unowned").limit(MOST_UNOWNED)).all()
    return lines.rows_of(session, found, known, clock)


def _count_new(session: Session, clock: Clock, since: datetime) -> int:
    statement = sa.select(sa.func.count()).select_from(items).where(*_is_new(clock, since))
    return int(session.execute(statement).scalar_one())


def _is_new(clock: Clock, since: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        items.c.is_open,
        items.c.first_seen_at > since,
        due_days.after(clock.today + timedelta(days=listing.WEEK), clock),
    )


def _changed(
    session: Session, user_id: int, known: Sources, clock: Clock, since: datetime
) -> Sequence[Changed]:
    """What sources changed since the last digest, with both values, one entry an item."""
    told = session.execute(
        sa.select(
            events.c.subject_id,
            events.c.at,
            events.c.kind,
            events.c.field,
            events.c.old,
            events.c.new,
            events.c.note,
        )
        .where(
            events.c.subject == "item",
            events.c.at > since,
            sa.or_(
                events.c.kind.in_(digests.TOLD),
                sa.and_(events.c.kind == acts.REOPENED, events.c.actor_id.is_(None)),
            ),
        )
        .order_by(events.c.id.desc())
        .limit(EVENTS_LOOKED_AT)
    ).all()
    history: dict[int, list[HistoryLine]] = {}
    for event in told:
        history.setdefault(event.subject_id, []).insert(0, item.line_of(event))
    statement = listing.select_lines(user_id).where(items.c.id.in_(list(history)))
    found = session.execute(listing.ordered(statement, "all")).all()
    rows = lines.rows_of(session, found, known, clock)
    return [Changed(row=row, lines=tuple(history[row.id])) for row in rows]


def _behind(session: Session, clock: Clock) -> tuple[GoalLine, ...]:
    found = goals.behind(session, clock, items.c.id, items.c.title, items.c.unit)
    return tuple(item.goal_line(goal, clock) for goal in found)


# The ledger


def wish_of(user: User) -> digests.Wish:
    """When the person wants it."""
    return digests.Wish(hour=user.digest_hour, days=user.digest_days, zone=zone_of(user.time_zone))


def due(session: Session, *, now: datetime) -> list[tuple[int, date]]:
    """People whose digest of their local day is due and that nobody has taken up.

    Nobody's while the sample company is there: a mail of invented deadlines is worse than none.
    """
    if apart.sample(session) is not None:
        return []
    wanted = session.exec(select(User).where(User.is_active, User.digest_on)).all()
    found = []
    for user in wanted:
        day = digests.due_date(wish_of(user), now=now)
        if day is not None and user.id is not None:
            found.append((user.id, day))
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
    return entry.state == DigestState.CLAIMED and lapsed


def claim(session: Session, user_id: int, day: date, *, owner: str, now: datetime) -> int | None:
    """The ledger row of this digest, if this process has it now; one row, one winner."""
    insert = (sqlite if is_sqlite(session) else postgresql).insert
    table = SQLModel.metadata.tables["digest_ledger"]
    fresh = {
        "user_id": user_id,
        "local_date": day,
        "kind": DAILY,
        "state": DigestState.CLAIMED,
        "message_id": "",
        "subject": "",
        "attempts": 0,
        "owner": owner,
        "claimed_at": now,
        "lease_until": now + LEASE,
    }
    # What it returns says whether a row was added: Postgres' driver counts none for an insert.
    added: int | None = session.execute(
        insert(table)
        .values(**fresh)
        .on_conflict_do_nothing(index_elements=["user_id", "local_date", "kind"])
        .returning(table.c.id)
    ).scalar_one_or_none()
    if added is not None:
        return added
    mine = (
        table.c.user_id == user_id,
        table.c.local_date == day,
        table.c.kind == DAILY,
    )
    again: int | None = session.execute(
        sa.update(table)
        .where(
            *mine,
            sa.or_(
                sa.and_(table.c.state == DigestState.FAILED, table.c.next_attempt_at <= now),
                sa.and_(table.c.state == DigestState.CLAIMED, table.c.lease_until <= now),
            ),
        )
        .values(
            state=DigestState.CLAIMED, owner=owner, lease_until=now + LEASE, next_attempt_at=None
        )
        .returning(table.c.id)
    ).scalar_one_or_none()
    return again


def sending(
    session: Session, entry_id: int, *, owner: str, message_id: str, subject: str, now: datetime
) -> bool:
    """From here on it may have left. False when somebody else has it by now."""
    table = SQLModel.metadata.tables["digest_ledger"]
    marked = session.connection().execute(
        sa.update(table)
        .where(table.c.id == entry_id, table.c.owner == owner, table.c.state == DigestState.CLAIMED)
        .values(
            state=DigestState.SENDING,
            message_id=message_id,
            subject=subject,
            attempts=table.c.attempts + 1,
            lease_until=now + LEASE,
        )
    )
    return marked.rowcount == 1


def sent(session: Session, entry_id: int, *, now: datetime) -> None:
    """The mail server took it. What the next digest tells begins here."""
    entry = session.get_one(DigestEntry, entry_id)
    entry.state, entry.sent_at, entry.error = DigestState.SENT, now, None
    entry.lease_until = entry.next_attempt_at = None
    session.get_one(User, entry.user_id).last_digest_at = now


def skipped(session: Session, entry_id: int, *, owner: str) -> None:
    """There was nothing to say. Changes nothing when somebody else has it by now."""
    entry = session.get_one(DigestEntry, entry_id)
    if (entry.owner, entry.state) == (owner, DigestState.CLAIMED):
        entry.state = DigestState.SKIPPED
        entry.lease_until = None


def failed(session: Session, entry_id: int, error: str, *, again: bool, now: datetime) -> None:
    """It did not leave; ``again``: try later, until it is too old."""
    entry = session.get_one(DigestEntry, entry_id)
    entry.state, entry.error, entry.lease_until = DigestState.FAILED, error, None
    user = session.get_one(User, entry.user_id)
    at = now + digests.retry_after(entry.attempts)
    late = at >= digests.gives_up_at(wish_of(user), entry.local_date)
    entry.next_attempt_at = None if late or not again else at


def unknown(session: Session, entry_id: int, error: str) -> None:
    """It may have left. A person sees it; it is not sent again by itself."""
    entry = session.get_one(DigestEntry, entry_id)
    entry.state, entry.error = DigestState.UNKNOWN, error
    entry.lease_until = entry.next_attempt_at = None


def interrupted(session: Session, *, now: datetime) -> bool:
    """Whether a digest's process died while the mail server had it."""
    dead = select(DigestEntry.id).where(
        DigestEntry.state == DigestState.SENDING, col(DigestEntry.lease_until) <= now
    )
    return session.exec(dead.limit(1)).first() is not None


def settle_interrupted(session: Session, *, now: datetime) -> int:
    """Digests whose process died while the mail server had them become unknown; how many."""
    table = SQLModel.metadata.tables["digest_ledger"]
    settled = session.connection().execute(
        sa.update(table)
        .where(table.c.state == DigestState.SENDING, table.c.lease_until <= now)
        .values(
            state=DigestState.UNKNOWN,
            error="The process ended while the mail server had the message.",
            lease_until=None,
        )
    )
    return int(settled.rowcount)


def newest(session: Session, user_id: int, *, limit: int = 10) -> list[DigestEntry]:
    """A person's last digests, for their settings page."""
    statement = select(DigestEntry).where(DigestEntry.user_id == user_id)
    return list(session.exec(statement.order_by(col(DigestEntry.id).desc()).limit(limit)))
