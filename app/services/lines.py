"""What stands on an item's line: from stored columns to the row that pages and mail show."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core import changes
from app.core.columns import NO_DUE_DAY
from app.core.money import money_of
from app.core.tiles import Tile, tile_for
from app.core.words import Clock, due_day, is_late, kept_due
from app.db import is_sqlite
from app.models import TROUBLED, Connection, TeamState
from app.services import configs, search, standings
from app.services.clashes import clashes
from app.services.listing import MONTH, NEW_FOR, WEEK, events, items, states
from app.services.pages import Health, Person, Row, SourceLine, State
from app.services.standings import Standing
from connectors.sdk.manifest import PlatformType
from connectors.sdk.records import Due, DueDate, DueInstant, Kind

MOVED_FOR = timedelta(days=14)
REMOVED_NAME = "Removed connection"


def due_of(row: Any) -> Due | None:
    """The due date or instant of a stored item."""
    return due_from(row.due_at, row.due_on, row.due_zone)


def due_from(at: datetime | None, on: date | None, zone: str | None = None) -> Due | None:
    """The same of two columns, of which an instant decides."""
    if at is not None:
        return DueInstant(at=at, zone=zone)
    return DueDate(on=on, zone=zone) if on is not None else None


def state_of(row: Any) -> State:
    """The state that people see: gone, then what the team decided, then closed at the source."""
    if row.removed_at is not None:
        return State.REMOVED
    decided = DECIDED.get(row.state or "open")
    if decided is not None and not (row.closed and decided.asks):
        return decided
    return State.CLOSED if row.closed else State.OPEN


DECIDED: dict[str, State] = {
    TeamState.WAITING: State.WAITING,
    TeamState.SNOOZED: State.SNOOZED,
    TeamState.DONE: State.DONE,
    TeamState.NOT_APPLICABLE: State.NOT_APPLICABLE,
    TeamState.JOINED: State.JOINED,
}
"""What the team's states are called, but for the one that says nothing."""


def is_new(row: Any, clock: Clock) -> bool:
    """Whether it was first seen lately, asks for something, and no person did anything with it."""
    return (
        not row.version and row.first_seen_at > clock.now - NEW_FOR and state_of(row) is State.OPEN
    )


def group_of(row: Any, clock: Clock) -> str:
    """Under which head of the list a row stands."""
    if row.sort_on == NO_DUE_DAY:
        return "undated"
    given = due_of(row)
    due = given or DueDate(on=row.sort_on)
    if is_late(due, clock):
        return "overdue" if given else "ended"
    ahead = (due_day(due, clock) - clock.today).days
    return "week" if ahead <= WEEK else "month" if ahead <= MONTH else "later"


class Sources:
    """The connections that lines belong to, read once for a page."""

    def __init__(self, session: Session, *, now: datetime) -> None:
        connections = standings.standings(session)
        self.lines = {one.id: line_of_source(one, now=now) for one in connections}
        self._connectors = {one.id: one.connector for one in connections}
        self._tiles: dict[tuple[int, str | None], Tile] = {}

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
        return line.name if line else REMOVED_NAME

    def connector(self, connection_id: int) -> str:
        """The id of the connection's connector; "" of a removed one."""
        return self._connectors.get(connection_id, "")

    def tile(self, connection_id: int, vendor: str | None) -> Tile:
        """A platform's own tile; of a generic source, the vendor's."""
        key = (connection_id, vendor)
        if key not in self._tiles:
            self._tiles[key] = self._make_tile(connection_id, vendor)
        return self._tiles[key]

    def _make_tile(self, connection_id: int, vendor: str | None) -> Tile:
        connector = self._connectors.get(connection_id)
        manifest = configs.manifest_or_none(connector) if connector is not None else None
        if manifest is not None and manifest.platform is not PlatformType.GENERIC:
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
    if standing.sample:
        return Health.SAMPLE if standing.last_success_at else Health.WAITING
    if standing.health in TROUBLED:
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
    ids = [row.id for row in found]
    moved, also = moved_from(session, ids, clock), also_from(session, ids, known)
    clash = clashes(session)
    return tuple(
        Row(
            id=row.id,
            title=row.title,
            tile=known.tile(row.connection_id, row.vendor),
            kind=row.kind,
            line=line_of(row, known),
            also=also.get(row.id, ()),
            clash=clash.get(row.id, ""),
            due=due_of(row),
            due_was=moved.get(row.id),
            ends=row.sort_on if row.kind == Kind.GOAL and row.sort_on != NO_DUE_DAY else None,
            amount=money_of(row.amount, row.currency),
            amount_label=row.amount_label,
            owner=Person(id=row.owner_id, name=row.owner_name) if row.owner_name else None,
            backup=Person(id=row.backup_id, name=row.backup_name) if row.backup_name else None,
            state=state_of(row),
            snoozed_until=row.snoozed_until,
            until_change=bool(row.until_change),
            waiting_since=row.waiting_since,
            reason=row.reason,
            new=is_new(row, clock),
            read=bool(row.seen),
            starred=row.starred_at is not None,
            stale=known.stale(row.connection_id),
            version=row.version or 0,
        )
        for row in found
    )


def line_of(row: Any, known: Sources) -> tuple[str, ...]:
    """The small words under the title: whose it is, what it is, the numbers people quote."""
    whose = row.vendor or known.name(row.connection_id)
    sort = "derived" if row.derived_from else row.category or KIND_WORDS.get(row.kind, row.kind)
    parts = (whose, row.program, sort, row.account, row.reference)
    return tuple(dict.fromkeys(filter(None, parts)))


KIND_WORDS = {"reporting": "report", "goal": "goal", "notice": "notice"}


def moved_from(session: Session, ids: Sequence[int], clock: Clock) -> dict[int, Due]:
    """The due date before the source last moved it, where that was in the last two weeks."""
    values = {"ids": search.given(session, ids), "since": clock.now - MOVED_FOR}
    found: dict[int, Due] = {}
    for id_, old in session.connection().execute(_moved(is_sqlite(session)), values):
        due = kept_due(old or "")
        if due is not None:
            found[id_] = due
    return found


def changed_fields(session: Session, ids: Sequence[int], clock: Clock) -> Iterator[tuple[int, str]]:
    """Item and field of each change that a source made in the last two weeks, the oldest first."""
    values = {"ids": search.given(session, ids), "since": clock.now - MOVED_FOR}
    found = session.connection().execute(_changed(is_sqlite(session)), values)
    yield from ((id_, field) for id_, field in found)


def also_from(session: Session, ids: Sequence[int], known: Sources) -> dict[int, tuple[str, ...]]:
    """Who else told each of these: the vendor or source of what is joined with it."""
    values = {"ids": search.given(session, ids)}
    found: dict[int, dict[str, None]] = {}
    for id_, connection_id, vendor in session.connection().execute(
        _joined(is_sqlite(session)), values
    ):
        found.setdefault(id_, {})[vendor or known.name(connection_id)] = None
    return {id_: tuple(names) for id_, names in found.items()}


@cache
def _joined(sqlite: bool) -> sa.Select[int, int, str]:
    return (
        sa.select(states.c.joined_to_id, items.c.connection_id, items.c.vendor)
        .join(items, items.c.id == states.c.item_id)
        .where(
            states.c.joined_to_id.is_not(None),
            search.among(states.c.joined_to_id, "ids", sqlite=sqlite),
        )
        .order_by(items.c.id)
    )


@cache
def _moved(sqlite: bool) -> sa.Select[int, str]:
    return _lately(events.c.old, sqlite).where(events.c.kind == changes.DUE_MOVED)


@cache
def _changed(sqlite: bool) -> sa.Select[int, str]:
    by_source = events.c.kind.in_((changes.CHANGED, changes.DUE_MOVED))
    return _lately(events.c.field, sqlite).where(by_source, events.c.field.is_not(None))


def _lately(column: sa.Column[str], sqlite: bool) -> sa.Select[int, str]:
    """That of the history of these items since then."""
    return (
        sa.select(events.c.subject_id, column)
        .where(
            events.c.subject == "item",
            search.among(events.c.subject_id, "ids", sqlite=sqlite),
            events.c.at > sa.bindparam("since", type_=events.c.at.type),
        )
        .order_by(events.c.id)
    )
