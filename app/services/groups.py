"""The groups of a list: what each head counts, and which rows stand under it.

A row and the head that counts it are told by three pieces of code that must agree, for a list
and for a search: ``lines.group_of``, ``_within`` and ``_group``.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core.columns import NO_DUE_DAY
from app.core.money import summed
from app.core.words import Clock
from app.db import is_sqlite
from app.services import due_days, lines, listing, orders, search
from app.services.listing import MONTH, WEEK, items
from app.services.pages import COUNTED, GROUPS, LISTED, Group, GroupHead, Row, Stake, View
from app.services.pages.views import BACKWARDS, BY_DUE, NONE, SORTS
from app.services.revisions import Until, remembered
from connectors.sdk.records import Kind, Money

NAMED = ("vendor", "program")
"""What items can stand together by beside their due dates."""
NOT_GROUPED = {"starred": "Earliest date first", **dict.fromkeys(BACKWARDS, "Latest date first")}


def grouped(
    session: Session,
    view: View,
    found: Sequence[Any],
    rows: Sequence[Row],
    *,
    heads: Sequence[GroupHead],
    after: str,
    user_id: int,
    clock: Clock,
) -> Iterator[Group]:
    """The rows of one page (``found`` as they are stored) under their heads.

    ``after`` is the cursor behind which the page begins.
    """
    head_of = {head.key: head for head in heads}
    by_key: dict[str, list[Row]] = {}
    for stored, row in zip(found, rows, strict=True):
        by_key.setdefault(key_of(view, stored, clock), []).append(row)
    begun = _begun(session, view, after, list(by_key), user_id=user_id, clock=clock)
    # By the company's days, in which items are sorted, an instant can stand behind a date
    # that is later by the reader's.
    for key in GROUPS if view.grouping == BY_DUE else by_key:
        if key in by_key:
            members = tuple(by_key[key])
            # A sync can come between the rows and their heads.
            head = head_of.get(key) or GroupHead(key=key, title=key, count=len(members))
            yield Group(head=head, rows=members, continued=key in begun)


def key_of(view: View, stored: Any, clock: Clock) -> str:
    """The key of the group under which a stored row stands."""
    match view.grouping:
        case "due":
            return lines.group_of(stored, clock)
        case "vendor" | "program":
            return _key_of_name(getattr(stored, view.grouping))
    return LISTED


def keys_of(session: Session, view: View, ids: Sequence[int]) -> set[str]:
    """The groups by name that these items belong to, whether the view still shows them or not."""
    if view.grouping not in NAMED:
        return set()
    found = search.given(session, list(ids))
    among = search.among(items.c.id, "ids", found, sqlite=is_sqlite(session))
    names = sa.select(items.c[view.grouping]).where(among).distinct()
    return set(map(_key_of_name, session.execute(names).scalars()))


def _key_of_name(name: str | None) -> str:
    """What an element of a page can be called."""
    return f"n-{blake2b((name or '').encode(), digest_size=6).hexdigest()}"


def _begun(
    session: Session,
    view: View,
    after: str,
    keys: Collection[str],
    *,
    user_id: int,
    clock: Clock,
) -> Collection[str]:
    """Those of the groups that have a row up to ``after``, and are only continued behind it.

    A page can end where its group does, and what has ended stands among what is overdue.
    """
    place = orders.cursor_from(view, after)
    if place is None or not keys:
        return ()
    if view.grouping in NAMED:
        return (_key_of_name(None if place[0] else place[2]),)
    behind = orders.behind(orders.keys_of(view), place)
    members = (
        sa.select(items.c.id)
        .select_from(listing.joined_for(view, user_id))
        .where(*listing.in_view(session, view, user_id, clock), sa.not_(behind))
    )
    has = [members.where(_within(key, clock)).exists() for key in keys]
    named = listing.values(session, view, user_id, clock) | orders.named(place)
    told = session.connection().execute(sa.select(*has), named).one()
    return [key for key, is_begun in zip(keys, told, strict=True) if is_begun]


def heads_of(session: Session, view: View, *, user_id: int, clock: Clock) -> tuple[GroupHead, ...]:
    """Every group of the view with its count and money; of more than ``COUNTED`` items that
    fall due together without money.
    """
    key = ("heads", view, user_id, clock.today, clock.zone.key, due_days.passed(session, clock))
    return remembered(
        session,
        key,
        lambda: _count_heads(session, view, user_id, clock),
        until=Until.OPENED if listing.of_sources(view) else Until.WRITTEN,
    )


def _count_heads(session: Session, view: View, user_id: int, clock: Clock) -> tuple[GroupHead, ...]:
    if view.grouping in NAMED:
        return tuple(_named_heads(session, view, user_id, clock))
    sums = _sums_at_once if view.q else _sums_each
    heads = []
    for key, money in sums(session, view, user_id, clock).items():
        count = sum(number for _currency, _amount, number in money)
        if count:
            stake = stake_of(money) if count <= COUNTED else ()
            title = _groups_of(view)[key]
            heads.append(GroupHead(key=key, title=title, count=count, stake=stake))
    return tuple(heads)


def _named_heads(session: Session, view: View, user_id: int, clock: Clock) -> Iterator[GroupHead]:
    """A head for each vendor or program."""
    column = items.c[view.grouping]
    statement = listing.STATEMENTS.get(
        ("named", *listing.shape(session, view, clock)),
        lambda: _sums_by(session, view, user_id, clock, column),
    )
    named = listing.values(session, view, user_id, clock)
    found: dict[str | None, list[tuple[str | None, Any, int]]] = {}
    for name, currency, amount, count in session.connection().execute(statement, named):
        found.setdefault(name, []).append((currency, amount, count))
    for name, money in found.items():
        narrow = view.query() | {"group": "", view.grouping: NONE if name is None else name}
        yield GroupHead(
            key=_key_of_name(name),
            title=name or f"No {view.grouping}",
            count=sum(number for _currency, _amount, number in money),
            stake=stake_of(money),
            narrows=narrow,
        )


Sums = dict[str, list[tuple[str | None, Any, int]]]
"""Of each group: currency, amount and count."""


def _sums_each(session: Session, view: View, user_id: int, clock: Clock) -> Sums:
    """A query for each group, which stops counting at ``COUNTED`` + 1."""
    named = listing.values(session, view, user_id, clock)
    found: Sums = {}
    for key in _groups_of(view):
        statement = listing.STATEMENTS.get(
            ("sum", key, *listing.shape(session, view, clock)),
            partial(_sum_of, session, view, user_id, clock, key),
        )
        told = session.connection().execute(statement, named)
        found[key] = [(row[0], row[1], row[2]) for row in told]
    return found


def _sum_of(session: Session, view: View, user_id: int, clock: Clock, key: str) -> sa.Select[Any]:
    members = (
        sa.select(listing.at_stake.label("amount"), items.c.currency)
        .select_from(listing.joined_for(view, user_id))
        .where(*listing.in_view(session, view, user_id, clock), _within(key, clock))
        .limit(COUNTED + 1)
        .subquery()
    )
    sums = sa.select(members.c.currency, sa.func.sum(members.c.amount), sa.func.count())
    return sums.group_by(members.c.currency)


def _sums_at_once(session: Session, view: View, user_id: int, clock: Clock) -> Sums:
    """One query for all groups: a search finds few enough to look at each once."""
    key = sa.literal(LISTED) if view.grouping == LISTED else _group(clock)
    statement = listing.STATEMENTS.get(
        ("sums", *listing.shape(session, view, clock)),
        lambda: _sums_by(session, view, user_id, clock, key),
    )
    found: Sums = {name: [] for name in _groups_of(view)}
    named = listing.values(session, view, user_id, clock)
    for name, currency, amount, count in session.connection().execute(statement, named):
        found[name].append((currency, amount, count))
    return found


def _sums_by(
    session: Session, view: View, user_id: int, clock: Clock, key: sa.ColumnElement[Any]
) -> sa.Select[Any]:
    """Count and money of each currency of each group."""
    return (
        sa.select(key, items.c.currency, sa.func.sum(listing.at_stake), sa.func.count())
        .select_from(listing.joined_for(view, user_id))
        .where(*listing.in_view(session, view, user_id, clock))
        .group_by(sa.literal_column("1"), sa.literal_column("2"))
    )


def _groups_of(view: View) -> Mapping[str, str]:
    """By due date, unless that would say what is not so, or the list is in another order."""
    if view.grouping == BY_DUE:
        return GROUPS
    return {LISTED: SORTS[view.sort] if view.sort else NOT_GROUPED.get(view.tab, "All")}


def _group(clock: Clock) -> sa.ColumnElement[str]:
    """The key of the group that an item belongs to, in as few comparisons as can be."""
    day, at = items.c.sort_on, items.c.due_at
    week, month = (clock.today + timedelta(days=days) for days in (WEEK, MONTH))
    ends = (clock.begins(last + timedelta(days=1)) for last in (week, month))
    of_date = sa.case(
        (day == NO_DUE_DAY, "undated"),
        (day < clock.today, sa.case((items.c.due_on.is_not(None), "overdue"), else_="ended")),
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
    within: sa.ColumnElement[bool] = day == NO_DUE_DAY
    match group:
        case "overdue":
            within = sa.and_(due_days.overdue(clock), day != NO_DUE_DAY)
        case "ended":
            # Goals alone end: said, so that their short index is read, not all that is late.
            within = sa.and_(due_days.ended(clock), listing.tracked(Kind.GOAL))
        case "week":
            within = due_days.due_within(clock, WEEK)
        case "month":
            within = sa.and_(due_days.after(week, clock), due_days.until(month, clock))
        case "later":
            within = sa.and_(due_days.after(month, clock), day < NO_DUE_DAY)
        case _ if group == LISTED:
            within = sa.true()
    return within


def stake_of(sums: Sequence[Any]) -> Stake:
    """The amounts of rows that begin with a currency and its sum, without what is nothing."""
    return summed(
        Money(amount=amount, currency=currency) for currency, amount, *_ in sums if amount
    )
