"""Items of a view: which ones it shows, in which order, a page at a time.

Only the columns that a line shows are read, as rows and not as entities.
"""

from collections import namedtuple
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.sql.visitors import replacement_traverse
from sqlmodel import Session, SQLModel

from app.core.whole import whole
from app.core.words import Clock
from app.db import is_sqlite
from app.models import TeamState
from app.services import due_days, filters, orders, search
from app.services.memo import Memo
from app.services.orders import Place
from app.services.pages import View
from app.services.people import looks_after
from connectors.sdk.records import Kind

items = SQLModel.metadata.tables["items"]
states = SQLModel.metadata.tables["item_states"]
personal = SQLModel.metadata.tables["personal_states"]
users = SQLModel.metadata.tables["users"]
backups = users.alias("backups")
events = SQLModel.metadata.tables["events"]

WEEK = 7
MONTH = 30
"""Days ahead that count as this week and this month, wherever the product says so."""
NEW_FOR = timedelta(days=3)
OF_TEAM = ("mine", "unowned", "waiting", "snoozed", "done", "not-applicable")
OF_READER = ("new", "starred")
"""Tabs that ask for what the team or the reader did with an item."""
OF_OPEN = ("new", "mine", "unowned", "waiting")
"""Those of them that show open items alone."""
OF_SOURCES = ("all", "overdue", "week", "month")
"""Tabs of open items that ask for nothing else that people did."""

seen = sa.and_(
    personal.c.read_at.is_not(None),
    sa.or_(items.c.material_at.is_(None), personal.c.read_at >= items.c.material_at),
)
"""Whether this person has read it as it is: since something that matters changed last."""

at_stake = sa.case((items.c.amount > 0, items.c.amount))
"""What an item adds to the money that is at stake: a credit takes nothing away from it."""

COMMON = (
    items.c.id,
    items.c.title,
    items.c.kind,
    items.c.category,
    items.c.vendor,
    items.c.program,
    items.c.account,
    items.c.reference,
    items.c.due_zone,
    items.c.currency,
    items.c.amount_label,
    items.c.connection_id,
    items.c.sort_on,
    items.c.closed,
    items.c.removed_at,
    items.c.derived_from,
    states.c.state,
    users.c.name.label("owner_name"),
)
"""What every list of items reads as it is stored, the feed's too."""
SHOWN = (
    *COMMON,
    items.c.due_on,
    items.c.due_at,
    items.c.amount,
    items.c.first_seen_at,
    states.c.snoozed_until,
    states.c.until_change,
    states.c.waiting_since,
    states.c.reason,
    states.c.version,
    states.c.owner_id,
    states.c.backup_id,
    backups.c.name.label("backup_name"),
    seen.label("seen"),
    personal.c.starred_at,
)
"""What a line of a page or a mail shows."""


def asks(clock: Clock) -> sa.ColumnElement[bool]:
    """What Today may show: overdue, due within a month, or asked for without a date."""
    return sa.and_(
        items.c.is_open,
        due_days.still_on(clock),
        items.c.kind.in_([Kind.DEADLINE, Kind.REPORTING]),
        sa.or_(
            due_days.until(clock.today + timedelta(days=MONTH), clock),
            sa.and_(items.c.due_on.is_(None), items.c.kind == Kind.DEADLINE),
        ),
    )


def joined(user_id: int) -> sa.FromClause:
    """Items with the team's state, its people and this person's state, where there are any."""
    return (
        items.outerjoin(states, states.c.item_id == items.c.id)
        .outerjoin(users, looks_after(users, states.c.owner_id))
        .outerjoin(backups, looks_after(backups, states.c.backup_id))
        .outerjoin(personal, _of_reader(user_id))
    )


def select_lines(user_id: int, *more: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """What lines show of items to this person, and ``more`` columns beside it."""
    return sa.select(*SHOWN, *more).select_from(joined(user_id))


def joined_for(view: View, user_id: int) -> sa.FromClause:
    """Items with no more than the view's conditions ask for: where they are only looked up."""
    found: sa.FromClause = items
    if view.tab in OF_READER:
        found = found.join(personal, _of_reader(user_id), isouter=view.tab == "new")
    if view.tab in OF_TEAM or any(getattr(view, name) for name in filters.OF_TEAM):
        found = found.outerjoin(states, states.c.item_id == items.c.id)
    return found


def of_sources(view: View) -> bool:
    """Whether the view shows open items by what their sources say alone, whoever has them."""
    more = (*filters.OF_TEAM, "outcome", "q")
    return view.tab in OF_SOURCES and not any(getattr(view, name) for name in more)


def _of_reader(user_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(personal.c.item_id == items.c.id, personal.c.user_id == _reader(user_id))


# What changes from one question to the next within a day stands in a statement by name, so that
# a statement can be kept and asked again with other values: making one takes longer than
# running it.

STATEMENTS: Memo[sa.Select[Any]] = Memo(256)


def shape(session: Session, view: View, clock: Clock) -> tuple[Hashable, ...]:
    """What the conditions and the order of a view depend on, beside their ``values``."""
    asked = (bool(text) for text in (view.q, *view.filters().values()))
    day = (clock.today, clock.zone.key)
    how = (view.tab, view.sort, view.group)
    return (is_sqlite(session), *day, *how, *asked, *filters.told(view))


def values(session: Session, view: View, user_id: int, clock: Clock) -> dict[str, Any]:
    """What the names in the conditions of a view stand for in this question."""
    named: dict[str, Any] = {
        "reader": user_id,
        "now": clock.now,
        "new_since": clock.now - NEW_FOR,
        "vendor": view.vendor,
        "program": view.program,
        "kind": view.kind,
        "source": whole(view.source) or 0,
        "owner": whole(view.owner) or 0,
    }
    if view.q:
        named["found"] = search.given(session, search.found(session, view.q))
    return named


def _reader(user_id: int) -> sa.BindParameter[int]:
    return sa.bindparam("reader", user_id)


def _new_since(clock: Clock) -> sa.BindParameter[datetime]:
    return sa.bindparam("new_since", clock.now - NEW_FOR, items.c.due_at.type)


# Which items


def in_tab(tab: str, user_id: int, clock: Clock) -> sa.ColumnElement[bool]:
    """The tab's own condition; an unknown tab is the first one."""
    there = items.c.removed_at.is_(None)
    match tab:
        case "snoozed":
            return sa.and_(states.c.state == TeamState.SNOOZED, there)
        case "not-applicable":
            return sa.and_(states.c.state == TeamState.NOT_APPLICABLE, there)
        case "starred":
            return sa.and_(personal.c.starred_at.is_not(None), there)
        case "done":
            settled = sa.or_(
                states.c.state.in_([TeamState.DONE, TeamState.JOINED]),
                items.c.closed,
                sa.not_(due_days.still_on(clock)),
            )
            return sa.and_(settled, there)
        case "removed":
            return items.c.removed_at.is_not(None)
    return sa.and_(items.c.is_open, due_days.still_on(clock), *narrower(tab, user_id, clock))


def narrower(tab: str, user_id: int, clock: Clock) -> Iterator[sa.ColumnElement[bool]]:
    """What an open item must be beside, to be in that tab."""
    match tab:
        case "overdue":
            yield due_days.overdue(clock)
        case "week":
            yield due_days.due_within(clock, WEEK)
        case "month":
            yield due_days.due_within(clock, MONTH)
        case "new":
            yield items.c.first_seen_at > _new_since(clock)
            yield sa.func.coalesce(seen, sa.false()).is_(sa.false())
        case "mine":
            yield states.c.owner_id == _reader(user_id)
        case "unowned":
            yield filters.nobodys()
        case "waiting":
            yield states.c.state == TeamState.WAITING


def in_view(
    session: Session, view: View, user_id: int, clock: Clock, *, settled: bool = False
) -> list[sa.ColumnElement[bool]]:
    """All conditions of a view. ``settled``: what belonged to it while it was open, too."""
    found = [*filters.of(view, clock)]
    if settled and not view.outcome and view.tab in (*OF_SOURCES, *OF_OPEN):
        found += narrower(view.tab, user_id, clock)
    elif not view.outcome:
        found.append(in_tab(view.tab, user_id, clock))
    if view.q:
        ids = search.given(session, search.found(session, view.q))
        found.append(search.among(items.c.id, "found", ids, sqlite=is_sqlite(session)))
    return found


# In which order


def tracked(kind: Kind) -> sa.ColumnElement[bool]:
    """Items of a kind that has a page of its own, which are few beside the deadlines.

    SQLite takes the index of them only for a query that says so word for word.
    """
    return sa.and_(items.c.kind == kind, items.c.kind != sa.literal_column("'deadline'"))


def ordered(statement: sa.Select[Any], tab: str) -> sa.Select[Any]:
    """By date, then id; what is settled newest first."""
    return orders.arranged(statement, orders.keys_of(View(tab=tab)))


class PageOfRows(NamedTuple):
    """Stored rows of a view, and where the next page goes on (None: this was the last)."""

    rows: Sequence[Any]
    after: str | None


@lru_cache(maxsize=64)
def _maker(names: tuple[str, ...]) -> Callable[[Iterable[Any]], Any]:
    """What makes of a row one whose columns are found six times as fast: each of them is asked for
    on every page, several by several rules.
    """
    made: Any = cast("Any", namedtuple)("Stored", names)
    return cast("Callable[[Iterable[Any]], Any]", made._make)


class Listing:
    """A list of items with these columns, a page at a time."""

    def __init__(self, *columns: sa.ColumnElement[Any]) -> None:
        self.columns = columns

    def page(
        self, session: Session, view: View, *, user_id: int, clock: Clock, after: str, limit: int
    ) -> PageOfRows:
        """At most ``limit`` rows from behind the cursor ``after`` (empty: from the first)."""
        place = orders.cursor_from(view, after) if after else None
        statement = STATEMENTS.get(
            (self, place is not None, *shape(session, view, clock)),
            lambda: self._statement(session, view, user_id, clock, place),
        )
        named = values(session, view, user_id, clock) | {"limit": limit + 1}
        if place is not None:
            named |= orders.named(place)
        result = session.connection().execute(statement, named)
        found = list(map(_maker(tuple(result.keys())), result.all()))
        if len(found) <= limit:
            return PageOfRows(found, None)
        return PageOfRows(found[:limit], orders.cursor_of(view, found[limit - 1]))

    def _statement(
        self, session: Session, view: View, user_id: int, clock: Clock, place: Place | None
    ) -> sa.Select[Any]:
        keys = orders.keys_of(view)
        where = in_view(session, view, user_id, clock)
        if place is not None:
            where.append(orders.behind(keys, place))
        limit = sa.bindparam("limit", type_=sa.Integer)
        shown = sa.select(*self.columns, *orders.shown(keys)).select_from(joined(user_id))
        if orders.by_due(view) and not view.q:
            return orders.arranged(shown.where(*where), keys).limit(limit)
        # No index has the found ones in order: sort their keys, and read of the first the rest.
        if view.sort == "title" and is_sqlite(session):
            where = [replacement_traverse(one, {}, _off_index) for one in where]
        ids = sa.select(items.c.id).select_from(joined_for(view, user_id)).where(*where)
        first = orders.arranged(ids, keys).limit(limit)
        return orders.arranged(shown.where(items.c.id.in_(first)), keys)


def _off_index(element: Any, **_: Any) -> Any:
    """No index holds titles, and SQLite would go to the table in the order of one that has the
    open items; read from its beginning to its end the table takes a fifth of the time.
    """
    return sa.literal_column("+items.is_open", sa.Boolean) if element is items.c.is_open else None


LINES = Listing(*SHOWN)
