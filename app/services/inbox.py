"""The inbox: one page of a view, its tabs and heads, and the counts around every page."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core.columns import NO_DUE_DAY
from app.core.words import Clock
from app.models import User
from app.services import (
    accounts,
    comments,
    deciding,
    due_days,
    goals,
    groups,
    lines,
    listing,
    looks,
    recording,
    search,
    since_sources,
)
from app.services.lines import Sources
from app.services.listing import MONTH, items
from app.services.pages import (
    CARDS,
    COUNTED,
    TABS,
    Choice,
    Emptiness,
    InboxPage,
    Nav,
    Person,
    Row,
    Stake,
    Tab,
    View,
)
from app.services.revisions import remembered
from connectors.sdk.records import Due, Kind

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
    rows = lines.rows_of(session, found, known, clock)
    heads = groups.heads_of(session, view, user_id=user_id, clock=clock)
    listed = groups.grouped(
        session, view, found, rows, heads=heads, after=after, user_id=user_id, clock=clock
    )
    tabs = tab_counts(session, user_id=user_id, clock=clock)
    total = next((tab.count for tab in tabs if tab.key == view.tab), tabs[0].count)
    return InboxPage(
        view=view,
        tabs=tabs,
        groups=tuple(listed),
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


def row_in_view(
    session: Session, view: View, item_id: int, *, user_id: int, clock: Clock
) -> Row | None:
    """The item's line; None where it does not, or no longer, belong to the view."""
    where = (*listing.in_view(session, view, user_id, clock), items.c.id == item_id)
    found = session.execute(listing.select_lines(user_id).where(*where)).all()
    return next(iter(lines.rows_of(session, found, Sources(session, now=clock.now), clock)), None)


def stake(session: Session, *, user_id: int, clock: Clock, days: int) -> Stake:
    """The money of open items that are overdue or due within so many days."""

    def make() -> Stake:
        statement = (
            sa.select(items.c.currency, sa.func.sum(items.c.amount))
            .where(
                items.c.is_open,
                due_days.until(clock.today + timedelta(days=days), clock),
                due_days.still_on(clock),
                sa.not_(due_days.ended(clock)),
            )
            .group_by(items.c.currency)
        )
        return groups.stake_of(session.execute(statement).all())

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
    cards, behind, reports, programs = remembered(
        session, ("nav", clock.today, clock.zone.key), lambda: _tracked(session, clock)
    )
    return Nav(
        today=cards,
        pressing=bool(tabs["overdue"] + tabs["week"]),
        inbox=tabs["all"],
        goals_behind=behind,
        reports_due=reports,
        programs=programs,
        decisions=deciding.count(session, clock),
        mentions=comments.unseen(session, user_id),
        changes=looks.count(session, session.get_one(User, user_id), clock=clock),
        mine=tabs["mine"],
        unowned=tabs["unowned"],
        snoozed=tabs["snoozed"],
        sources=tuple(known.lines.values()),
        last=recording.last(session, user_id=user_id, clock=clock),
    )


def _tracked(session: Session, clock: Clock) -> tuple[int, int, int, int]:
    asked = sa.select(items.c.id).where(listing.asks(clock)).limit(CARDS).subquery()
    cards = session.execute(sa.select(sa.func.count()).select_from(asked)).scalar_one()
    reports = session.execute(
        sa.select(sa.func.count())
        .select_from(items)
        .where(
            listing.tracked(Kind.REPORTING),
            items.c.is_open,
            due_days.until(clock.today + timedelta(days=MONTH), clock),
        )
    ).scalar_one()
    programs = session.execute(
        sa.text("SELECT count(*) FROM programs WHERE removed_at IS NULL")
    ).scalar_one()
    return int(cards), len(goals.behind(session, clock)), int(reports), int(programs)


def people(session: Session) -> tuple[Person, ...]:
    """Everyone who can own an item."""

    def make() -> tuple[Person, ...]:
        return tuple(Person(id=user.id or 0, name=user.name) for user in accounts.users(session))

    return remembered(session, ("people",), make)


def choices(session: Session, known: Sources) -> dict[str, tuple[Choice, ...]]:
    """What the filters offer: every vendor, program, kind and source that items have."""

    def make() -> dict[str, tuple[Choice, ...]]:
        kinds = (*_distinct(session, items.c.kind), *_distinct(session, items.c.category))
        return {
            "vendor": _distinct(session, items.c.vendor),
            "program": _distinct(session, items.c.program),
            "kind": kinds,
        }

    sources = (Choice(value=str(line.id), label=line.name) for line in known.lines.values())
    told = since_sources.remembered(session, ("choices",), make)
    return {**told, "source": tuple(sources)}


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


def emptiness(session: Session, clock: Clock) -> Emptiness:
    """Which of the four truths holds where a page has nothing to show."""
    known = Sources(session, now=clock.now)
    return Emptiness(
        sources=len(known.lines),
        doubtful=known.doubtful,
        read_at=known.read_at,
        next_due=next_due(session, clock),
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
