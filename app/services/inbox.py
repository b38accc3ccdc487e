"""The inbox: one page of a view, its tabs and heads, and the counts around every page."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core.columns import NO_DUE_DAY
from app.core.whole import whole
from app.core.words import Clock
from app.services import (
    accounts,
    choices,
    comments,
    deciding,
    due_days,
    goals,
    groups,
    lines,
    listing,
    looks,
    recording,
    saved,
    search,
    stakes,
    states,
)
from app.services.lines import Sources
from app.services.listing import MONTH, items
from app.services.pages import (
    CARDS,
    COUNTED,
    TABS,
    InboxPage,
    Nav,
    Person,
    Row,
    Tab,
    View,
)
from app.services.pages.views import NONE
from app.services.revisions import Until, remembered, revision
from connectors.sdk.records import Due, Kind

PAGE = 50
DONE = "done"
"""The tab of what is settled, which no page counts beside others."""


def inbox_page(
    session: Session,
    view: View,
    *,
    user_id: int,
    clock: Clock,
    after: str = "",
    limit: int = PAGE,
) -> InboxPage:
    """One page of the view."""
    around = without_rows(session, view, user_id=user_id, clock=clock)
    found, onward = listing.LINES.page(
        session, view, user_id=user_id, clock=clock, after=after, limit=limit
    )
    known = Sources(session, now=clock.now)
    rows = lines.rows_of(session, found, known, clock)
    listed = groups.grouped(
        session, view, found, rows, heads=around.heads, after=after, user_id=user_id, clock=clock
    )
    return replace(
        around,
        groups=tuple(listed),
        after=onward,
        next_due=next_due(session, clock) if not found else None,
        gone=() if found or not view.narrowed else tuple(_gone(session, view, known)),
    )


def without_rows(session: Session, view: View, *, user_id: int, clock: Clock) -> InboxPage:
    """What stands around the rows of the view: all of the page where its rows are shown already."""
    known = Sources(session, now=clock.now)
    heads = groups.heads_of(session, view, user_id=user_id, clock=clock)
    tabs = tab_counts(session, user_id=user_id, clock=clock, shown=view.tab)
    counts = {tab.key: tab.count for tab in tabs}
    return InboxPage(
        view=view,
        tabs=tabs,
        groups=(),
        heads=heads,
        total=counts[view.tab],
        shown=sum(head.count for head in heads) if view.narrowed else counts[view.tab],
        cut=search.cut_at(session, view.q),
        stake=stakes.stake(session, clock=clock, days=MONTH),
        stake_days=MONTH,
        doubtful=known.doubtful,
        sources=len(known.lines),
        read_at=known.read_at,
        people=people(session),
        choices=choices.choices(session),
        names={str(line.id): line.name for line in known.lines.values()},
        own_views=saved.own(session, user_id),
        unread=counts["new"],
        newest=newest(session),
    )


def _gone(session: Session, view: View, known: Sources) -> Iterator[str]:
    """What the view asks for that no item has any more."""
    for name in ("vendor", "program"):
        value = getattr(view, name)
        there = sa.select(items.c.id).where(items.c[name] == value, items.c.removed_at.is_(None))
        if value and value != NONE and session.execute(there.limit(1)).first() is None:
            yield f"the {name} “{value}”"
    if view.source and whole(view.source) not in known.lines:
        yield "its source"


def newest(session: Session) -> int:
    """The id of the item that came last; 0 before the first."""

    def make() -> int:
        return int(session.execute(sa.select(sa.func.max(items.c.id))).scalar() or 0)

    return remembered(session, ("newest",), make, until=Until.TOLD)


def unread(session: Session, *, user_id: int, clock: Clock) -> int:
    """How many items are new and not read by this person, up to ``COUNTED`` + 1."""
    counts = {tab.key: tab.count for tab in tab_counts(session, user_id=user_id, clock=clock)}
    return counts["new"]


def etag_of_new(session: Session, view: View, seen: int, *, user_id: int, clock: Clock) -> str:
    """Changes with every write, and with the minute where time alone brings items into a view."""
    told = f"{revision(session)}-{clock.now:%Y%m%d%H}-{due_days.passed(session, clock)}"
    asked = blake2b(f"{user_id} {seen} {sorted(view.query().items())}".encode(), digest_size=8)
    return f'"{told}-{asked.hexdigest()}"'


def come_since(session: Session, view: View, seen: int, *, user_id: int, clock: Clock) -> int:
    """How many items of the view came after the one with that id, counted up to ``COUNTED`` + 1."""
    where = listing.in_view(session, view, user_id, clock)
    members = (
        sa.select(items.c.id)
        .select_from(listing.joined_for(view, user_id))
        .where(*where, items.c.id > sa.bindparam("seen", seen))
        .limit(COUNTED + 1)
    )
    named = listing.values(session, view, user_id, clock) | {"seen": seen}
    counted = sa.select(sa.func.count()).select_from(members.subquery())
    return int(session.connection().execute(counted, named).scalar_one())


def rows_in_view(
    session: Session, view: View, ids: Collection[int], *, user_id: int, clock: Clock
) -> dict[int, Row]:
    """The lines of those of these items that, still, belong to the view."""
    among = states.among(session, items.c.id, ids)
    where = (*listing.in_view(session, view, user_id, clock), among)
    statement, named = listing.select_lines(user_id), listing.values(session, view, user_id, clock)
    found = session.connection().execute(statement.where(*where), named).all()
    rows = lines.rows_of(session, found, Sources(session, now=clock.now), clock)
    return {row.id: row for row in rows}


def tab_counts(
    session: Session, *, user_id: int, clock: Clock, shown: str = "all"
) -> tuple[Tab, ...]:
    """How many items each tab holds, counted up to ``COUNTED`` + 1; what is done only where that
    is ``shown``.
    """
    # What is new grows old by the hour.
    hour = clock.local(clock.now).strftime("%Y-%m-%d %H")
    key = (user_id, clock.zone.key, hour, due_days.passed(session, clock))
    counts: dict[str, int] = {}
    for tabs, until in _TOGETHER.items():
        if DONE not in tabs or shown == DONE:
            count = partial(_counted, session, tabs, user_id, clock)
            counts |= remembered(session, ("tabs", *tabs, *key), count, until=until)
    return tuple(
        Tab(key=key, title=title, count=counts[key]) for key, title in TABS.items() if key in counts
    )


_TOGETHER: Mapping[tuple[str, ...], Until] = {
    listing.OF_SOURCES: Until.OPENED,
    tuple(tab for tab in TABS if tab not in (*listing.OF_SOURCES, DONE)): Until.WRITTEN,
    (DONE,): Until.WRITTEN,
}
"""The tabs whose counts become old together."""


def _counted(session: Session, tabs: Sequence[str], user_id: int, clock: Clock) -> dict[str, int]:
    statement = listing.STATEMENTS.get(
        ("tabs", *tabs, *listing.shape(session, View(), clock)),
        lambda: _counts(tabs, user_id, clock),
    )
    named = listing.values(session, View(), user_id, clock)
    row = session.connection().execute(statement, named).one()
    return dict(zip(tabs, row, strict=True))


def _counts(tabs: Sequence[str], user_id: int, clock: Clock) -> sa.Select[Any]:
    counts = (
        sa.select(sa.func.count())
        .select_from(
            sa.select(items.c.id)
            .select_from(listing.joined_for(View(tab=tab), user_id))
            .where(listing.in_tab(tab, user_id, clock))
            .limit(COUNTED + 1)
            .subquery()
        )
        .scalar_subquery()
        for tab in tabs
    )
    return sa.select(*counts)


def nav(session: Session, *, user_id: int, clock: Clock) -> Nav:
    """The counts beside the navigation, and the sources below it."""
    tabs = {tab.key: tab.count for tab in tab_counts(session, user_id=user_id, clock=clock)}
    known = Sources(session, now=clock.now)
    cards, behind, reports, programs = remembered(
        session,
        ("nav", clock.today, clock.zone.key),
        lambda: _tracked(session, clock),
        until=Until.OPENED,
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
        changes=looks.count(session, user_id, clock=clock),
        mine=tabs["mine"],
        unowned=tabs["unowned"],
        snoozed=tabs["snoozed"],
        starred=tabs["starred"],
        pinned=saved.pinned(session, user_id=user_id, clock=clock),
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

    return remembered(session, ("people",), make, until=Until.TOLD)


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
