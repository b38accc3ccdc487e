"""The inbox: one page of a view, its tabs and heads, and the counts around every page."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core import pace
from app.core.columns import NO_DUE_DAY
from app.core.words import Clock
from app.services import accounts, due_days, lines, listing, search
from app.services.lines import Sources
from app.services.listing import MONTH, WEEK, items, joined
from app.services.pages import (
    COUNTED,
    GROUPS,
    LISTED,
    TABS,
    Choice,
    Group,
    GroupHead,
    InboxPage,
    Nav,
    Person,
    Row,
    Stake,
    Tab,
    View,
)
from app.services.revisions import remembered
from connectors.sdk.records import Due, Kind, Money

PAGE = 50


def inbox_page(
    session: Session,
    view: View,
    *,
    user_id: int,
    clock: Clock,
    after: str = "",
    limit: int = PAGE,
    whole: bool = True,
) -> InboxPage:
    """One page of the view. ``whole`` is False where only the list is shown, without filters."""
    found, onward = listing.LINES.page(
        session, view, user_id=user_id, clock=clock, after=after, limit=limit
    )
    known = Sources(session, now=clock.now)
    heads = group_heads(session, view, user_id=user_id, clock=clock)
    tabs = tab_counts(session, user_id=user_id, clock=clock)
    total = next((tab.count for tab in tabs if tab.key == view.tab), tabs[0].count)
    continued = listing.cursor_from(after) is not None
    return InboxPage(
        view=view,
        tabs=tabs,
        groups=_groups(session, found, heads, known, clock, continued=continued),
        heads=heads,
        total=total,
        shown=total if not view.narrowed else sum(head.count for head in heads),
        cut=search.cut_at(session, view.q),
        stake=stake(session, user_id=user_id, clock=clock, days=MONTH),
        stake_days=MONTH,
        after=onward,
        doubtful=known.doubtful,
        sources=len(known.lines),
        read_at=known.read_at,
        next_due=next_due(session, clock) if not found else None,
        people=people(session) if whole else (),
        choices=choices(session, known) if whole else {},
    )


def _groups(
    session: Session,
    found: Sequence[Any],
    heads: tuple[GroupHead, ...],
    known: Sources,
    clock: Clock,
    *,
    continued: bool,
) -> tuple[Group, ...]:
    by_key: dict[str, list[Any]] = {}
    rows = lines.rows_of(session, found, known, clock)
    head_of = {head.key: head for head in heads}
    for stored, row in zip(found, rows, strict=True):
        key = LISTED if LISTED in head_of else lines.group_of(stored, clock)
        by_key.setdefault(key, []).append(row)
    # By the company's days, in which items are sorted, an instant can stand behind a date
    # that is later by the reader's.
    keys = [key for key in (*GROUPS, LISTED) if key in by_key]
    return tuple(
        Group(
            head=head_of.get(key) or GroupHead(key=key, title=GROUPS[key], count=len(by_key[key])),
            rows=tuple(by_key[key]),
            continued=continued and number == 0,
        )
        for number, key in enumerate(keys)
    )


def row_in_view(
    session: Session, view: View, item_id: int, *, user_id: int, clock: Clock
) -> Row | None:
    """The item's line; None where it does not, or no longer, belong to the view."""
    where = (*listing.in_view(session, view, user_id, clock), items.c.id == item_id)
    found = session.execute(
        sa.select(*listing.SHOWN).select_from(joined(user_id)).where(*where)
    ).all()
    return next(iter(lines.rows_of(session, found, Sources(session, now=clock.now), clock)), None)


def group_heads(
    session: Session, view: View, *, user_id: int, clock: Clock
) -> tuple[GroupHead, ...]:
    """Every group of the view with its count and money; above ``COUNTED`` items without money."""
    key = ("heads", view, user_id, clock.today, clock.zone.key, due_days.passed(session, clock))
    return remembered(session, key, lambda: _count_heads(session, view, user_id, clock))


def _count_heads(session: Session, view: View, user_id: int, clock: Clock) -> tuple[GroupHead, ...]:
    sums = _sums_at_once if view.q else _sums_each
    heads = []
    for key, money in sums(session, view, user_id, clock).items():
        count = sum(number for _currency, _amount, number in money)
        if count:
            stake = _stake(money) if count <= COUNTED else ()
            title = _groups_of(view.tab)[key]
            heads.append(GroupHead(key=key, title=title, count=count, stake=stake))
    return tuple(heads)


Sums = dict[str, list[tuple[str | None, Any, int]]]
"""Of each group: currency, amount and count."""


def _sums_each(session: Session, view: View, user_id: int, clock: Clock) -> Sums:
    """A query for each group, which stops counting at ``COUNTED`` + 1."""
    tables = listing.joined_for(view.tab, user_id)
    where = listing.in_view(session, view, user_id, clock)
    found: Sums = {}
    for key in _groups_of(view.tab):
        members = (
            sa.select(items.c.amount, items.c.currency)
            .select_from(tables)
            .where(*where, _within(key, clock))
            .limit(COUNTED + 1)
            .subquery()
        )
        statement = sa.select(
            members.c.currency, sa.func.sum(members.c.amount), sa.func.count()
        ).group_by(members.c.currency)
        found[key] = [(row[0], row[1], row[2]) for row in session.execute(statement)]
    return found


def _sums_at_once(session: Session, view: View, user_id: int, clock: Clock) -> Sums:
    """One query for all groups: a search finds few enough to look at each once."""
    statement = listing.kept(
        ("sums", *listing.shape(session, view, clock)),
        lambda: _all_sums(session, view, user_id, clock),
    )
    found: Sums = {name: [] for name in _groups_of(view.tab)}
    named = listing.values(session, view, user_id, clock)
    for name, currency, amount, count in session.connection().execute(statement, named):
        if name is not None:
            found[name].append((currency, amount, count))
    return found


def _all_sums(session: Session, view: View, user_id: int, clock: Clock) -> sa.Select[Any]:
    key = sa.literal(LISTED) if view.tab in listing.BACKWARDS else _group(clock)
    return (
        sa.select(key, items.c.currency, sa.func.sum(items.c.amount), sa.func.count())
        .select_from(listing.joined_for(view.tab, user_id))
        .where(*listing.in_view(session, view, user_id, clock))
        .group_by(sa.literal_column("1"), sa.literal_column("2"))
    )


def _groups_of(tab: str) -> Mapping[str, str]:
    """By due date, except where the items are settled: there nothing is overdue any more."""
    return {LISTED: "Latest date first"} if tab in listing.BACKWARDS else GROUPS


def _group(clock: Clock) -> sa.ColumnElement[str]:
    """The key of the group that an item belongs to, in as few comparisons as can be."""
    day, at = items.c.sort_on, items.c.due_at
    week, month = (clock.today + timedelta(days=days) for days in (WEEK, MONTH))
    ends = (clock.begins(last + timedelta(days=1)) for last in (week, month))
    of_date = sa.case(
        (day == NO_DUE_DAY, "undated"),
        (day < clock.today, sa.case((items.c.due_on.is_not(None), "overdue"))),
        (day <= week, "week"),
        (day <= month, "month"),
        else_="later",
    )
    of_instant = sa.case(
        (at < due_days.now(clock), "overdue"),
        *((at < end, key) for end, key in zip(ends, ("week", "month"), strict=True)),
        else_="later",
    )
    return sa.case((at.is_(None), of_date), else_=of_instant)


def _within(group: str, clock: Clock) -> sa.ColumnElement[bool]:
    day = items.c.sort_on
    week, month = (clock.today + timedelta(days=days) for days in (WEEK, MONTH))
    match group:
        case _ if group == LISTED:
            return sa.true()
        case "overdue":
            return sa.and_(due_days.overdue(clock), day != NO_DUE_DAY)
        case "week":
            return due_days.due_within(clock, WEEK)
        case "month":
            return sa.and_(due_days.after(week, clock), due_days.until(month, clock))
        case "later":
            return sa.and_(due_days.after(month, clock), day < NO_DUE_DAY)
    return day == NO_DUE_DAY


def _stake(sums: Sequence[Any]) -> Stake:
    """One amount a currency, the largest first. Never added across currencies."""
    found = [Money(amount=amount, currency=currency) for currency, amount, *_ in sums if amount]
    return tuple(sorted(found, key=lambda money: -money.amount))


def stake(session: Session, *, user_id: int, clock: Clock, days: int) -> Stake:
    """The money of open items that are overdue or due within so many days."""

    def make() -> Stake:
        statement = (
            sa.select(items.c.currency, sa.func.sum(items.c.amount))
            .where(items.c.is_open, due_days.until(clock.today + timedelta(days=days), clock))
            .group_by(items.c.currency)
        )
        return _stake(session.execute(statement).all())

    return remembered(session, ("stake", days, clock.today, clock.zone.key), make)


def tab_counts(session: Session, *, user_id: int, clock: Clock) -> tuple[Tab, ...]:
    """How many items each tab holds, counted up to ``COUNTED`` + 1."""

    def make() -> tuple[Tab, ...]:
        counts = [
            sa.select(sa.func.count())
            .select_from(
                sa.select(items.c.id)
                .select_from(listing.joined_for(key, user_id))
                .where(listing.in_tab(key, user_id, clock))
                .limit(COUNTED + 1)
                .subquery()
            )
            .scalar_subquery()
            .label(key)
            for key in TABS
        ]
        row = session.execute(sa.select(*counts)).one()
        return tuple(
            Tab(key=key, title=title, count=getattr(row, key)) for key, title in TABS.items()
        )

    # What is new grows old by the hour.
    hour = clock.local(clock.now).strftime("%Y-%m-%d %H")
    key = ("tabs", user_id, clock.zone.key, hour, due_days.passed(session, clock))
    return remembered(session, key, make)


def nav(session: Session, *, user_id: int, clock: Clock) -> Nav:
    """The counts beside the navigation, and the sources below it."""
    tabs = {tab.key: tab.count for tab in tab_counts(session, user_id=user_id, clock=clock)}
    known = Sources(session, now=clock.now)
    behind, reports, programs = remembered(
        session, ("nav", clock.today, clock.zone.key), lambda: _tracked(session, clock)
    )
    return Nav(
        today=min(tabs["overdue"] + tabs["week"], 10),
        inbox=tabs["all"],
        goals_behind=behind,
        reports_due=reports,
        programs=programs,
        mine=tabs["mine"],
        unowned=tabs["unowned"],
        snoozed=tabs["snoozed"],
        sources=tuple(known.lines.values()),
    )


def _tracked(session: Session, clock: Clock) -> tuple[int, int, int]:
    goals = session.execute(
        sa.select(items.c.target, items.c.actual, items.c.period_start, items.c.period_end).where(
            items.c.kind == Kind.GOAL, items.c.is_open
        )
    )
    behind = sum(
        pace.standing(target, actual, start, end, clock.today) is pace.Standing.BEHIND
        for target, actual, start, end in goals
    )
    reports = session.execute(
        sa.select(sa.func.count())
        .select_from(items)
        .where(
            items.c.kind == Kind.REPORTING,
            items.c.is_open,
            due_days.until(clock.today + timedelta(days=MONTH), clock),
        )
    ).scalar_one()
    programs = session.execute(
        sa.text("SELECT count(*) FROM programs WHERE removed_at IS NULL")
    ).scalar_one()
    return behind, int(reports), int(programs)


def people(session: Session) -> tuple[Person, ...]:
    """Everyone who can own an item."""

    def make() -> tuple[Person, ...]:
        return tuple(Person(id=user.id or 0, name=user.name) for user in accounts.users(session))

    return remembered(session, ("people",), make)


def choices(session: Session, known: Sources) -> dict[str, tuple[Choice, ...]]:
    """What the filters offer: every vendor, program, kind and source that items have."""

    def make() -> dict[str, tuple[Choice, ...]]:
        return {
            "vendor": _distinct(session, items.c.vendor),
            "program": _distinct(session, items.c.program),
            "kind": (
                *_distinct(session, items.c.kind),
                *_distinct(session, items.c.category),
            ),
            "source": tuple(
                Choice(value=str(line.id), label=line.name) for line in known.lines.values()
            ),
        }

    return remembered(session, ("choices",), make)


def _distinct(session: Session, column: sa.Column[Any]) -> tuple[Choice, ...]:
    statement = (
        sa.select(column, sa.func.count())
        .where(column.is_not(None), items.c.removed_at.is_(None))
        .group_by(column)
        .order_by(column)
        .limit(200)
    )
    return tuple(
        Choice(value=value, label=value[:1].upper() + value[1:], count=count)
        for value, count in session.execute(statement)
    )


def next_due(session: Session, clock: Clock) -> Due | None:
    """The next date that any open item is due, for an empty page."""
    statement = (
        sa.select(items.c.due_on, items.c.due_at, items.c.due_zone)
        .where(
            items.c.is_open,
            items.c.due_on.is_not(None),
            due_days.ahead(clock),
            items.c.sort_on < NO_DUE_DAY,
        )
        .order_by(items.c.sort_on)
        .limit(1)
    )
    found = session.execute(statement).first()
    return lines.due_of(found) if found else None
