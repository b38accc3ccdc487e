"""Items as lines: which ones a view shows, in which order, and what stands on each line.

Only the columns that a line shows are read, as rows and not as entities.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core import changes
from app.core.columns import NO_DUE_DAY
from app.core.tiles import Tile, tile_for
from app.core.whole import whole
from app.core.words import Clock, due_day, is_late, kept_due
from app.models import Connection
from app.services import due_days, search, standings
from app.services.pages import Health, Person, Row, SourceLine, State, View
from app.services.standings import Standing
from connectors import registry
from connectors.sdk.manifest import PlatformType
from connectors.sdk.records import Due, DueDate, DueInstant, Kind, Money

items = SQLModel.metadata.tables["items"]
states = SQLModel.metadata.tables["item_states"]
personal = SQLModel.metadata.tables["personal_states"]
users = SQLModel.metadata.tables["users"]
events = SQLModel.metadata.tables["events"]

WEEK = 7
MONTH = 30
NEW_FOR = timedelta(days=3)
MOVED_FOR = timedelta(days=14)
BACKWARDS = ("done", "removed")
"""Tabs whose newest date stands first."""

SHOWN = (
    items.c.id,
    items.c.title,
    items.c.kind,
    items.c.category,
    items.c.vendor,
    items.c.program,
    items.c.account,
    items.c.reference,
    items.c.due_on,
    items.c.due_at,
    items.c.due_zone,
    items.c.amount,
    items.c.currency,
    items.c.amount_label,
    items.c.connection_id,
    items.c.sort_on,
    items.c.closed,
    items.c.removed_at,
    items.c.derived_from,
    states.c.state,
    states.c.snoozed_until,
    states.c.owner_id,
    users.c.name.label("owner_name"),
    personal.c.read_at,
)


def joined(user_id: int) -> sa.FromClause:
    """Items with the team's state, the owner and this person's state, where there are any."""
    return (
        items.outerjoin(states, states.c.item_id == items.c.id)
        .outerjoin(users, users.c.id == states.c.owner_id)
        .outerjoin(
            personal, sa.and_(personal.c.item_id == items.c.id, personal.c.user_id == user_id)
        )
    )


# Which items


def in_tab(tab: str, user_id: int, clock: Clock) -> sa.ColumnElement[bool]:
    """The tab's own condition; an unknown tab is the first one."""
    there = items.c.removed_at.is_(None)
    match tab:
        case "snoozed":
            return sa.and_(states.c.state == "snoozed", there)
        case "done":
            settled = sa.or_(
                states.c.state == "done", items.c.closed, sa.not_(due_days.still_on(clock))
            )
            return sa.and_(settled, there)
        case "removed":
            return items.c.removed_at.is_not(None)
    return sa.and_(items.c.is_open, due_days.still_on(clock), *_narrower(tab, user_id, clock))


def _narrower(tab: str, user_id: int, clock: Clock) -> Iterator[sa.ColumnElement[bool]]:
    """What an open item must be beside, to be in that tab."""
    match tab:
        case "overdue":
            yield due_days.overdue(clock)
        case "week":
            yield due_days.due_within(clock, WEEK)
        case "month":
            yield due_days.due_within(clock, MONTH)
        case "new":
            yield items.c.first_seen_at > clock.now - NEW_FOR
            yield personal.c.read_at.is_(None)
        case "mine":
            yield states.c.owner_id == user_id
        case "unowned":
            yield states.c.owner_id.is_(None)


def in_view(
    session: Session, view: View, user_id: int, clock: Clock
) -> list[sa.ColumnElement[bool]]:
    """All conditions of a view."""
    found = [in_tab(view.tab, user_id, clock)]
    if view.vendor:
        found.append(items.c.vendor == view.vendor)
    if view.program:
        found.append(items.c.program == view.program)
    if view.kind:
        found.append(sa.or_(items.c.kind == view.kind, items.c.category == view.kind))
    if view.source:
        found.append(items.c.connection_id == (whole(view.source) or 0))
    if view.q:
        found.append(search.among(session, items.c.id, search.found(session, view.q)))
    return found


# In which order


def ordered(statement: sa.Select[Any], tab: str, after: tuple[date, int] | None) -> sa.Select[Any]:
    """By date, then id; keyset paging goes on behind ``after``."""
    key = sa.tuple_(items.c.sort_on, items.c.id)
    backwards = tab in BACKWARDS
    if after is not None:
        edge = sa.tuple_(
            sa.literal(after[0], items.c.sort_on.type), sa.literal(after[1], sa.Integer)
        )
        statement = statement.where(key < edge if backwards else key > edge)
    if backwards:
        return statement.order_by(items.c.sort_on.desc(), items.c.id.desc())
    return statement.order_by(items.c.sort_on, items.c.id)


def cursor_of(row: Any) -> str:
    """Where a page that ends with this row goes on."""
    return f"{row.sort_on.isoformat()}_{row.id}"


def cursor_from(text: str) -> tuple[date, int] | None:
    """The place that a cursor names; None for one that is not ours."""
    day, _, number = text.partition("_")
    id_ = whole(number)
    try:
        return None if id_ is None else (date.fromisoformat(day), id_)
    except ValueError:
        return None


# What stands on a line


def due_of(row: Any) -> Due | None:
    """The due date or instant of a stored item."""
    if row.due_at is not None:
        return DueInstant(at=row.due_at, zone=row.due_zone)
    if row.due_on is not None:
        return DueDate(on=row.due_on, zone=row.due_zone)
    return None


def money_of(amount: Any, currency: str | None) -> Money | None:
    """Stored columns as money."""
    return None if amount is None else Money(amount=amount, currency=currency)


def state_of(row: Any) -> State:
    """The state that people see: gone, then what the team decided, then closed at the source."""
    if row.removed_at is not None:
        return State.REMOVED
    if row.state in ("snoozed", "done"):
        return State(row.state)
    return State.CLOSED if row.closed else State.OPEN


def group_of(row: Any, clock: Clock) -> str:
    """Under which head of the list a row stands."""
    if row.sort_on == NO_DUE_DAY:
        return "undated"
    due = due_of(row) or DueDate(on=row.sort_on)
    if is_late(due, clock):
        return "overdue"
    ahead = (due_day(due, clock) - clock.today).days
    return "week" if ahead <= WEEK else "month" if ahead <= MONTH else "later"


class Sources:
    """The connections that lines belong to, read once for a page."""

    def __init__(self, session: Session, *, now: datetime) -> None:
        connections = standings.standings(session)
        self.lines = {one.id: line_of_source(one, now=now) for one in connections}
        self._connectors = {one.id: one.connector for one in connections}

    @property
    def doubtful(self) -> tuple[SourceLine, ...]:
        """Sources that are not fresh."""
        return tuple(line for line in self.lines.values() if not line.health.trusted)

    @property
    def read_at(self) -> datetime | None:
        """The oldest of the newest reads and uploads: what is shown is at least as new as this."""
        ages = [line.as_of for line in self.lines.values() if line.as_of is not None]
        return min(ages) if ages else None

    def stale(self, connection_id: int) -> bool:
        """Whether what this connection gave can be old."""
        line = self.lines.get(connection_id)
        return line is None or not line.health.trusted

    def name(self, connection_id: int) -> str:
        """The connection's name; of a removed one, that it was removed."""
        line = self.lines.get(connection_id)
        return line.name if line else "Removed connection"

    def tile(self, connection_id: int, vendor: str | None) -> Tile:
        """A platform's own tile; of a generic source, the vendor's."""
        connector = self._connectors.get(connection_id)
        if connector is not None:
            try:
                manifest = registry.connector(connector).manifest
            except registry.UnknownConnector:
                return tile_for(vendor or self.name(connection_id))
            if manifest.platform is not PlatformType.GENERIC:
                return Tile(letters=manifest.badge, colour=manifest.colour)
        return tile_for(vendor or self.name(connection_id))


def source_line(connection: Connection, *, now: datetime) -> SourceLine:
    """A connection as the pages name it: its health first, then its freshness."""
    return line_of_source(standings.standing(connection), now=now)


def line_of_source(standing: Standing, *, now: datetime) -> SourceLine:
    """The same, of what was remembered of it."""
    return SourceLine(
        id=standing.id,
        name=standing.name,
        health=_health(standing, now),
        read_at=standing.last_success_at,
        since=standing.failing_since,
        problem=standing.error,
        copied_at=standing.copied_at,
        renew_by=standing.renew_by,
    )


def _health(standing: Standing, now: datetime) -> Health:
    if standing.health in ("needs sign-in", "broken", "failing"):
        return Health(standing.health)
    if not standing.enabled:
        return Health.PAUSED
    if standing.fresh_until is None:
        return Health.WAITING
    return Health.FRESH if now <= standing.fresh_until else Health.STALE


def rows_of(
    session: Session, found: Sequence[Any], known: Sources, clock: Clock
) -> tuple[Row, ...]:
    """The stored rows as lines."""
    moved = moved_from(session, [row.id for row in found], clock)
    return tuple(
        Row(
            id=row.id,
            title=row.title,
            tile=known.tile(row.connection_id, row.vendor),
            kind=row.kind,
            line=line_of(row, known),
            due=due_of(row),
            due_was=moved.get(row.id),
            ends=row.sort_on if row.kind == Kind.GOAL and row.sort_on != NO_DUE_DAY else None,
            amount=money_of(row.amount, row.currency),
            amount_label=row.amount_label,
            owner=Person(id=row.owner_id, name=row.owner_name) if row.owner_id else None,
            state=state_of(row),
            snoozed_until=row.snoozed_until,
            read=row.read_at is not None,
            stale=known.stale(row.connection_id),
        )
        for row in found
    )


def line_of(row: Any, known: Sources) -> tuple[str, ...]:
    """The small words under the title: whose it is, what it is, the numbers people quote."""
    whose = row.vendor or known.name(row.connection_id)
    sort = "derived" if row.derived_from else row.category or KIND_WORDS.get(row.kind, row.kind)
    parts = (whose, row.program, sort, row.account, row.reference)
    return tuple(dict.fromkeys(part for part in parts if part))


KIND_WORDS = {"reporting": "report", "goal": "goal", "notice": "notice"}


def moved_from(session: Session, ids: Sequence[int], clock: Clock) -> dict[int, Due]:
    """The due date before the source last moved it, where that was in the last two weeks."""
    statement = (
        sa.select(events.c.subject_id, events.c.old)
        .where(
            events.c.subject == "item",
            search.among(session, events.c.subject_id, ids),
            events.c.kind == changes.DUE_MOVED,
            events.c.at > clock.now - MOVED_FOR,
        )
        .order_by(events.c.id)
    )
    found = {}
    for id_, old in session.execute(statement):
        due = kept_due(old or "")
        if due is not None:
            found[id_] = due
    return found
