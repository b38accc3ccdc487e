"""The calendar: a month of what is open, day by day, with the vendors' fiscal quarters over it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core.calendars import DAY, Band, Month, bands, ends_on
from app.core.whole import whole
from app.core.words import Clock
from app.services import due_days, filters, fiscal_years, groups, inbox, lines, listing, states
from app.services.choices import choices
from app.services.lines import Sources
from app.services.listing import items
from app.services.pages import Choice, Person, Row, SourceLine, Stake
from app.services.pages.views import BACKUP, ME, NOBODY, NONE
from app.services.revisions import remembered
from connectors.sdk.records import Category

IN_A_CELL = 3
IN_A_DAY = 10
ON_A_PAGE = 100
"""Rows of a day that a month's table shows, that its agenda shows, and a page of that day alone."""
OVERDUE = 5
MONTH, AGENDA = "month", "agenda"
owned = listing.states


@dataclass(frozen=True, kw_only=True)
class CalendarView:
    """What to show; the whole of it stands in the address.

    ``view`` is empty where nobody chose: then the width of the screen decides, and paper is narrow.
    ``day`` is one day alone, from behind its first ``skip`` rows. ``vendor``,
    ``program`` and ``owner`` are as the inbox has them.
    """

    month: Month
    view: str = ""
    day: date | None = None
    skip: int = 0
    vendor: str = ""
    program: str = ""
    owner: str = ""

    def query(self) -> dict[str, str]:
        """Its filters and how it is shown, as they stand in the address; without the time."""
        return {"view": self.view, **self.filters()}

    def filters(self) -> dict[str, str]:
        """The filters alone."""
        return {"vendor": self.vendor, "program": self.program, "owner": self.owner}


@dataclass(frozen=True, kw_only=True)
class DayOfRows:
    """One day: its first rows, how many there are in all, and the quarters that end on it."""

    on: date
    rows: tuple[Row, ...] = ()
    count: int = 0
    ends: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CalendarPage:
    """A month. ``days`` has every day of its weeks; ``agenda`` those of the month that hold
    something. ``overdue`` are the first of what is late, in the month that has today.
    """

    view: CalendarView
    days: Mapping[date, DayOfRows]
    agenda: tuple[DayOfRows, ...]
    bands: tuple[Band, ...] = ()
    overdue: tuple[Row, ...] = ()
    overdue_count: int = 0
    stake: Stake = ()
    count: int = 0
    doubtful: tuple[SourceLine, ...] = ()
    read_at: Any = None
    people: tuple[Person, ...] = ()
    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)


def calendar_page(
    session: Session, view: CalendarView, *, user_id: int, clock: Clock
) -> CalendarPage:
    """The month, or the one day, that the view names."""
    known = Sources(session, now=clock.now)
    years = fiscal_years.years(session)
    first, last, most = _span(view)
    placed = _placed(session, view, first, last, most, user_id=user_id, clock=clock)
    late, late_count = _overdue(session, view, user_id=user_id, clock=clock)
    shown = [id_ for ids, _ in placed.values() for id_ in ids]
    rows = _rows(session, [*shown, *late], known, user_id=user_id, clock=clock)
    ends = ends_on(years, first, last)
    days = {
        on: DayOfRows(
            on=on,
            rows=tuple(rows[id_] for id_ in placed.get(on, ((), 0))[0] if id_ in rows),
            count=placed.get(on, ((), 0))[1],
            ends=ends.get(on, ()),
        )
        for on in (first + number * DAY for number in range((last - first).days + 1))
    }
    listed = [view.day] if view.day else list(view.month.days)
    own = [days[on] for on in listed]
    return CalendarPage(
        view=view,
        days=days,
        agenda=tuple(day for day in own if day.count or day.ends or day.on == clock.today),
        bands=bands(years, view.month),
        overdue=tuple(rows[id_] for id_ in late if id_ in rows),
        overdue_count=late_count,
        stake=_stake(session, view, user_id=user_id, clock=clock),
        count=sum(day.count for day in own),
        doubtful=known.doubtful,
        read_at=known.read_at,
        people=inbox.people(session),
        choices=choices(session),
    )


def _span(view: CalendarView) -> tuple[date, date, int]:
    """The first and the last day to read, and how many rows of each."""
    if view.day:
        return view.day, view.day, ON_A_PAGE
    weeks = view.month.weeks
    return weeks[0][0], weeks[-1][-1], IN_A_DAY


def _placed(
    session: Session,
    view: CalendarView,
    first: date,
    last: date,
    most: int,
    *,
    user_id: int,
    clock: Clock,
) -> dict[date, tuple[list[int], int]]:
    """By the reader's day: the items to show in their order, and how many there are in all."""

    def make() -> dict[date, tuple[list[int], int]]:
        found: dict[date, list[tuple[date, int]]] = {}
        told: dict[tuple[Any, date], int] = {}
        by_day = ((items.c.sort_on, _dated), (_day(first, last, clock), _timed))
        for day, due in by_day:
            where = [*_filters(view, user_id), *due(first, last, clock)]
            for id_, sort_on, on, count in session.execute(_ranked(view, day, where, most)):
                found.setdefault(on, []).append((sort_on, id_))
                told[due, on] = count
        counts = Counter[date]()
        for (_, on), count in told.items():
            counts[on] += count
        return {
            on: ([id_ for _, id_ in sorted(keys)[view.skip :][:most]], counts[on])
            for on, keys in found.items()
        }

    key = ("calendar", first, last, most, view.skip, clock.today, clock.zone.key)
    return remembered(session, (*key, *view.filters().values(), user_id), make)


def _ranked(
    view: CalendarView, day: Any, where: Sequence[sa.ColumnElement[bool]], most: int
) -> sa.Select[Any]:
    """Of each day the first rows up to where the page ends, each with how many there are in all."""
    each = (
        sa.select(items.c.id, items.c.sort_on, day.label("day"))
        .select_from(_from(view))
        .where(*where)
        .subquery()
    )
    by_due = (each.c.sort_on, each.c.id)
    place = sa.func.row_number().over(partition_by=each.c.day, order_by=by_due).label("place")
    count = sa.func.count().over(partition_by=each.c.day).label("count")
    ranked = sa.select(each, place, count).subquery()
    return (
        sa.select(ranked.c.id, ranked.c.sort_on, ranked.c.day, ranked.c.count)
        .where(ranked.c.place <= view.skip + most)
        .order_by(ranked.c.day, ranked.c.place)
    )


def _day(first: date, last: date, clock: Clock) -> sa.Case[Any]:
    """The reader's day of an item; of an instant it is found by the moments at which days end."""
    days = [first + number * DAY for number in range((last - first).days + 1)]
    type_ = items.c.sort_on.type
    instants = [
        (items.c.due_at < clock.begins(day + DAY), sa.literal(day, type_)) for day in days[:-1]
    ]
    dated = (items.c.due_at.is_(None), items.c.sort_on)
    return sa.case(dated, *instants, else_=sa.literal(days[-1], type_))


def _from(view: CalendarView) -> sa.FromClause:
    if view.owner:
        return items.outerjoin(owned, owned.c.item_id == items.c.id)
    return items


def _filters(view: CalendarView, user_id: int) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [items.c.is_open]
    for column, name in ((items.c.vendor, view.vendor), (items.c.program, view.program)):
        if name:
            found.append(column.is_(None) if name == NONE else column == name)
    if view.owner == NOBODY:
        found.append(filters.nobodys())
    elif view.owner == BACKUP:
        found.append(owned.c.backup_id == user_id)
    elif view.owner:
        wanted = user_id if view.owner == ME else whole(view.owner) or 0
        found.append(owned.c.owner_id == wanted)
    return found


def _dated(first: date, last: date, clock: Clock) -> list[sa.ColumnElement[bool]]:
    """Due on a date between the two: these are most, and an index has them day by day."""
    return [
        items.c.sort_on.between(first, last),
        items.c.due_at.is_(None),
        sa.or_(
            items.c.sort_on >= clock.today, items.c.category.is_distinct_from(str(Category.EVENT))
        ),
    ]


def _timed(first: date, last: date, clock: Clock) -> list[sa.ColumnElement[bool]]:
    """Due at an instant between the two, by the reader's days."""
    begins, ends = clock.begins(first), clock.begins(last + DAY)
    return [
        items.c.due_at.is_not(None),
        items.c.due_at >= begins,
        items.c.due_at < ends,
        due_days.still_on(clock),
    ]


def _overdue(
    session: Session, view: CalendarView, *, user_id: int, clock: Clock
) -> tuple[list[int], int]:
    """The first of what is overdue, and how many there are; only beside today."""
    if view.day or not view.month.first <= clock.today <= view.month.last:
        return [], 0

    def make() -> tuple[list[int], int]:
        late = (*_filters(view, user_id), due_days.overdue(clock), due_days.still_on(clock))
        of_it = sa.select(items.c.id).select_from(_from(view)).where(*late)
        first = session.execute(of_it.order_by(items.c.sort_on, items.c.id).limit(OVERDUE))
        ids = list(first.scalars())
        counted = of_it.limit(1_000).subquery()
        count = session.execute(sa.select(sa.func.count()).select_from(counted)).scalar_one()
        return ids, int(count)

    passed = due_days.passed(session, clock)
    key = ("calendar overdue", clock.today, clock.zone.key, passed, user_id)
    return remembered(session, (*key, *view.filters().values()), make)


def _stake(session: Session, view: CalendarView, *, user_id: int, clock: Clock) -> Stake:
    """The money of what is open and due in the month, or on the day."""
    first, last = (view.day, view.day) if view.day else (view.month.first, view.month.last)

    def make() -> Stake:
        columns = (items.c.currency, listing.at_stake.label("amount"))
        money = sa.select(*columns).select_from(_from(view))
        asked = (*_filters(view, user_id), items.c.due_on.is_not(None))
        parts = [money.where(*asked, *due(first, last, clock)) for due in (_dated, _timed)]
        each = sa.union_all(*parts).subquery()
        summed = sa.select(each.c.currency, sa.func.sum(each.c.amount)).group_by(each.c.currency)
        return groups.stake_of(session.execute(summed).all())

    key = ("calendar stake", first, last, clock.today, clock.zone.key, user_id)
    return remembered(session, (*key, *view.filters().values()), make)


def _rows(
    session: Session, ids: Sequence[int], known: Sources, *, user_id: int, clock: Clock
) -> dict[int, Row]:
    if not ids:
        return {}
    condition = states.among(session, items.c.id, list(ids))
    found = session.execute(listing.select_lines(user_id).where(condition)).all()
    return {row.id: row for row in lines.rows_of(session, found, known, clock)}
