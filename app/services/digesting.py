"""What a person's digest says now.

Digests are made for many at once: what is the same for everybody is read once, what differs is
asked for all of them together, so that the number of statements does not grow with the people.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from heapq import nsmallest
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core import digests
from app.core.words import Clock
from app.core.zones import zone_of
from app.db import is_sqlite
from app.models import User
from app.services import (
    acts,
    apart,
    channel_health,
    comments,
    company,
    deciding,
    digest_candidates,
    digest_ledger,
    digest_views,
    goals,
    item,
    lines,
    listing,
    search,
    unowned,
)
from app.services.digest_candidates import Placed
from app.services.digest_views import Chosen
from app.services.lines import Sources
from app.services.listing import events, items
from app.services.pages import HistoryLine, MentionLine, Row, Stake, Unowned
from app.services.pages.digest import Changed, Counts, Digest
from app.services.pages.outputs import Silent

MOST_ROWS = 60
MOST_UNOWNED, MOST_MENTIONS = 5, 10
MENTIONS_LOOKED_AT = 100
EVENTS_LOOKED_AT = 1000
STAKE, VIEWS = "stake", "views"
"""What the ledger keeps of a digest: its figures, and of which views they were."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One person, their clock, since when they are told, and what of."""

    user: User
    clock: Clock
    since: datetime
    chosen: Chosen

    @property
    def id(self) -> int:
        """The person's id; a stored person has one."""
        assert self.user.id is not None
        return self.user.id


def compose(session: Session, user: User, *, clock: Clock) -> Digest:
    """What this person's digest says now."""
    return compose_all(session, [user], now=clock.now, clock=clock)[user.id or 0]


def compose_all(
    session: Session, people: Sequence[User], *, now: datetime, clock: Clock | None = None
) -> dict[int, Digest]:
    """What the digest of each of these people says now, by their ids; each on their own clock,
    unless one is given.
    """
    chosen = digest_views.chosen(session, people)
    readers = [
        Reader(
            user=person,
            clock=clock or Clock(now=now, zone=zone_of(person.time_zone)),
            since=digests.looks_back_to(
                digest_ledger.wish_of(person), person.last_digest_at, now=now
            ),
            chosen=chosen[person.id or 0],
        )
        for person in people
    ]
    if not readers:
        return {}
    shared = _Shared(session, readers, now)
    drafts = [shared.draft(reader) for reader in readers]
    rows = shared.rows(id_ for draft in drafts for id_ in draft.ids)
    return {draft.reader.id: shared.digest(draft, rows) for draft in drafts}


@dataclass(frozen=True, kw_only=True)
class _Draft:
    """Which items each section of one digest shows, by their ids, and how many there are."""

    reader: Reader
    overdue: list[int]
    soon: list[int]
    changed: dict[int, list[HistoryLine]]
    new: list[int]
    unowned: list[int]
    claims: list[int]
    counts: Counts
    stake: Stake
    alarm: Unowned | None
    goals: list[Any]

    @property
    def ids(self) -> Iterable[int]:
        """All items of which a line is shown."""
        some = (self.overdue, self.soon, self.new, self.unowned, self.claims)
        return (id_ for ids in (*some, [*self.changed]) for id_ in ids)


@dataclass(frozen=True, kw_only=True)
class _Base:
    """What of a digest does not depend on when the last one came. ``later`` are in the order in
    which they were first ``seen``.
    """

    overdue: list[int]
    soon: list[int]
    unowned: list[int]
    later: list[Any]
    seen: list[datetime]
    claims: list[Any]
    goals: list[Any]
    counts: Counts
    stake: Stake
    alarm: Unowned | None


def _base_of(placed: Placed, lagging: Sequence[Any], mine: Collection[int] | None) -> _Base:
    of = digest_candidates.of
    overdue, soon, pressing = (
        of(some, mine) for some in (placed.overdue, placed.soon, placed.pressing)
    )
    later = sorted(of(placed.later, mine), key=lambda one: one.first_seen_at)
    return _Base(
        overdue=_first(overdue),
        soon=_first(soon),
        unowned=_first(pressing, MOST_UNOWNED),
        later=later,
        seen=[one.first_seen_at for one in later],
        claims=of(placed.claims, mine),
        goals=[goal for goal in lagging if mine is None or goal.id in mine],
        counts=Counts(overdue=len(overdue), soon=len(soon)),
        stake=digest_candidates.stake_of((*overdue, *soon)),
        alarm=_alarm(pressing, overdue),
    )


class _Shared:
    """What all digests of a round are made from."""

    def __init__(self, session: Session, readers: Sequence[Reader], now: datetime) -> None:
        self.session, self.readers, self.now = session, readers, now
        self.known = Sources(session, now=now)
        self.silent = channel_health.silent(session)
        self.company = company.name(session, "")
        self.sample = "Sample company: " if apart.sample(session) else ""
        since = min(reader.since for reader in readers)
        self.candidates = digest_candidates.read(session, now=now, since=since)
        self.told = _told_by_sources(session, since)
        self.goals = goals.tracked(session, items.c.id, items.c.title, items.c.unit)
        ids = [reader.id for reader in readers]
        self.mentions = comments.unseen_of(session, ids, most=MENTIONS_LOOKED_AT)
        self.said = digest_ledger.last_said(session, ids)
        self._placed: dict[str, tuple[Placed, list[Any]]] = {}
        self._bases: dict[tuple[Any, ...], _Base] = {}

    @cached_property
    def members(self) -> dict[int, set[int]]:
        """What the views hold of those who do not want all."""
        ids = {one.id for one in (*self.candidates, *self.goals)}
        ids |= {event.subject_id for event in self.told}
        wished = {one.id: (one.chosen, one.clock) for one in self.readers if not one.chosen.all}
        return digest_views.members(self.session, wished, ids)

    def draft(self, reader: Reader) -> _Draft:
        """One digest's sections: what depends on when the reader was told last is looked up in what
        all who see the same on the same clock have.
        """
        mine = None if reader.chosen.all else self.members[reader.id]
        base = self._base(reader, mine)
        fresh = base.later[bisect_right(base.seen, reader.since) :]
        claims = [one for one in base.claims if one.first_seen_at <= reader.since]
        changed = _history(_of_items(self.told, mine), reader.since)
        return _Draft(
            reader=reader,
            overdue=base.overdue,
            soon=base.soon,
            changed=dict([*changed.items()][:MOST_ROWS]),
            new=_first(nsmallest(MOST_ROWS, fresh, key=digest_candidates.by_due)),
            unowned=base.unowned,
            claims=_first(claims),
            counts=replace(base.counts, changed=len(changed), new=len(fresh), claims=len(claims)),
            stake=base.stake,
            alarm=base.alarm,
            goals=base.goals,
        )

    def _base(self, reader: Reader, mine: Collection[int] | None) -> _Base:
        """Made once for all who see the same on the same clock."""
        zone, chosen = reader.clock.zone.key, reader.chosen
        key = (zone, chosen.all, chosen.views, reader.id if chosen.of_reader else 0)
        if key not in self._bases:
            if zone not in self._placed:
                lagging = goals.lagging(self.goals, reader.clock)
                self._placed[zone] = (
                    digest_candidates.placed(self.candidates, reader.clock),
                    lagging,
                )
            self._bases[key] = _base_of(*self._placed[zone], mine)
        return self._bases[key]

    def rows(self, ids: Iterable[int]) -> Mapping[int, Row]:
        """The lines of all items that any of the digests shows."""
        wanted = sorted(set(ids))
        given = search.given(self.session, wanted)
        among = search.among(items.c.id, "ids", given, sqlite=is_sqlite(self.session))
        found = self.session.execute(listing.select_lines(0).where(among)).all()
        clock = self.readers[0].clock  # of it only the moment counts, which is everybody's
        return {row.id: row for row in lines.rows_of(self.session, found, self.known, clock)}

    def digest(self, draft: _Draft, rows: Mapping[int, Row]) -> Digest:
        """The digest of one reader."""
        reader = draft.reader
        mentions, unseen = self.mentions.get(reader.id, ((), 0))
        mentions = tuple(one for one in mentions if one.at > reader.since)
        views = [name for name, _view in reader.chosen.views]
        said = {STAKE: digests.figures(draft.stake), VIEWS: [*views, *reader.chosen.gone]}
        net, net_since = self._net(reader, draft, said)
        behind = tuple(item.goal_line(goal, reader.clock) for goal in draft.goals)
        return Digest(
            name=reader.user.name,
            subject=self.sample + self._subject(draft, mentions),
            since=reader.since,
            read_at=self.known.read_at,
            stake=draft.stake,
            net=net,
            net_since=net_since,
            mentions=mentions[:MOST_MENTIONS],
            mentions_before=unseen - len(mentions[:MOST_MENTIONS]),
            overdue=_shown(rows, draft.overdue),
            soon=_shown(rows, draft.soon),
            changed=tuple(
                Changed(row=row, lines=tuple(draft.changed[row.id]))
                for row in _shown(rows, draft.changed)
            ),
            new=_shown(rows, draft.new),
            unowned=_shown(rows, draft.unowned),
            alarm=draft.alarm,
            behind=behind,
            claims=_shown(rows, draft.claims),
            doubtful=self.known.doubtful,
            silent=self._silent(reader),
            waiting=deciding.count(self.session, reader.clock),
            counts=draft.counts,
            cut=len(self.told) == EVENTS_LOOKED_AT,
            views=tuple(views),
            gone=reader.chosen.gone,
            said=said,
            company=self.company,
        )

    def _silent(self, reader: Reader) -> tuple[Silent, ...]:
        return tuple(one for one in self.silent if reader.id in one.people)

    def _subject(self, draft: _Draft, mentions: Sequence[MentionLine]) -> str:
        news = digests.News(
            overdue=draft.counts.overdue,
            soon=draft.counts.soon,
            mentions=len(mentions),
            gone=len(draft.reader.chosen.gone),
            changed=draft.counts.changed,
            new=draft.counts.new,
            unowned=draft.alarm.count if draft.alarm else 0,
            behind=len(draft.goals),
            claims=draft.counts.claims,
            doubtful=len(self.known.doubtful),
            silent=len(self._silent(draft.reader)),
        )
        return digests.subject(news, draft.reader.clock)

    def _net(
        self, reader: Reader, draft: _Draft, said: Mapping[str, Any]
    ) -> tuple[Stake, datetime | None]:
        """By how much the money moved since the last digest; nothing is said where that one told
        of other views.
        """
        if reader.id not in self.said:
            return (), None
        at, before = self.said[reader.id]
        if STAKE not in before or before.get(VIEWS) != said[VIEWS]:
            return (), None
        return digests.net_change(draft.stake, before[STAKE]), at


def _first(some: Sequence[Any], most: int = MOST_ROWS) -> list[int]:
    return [one.id for one in some[:most]]


def _shown(rows: Mapping[int, Row], ids: Iterable[int]) -> tuple[Row, ...]:
    """The lines of these items; one can have gone since it was looked for."""
    return tuple(rows[id_] for id_ in ids if id_ in rows)


def _alarm(pressing: Sequence[Any], overdue: Sequence[Any]) -> Unowned | None:
    """How much is due soon and belongs to nobody, as ``unowned.alarm`` counts it of all."""
    if not pressing:
        return None
    late = {one.id for one in overdue}
    return Unowned(
        count=len(pressing),
        overdue=sum(one.id in late for one in pressing),
        days=unowned.DAYS,
        stake=digest_candidates.stake_of(pressing),
    )


# What sources changed


def _told_by_sources(session: Session, since: datetime) -> Sequence[Any]:
    """The newest lines of history of items by their sources since then, the newest first."""
    statement = (
        sa.select(
            events.c.subject_id,
            events.c.at,
            events.c.kind,
            events.c.field,
            events.c.old,
            events.c.new,
            events.c.note,
        )
        .join(items, items.c.id == events.c.subject_id)
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
    )
    return session.execute(statement).all()


def _of_items(told: Iterable[Any], mine: Collection[int] | None) -> Iterable[Any]:
    return (event for event in told if mine is None or event.subject_id in mine)


def _history(told: Iterable[Any], since: datetime) -> dict[int, list[HistoryLine]]:
    """The lines since then by their item, what changed last first; of one item the oldest first."""
    history: dict[int, list[HistoryLine]] = {}
    for event in told:
        if event.at > since:
            history.setdefault(event.subject_id, []).insert(0, item.line_of(event))
    return history
