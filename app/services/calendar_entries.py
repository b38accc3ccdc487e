"""What a calendar feed holds: the deadlines of a view, and for a while those that left it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlmodel import Session

from app.core.columns import NO_DUE_DAY
from app.core.ics import Entry, Standing
from app.core.money import money_of
from app.core.words import Clock, day_full, money_exact
from app.db import is_sqlite
from app.models import TeamState
from app.services import calendar_feeds, filters, listing, search
from app.services.acts import ASSIGNED, HANDED, RULED
from app.services.lines import KIND_WORDS, Sources, due_of, state_of
from app.services.listing import events, items, personal, states
from app.services.pages import SourceLine, State, View
from app.services.pages.views import ME
from app.services.recording import UNDONE
from connectors.sdk.records import DueDate, Kind

BACK, AHEAD = timedelta(days=90), timedelta(days=731)
"""Which dates it holds: what is older nobody looks for, and what is further off comes in time."""
MOST = 1000
KEPT = timedelta(days=60)
"""So long what left is told as cancelled: every program has asked again by then."""
OWNING = (ASSIGNED, RULED, HANDED, UNDONE)
SETTLED = (TeamState.DONE, TeamState.NOT_APPLICABLE, TeamState.JOINED)
BY_TIME = ("overdue", "week", "month", "new")
"""Tabs that a calendar shows as everything that is open: it has its own days and weeks."""
Condition = sa.ColumnElement[bool]

SHOWN = (
    *listing.COMMON,
    items.c.due_on,
    items.c.due_at,
    items.c.amount,
    items.c.url,
    items.c.status,
    items.c.first_seen_at,
    items.c.changed_at,
    states.c.changed_at.label("acted_at"),
    states.c.owner_id,
    listing.backups.c.name.label("backup_name"),
)


def entries(
    session: Session, view: View, *, user_id: int, clock: Clock, home: str
) -> tuple[Entry, ...]:
    """At most ``MOST``: of what is open the first by date, then of what left the last by date."""
    if not calendar_feeds.may_show(view):
        return ()
    asked = _Asked(session, view, user_id, clock)
    found = {row.id: row for row in asked.live()}
    for row in asked.settled(MOST - len(found)):
        if len(found) < MOST:
            found.setdefault(row.id, row)
    left = asked.left(found, MOST - len(found))
    known = Sources(session, now=clock.now)
    counts = _history(session, [*found, *left])
    installation = calendar_feeds.installation(session)
    told = [(row, False) for row in found.values()] + [(row, True) for row in left.values()]
    return tuple(
        Entry(
            uid=uid(installation, row.id, row.first_seen_at),
            sequence=counts.get(row.id, 0),
            created=row.first_seen_at,
            modified=max(filter(None, (row.changed_at, row.acted_at))).replace(microsecond=0),
            due=due_of(row) or DueDate(on=row.sort_on),
            title=_title(row),
            text=_text(row, known, clock),
            url=f"{home}/items/{row.id}",
            categories=tuple(dict.fromkeys(filter(None, (row.vendor, row.category or row.kind)))),
            standing=Standing.GONE if is_gone else _standing(row),
        )
        for row, is_gone in told
    )


def uid(installation: UUID, item_id: int, first_seen_at: datetime) -> str:
    """Of an item for ever: through every change of it, of its source and of our address."""
    return f"{uuid5(installation, f'{item_id} {first_seen_at.isoformat()}')}"


class _Asked:
    """The statements of one calendar. Each has an index of its own to go by: there is none that
    has open, settled and removed items together.
    """

    def __init__(self, session: Session, view: View, user_id: int, clock: Clock) -> None:
        tab = "all" if view.tab in BY_TIME else view.tab
        self.session, self.user_id, self.clock = session, user_id, clock
        self.view = replace(view, tab=tab, sort="", group="")
        self.since = clock.now - KEPT
        first, last = clock.today - BACK, clock.today + AHEAD
        self.window = items.c.sort_on.between(first, min(last, NO_DUE_DAY - timedelta(days=1)))

    def live(self) -> list[Any]:
        """What is open or sleeps: somebody who sleeps on something keeps its date."""
        open_ = [] if self.view.tab == "snoozed" else self._rows([items.c.is_open])
        sleeps = self._rows([states.c.state == TeamState.SNOOZED, self._there()])
        return sorted({row.id: row for row in (*open_, *sleeps)}.values(), key=_by_date)[:MOST]

    def settled(self, most: int) -> list[Any]:
        """What was settled by people or its source, or removed, in the last ``KEPT``."""
        if most <= 0 or self.view.tab in ("waiting", "snoozed") or self.view.state:
            return []  # of these nobody can tell which were in the view
        # As an expression, so that SQLite goes by the moment: of what is done there are years.
        settled = sa.func.coalesce(states.c.state, "").in_(SETTLED)
        branches = (
            [settled, states.c.changed_at >= self.since],
            [items.c.closed, items.c.changed_at >= self.since],
            [items.c.removed_at >= self.since],
        )
        return [row for where in branches for row in self._rows(where, last=True, most=most)]

    def left(self, found: Mapping[int, Any], most: int) -> dict[int, Any]:
        """What was this person's lately and is somebody else's now, as the history tells."""
        whose = self.user_id if self.view.tab == "mine" or self.view.owner == ME else None
        if whose is None or most <= 0:
            return {}
        others = sa.or_(states.c.owner_id.is_(None), states.c.owner_id != whose)
        where = [states.c.changed_at >= self.since, others]
        view = replace(self.view, tab="all", owner="")
        rows = {
            row.id: row
            for row in self._rows(where, view=view, last=True, most=MOST)
            if row.id not in found
        }
        return {id_: rows[id_] for id_ in _owned_before(self.session, rows, whose)[:most]}

    def _rows(
        self,
        where: Sequence[Condition],
        *,
        view: View | None = None,
        last: bool = False,
        most: int = MOST,
    ) -> list[Any]:
        view = self.view if view is None else view
        by = (items.c.sort_on, items.c.id)
        statement = (
            sa.select(*SHOWN)
            .select_from(listing.joined(self.user_id))
            .where(*where, self.window, *self._narrowed(view))
            .order_by(*(key.desc() for key in by) if last else by)
            .limit(most)
        )
        named = listing.values(self.session, view, self.user_id, self.clock)
        return list(self.session.connection().execute(statement, named))

    def _narrowed(self, view: View) -> Iterator[Condition]:
        """What the view asks beside the state."""
        yield from filters.of(view, self.clock)
        match view.tab:
            case "mine":
                yield states.c.owner_id == self.user_id
            case "unowned":
                yield filters.nobodys()
            case "waiting":
                yield states.c.state == TeamState.WAITING
            case "starred":
                yield personal.c.starred_at.is_not(None)
        if view.q:
            ids = search.given(self.session, search.found(self.session, view.q))
            yield search.among(items.c.id, "found", ids, sqlite=is_sqlite(self.session))

    @staticmethod
    def _there() -> Condition:
        return sa.and_(items.c.removed_at.is_(None), sa.not_(items.c.closed))


def _by_date(row: Any) -> Any:
    return row.sort_on, row.id


def _owned_before(session: Session, ids: Mapping[int, Any], user_id: int) -> list[int]:
    """Those that this person had, before an act gave them to another."""
    if not ids:
        return []
    statement = (
        sa.select(events.c.subject_id, events.c.before)
        .where(
            events.c.subject == "item",
            search.among(
                events.c.subject_id,
                "ids",
                search.given(session, list(ids)),
                sqlite=is_sqlite(session),
            ),
            events.c.kind.in_(OWNING),
        )
        .order_by(events.c.id)
    )
    had = {
        id_
        for id_, before in session.execute(statement)
        if before and before.get("owner_id") == user_id
    }
    return [id_ for id_ in ids if id_ in had]


def _history(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """How many lines the history of each has. Every change adds one, none is ever taken away, and
    no clock that was set back makes it fall: so it is the sequence.
    """
    if not ids:
        return {}
    given = search.given(session, list(ids))
    among = search.among(events.c.subject_id, "ids", given, sqlite=is_sqlite(session))
    statement = (
        sa.select(events.c.subject_id, sa.func.count())
        .where(events.c.subject == "item", among)
        .group_by(events.c.subject_id)
    )
    return {id_: int(count) for id_, count in session.execute(statement)}


def _standing(row: Any) -> Standing:
    match state_of(row):
        case State.OPEN | State.WAITING | State.SNOOZED:
            return Standing.LIVE
        case State.DONE | State.CLOSED:
            return Standing.DONE
    return Standing.GONE


def _title(row: Any) -> str:
    """Whose it is stands first: a month has room for a few words only."""
    title = f"Goal ends: {row.title}" if row.kind == Kind.GOAL else row.title
    vendor = row.vendor or ""
    return title if not vendor or vendor.lower() in title.lower() else f"{vendor}: {title}"


def _text(row: Any, known: Sources, clock: Clock) -> str:
    """What is known of it, a line each; how fresh that is stands last."""
    money = money_of(row.amount, row.currency)
    amount = f"{money_exact(money)} {row.amount_label or ''}".rstrip() if money else ""
    sort = "derived" if row.derived_from else row.category or KIND_WORDS.get(row.kind, row.kind)
    told = (
        ("Vendor", row.vendor),
        ("Program", row.program),
        ("For", row.account),
        ("Reference", row.reference),
        ("What it is", sort),
        ("Amount", amount),
        ("State", str(state_of(row))),
        ("Owner", row.owner_name or "nobody"),
        ("Backup", row.backup_name),
        ("At its source", row.url),
        ("Source", _source(known.lines.get(row.connection_id), clock)),
    )
    return "\n".join(f"{word}: {text}" for word, text in told if text)


def _source(line: SourceLine | None, clock: Clock) -> str:
    """To the day: what changes with every read would be sent anew with every read."""
    if line is None:
        return "removed; nothing of it is read any more"
    day = f", as of {day_full(clock.local(line.as_of).date())}" if line.as_of else ""
    return f"{line.name}{day}{'' if line.health.trusted else f', not fresh ({line.health})'}"
