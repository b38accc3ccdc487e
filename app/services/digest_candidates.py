"""What a digest can tell of open items: read once for everybody, placed once for each zone.

Which day an instant falls on, and whether it has passed, depends on who reads it; so each zone
sorts what was read into the sections, by the same words as the lists (``lines.group_of``).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core.money import money_of, summed
from app.core.words import Clock, due_day
from app.services import filters, lines, unowned
from app.services.due_days import APART
from app.services.listing import MONTH, items, states
from app.services.pages import Stake
from connectors.sdk.records import Category, DueDate, Kind

_COLUMNS = (
    items.c.id,
    items.c.kind,
    items.c.category,
    items.c.due_on,
    items.c.due_at,
    items.c.due_zone,
    items.c.sort_on,
    items.c.amount,
    items.c.currency,
    items.c.first_seen_at,
)


def read(session: Session, *, now: datetime, since: datetime) -> Sequence[Any]:
    """Open items that are overdue, due within a month wherever one lives, or new since then."""
    horizon = now.astimezone(UTC).date() + timedelta(days=MONTH) + APART
    near = sa.or_(items.c.sort_on <= horizon, items.c.first_seen_at > since)
    statement = (
        sa.select(*_COLUMNS, filters.nobodys().label("nobodys"))
        .select_from(items.outerjoin(states, states.c.item_id == items.c.id))
        .where(items.c.is_open, near)
        .order_by(items.c.sort_on, items.c.id)
    )
    return session.execute(statement).all()


@dataclass(frozen=True, kw_only=True)
class Placed:
    """The candidates in their sections on one clock, by their ids, in the order of due dates.

    ``later`` are those that are due after the week, or not at all: of them the new ones are told.
    """

    overdue: dict[int, Any] = field(default_factory=dict)
    soon: dict[int, Any] = field(default_factory=dict)
    later: dict[int, Any] = field(default_factory=dict)
    claims: dict[int, Any] = field(default_factory=dict)
    pressing: dict[int, Any] = field(default_factory=dict)


def placed(candidates: Iterable[Any], clock: Clock) -> Placed:
    """The candidates as a reader by that clock sees them."""
    found = Placed()
    for one in candidates:
        day = due_day(lines.due_of(one) or DueDate(on=one.sort_on), clock)
        if one.category == Category.EVENT and day < clock.today:
            continue  # it asks for nothing any more, and is not overdue
        group = lines.group_of(one, clock)
        if group == "overdue":
            found.overdue[one.id] = one
        elif group == "week":
            found.soon[one.id] = one
        elif group != "ended":
            found.later[one.id] = one
            if group == "month" and one.category == Category.FUND_CLAIM:
                found.claims[one.id] = one
        if _presses(one, group, (day - clock.today).days):
            found.pressing[one.id] = one
    return found


def of(some: Mapping[int, Any], mine: Collection[int] | None) -> list[Any]:
    """Those of a section that are among these items, in its order; None: all of it."""
    if mine is None:
        return [*some.values()]
    if len(mine) < len(some):
        return sorted((some[id_] for id_ in mine if id_ in some), key=by_due)
    return [one for id_, one in some.items() if id_ in mine]


def by_due(one: Any) -> tuple[Any, int]:
    """The order of every section."""
    return one.sort_on, one.id


def _presses(one: Any, group: str, ahead: int) -> bool:
    """Whether somebody should own it; as ``unowned.pressing`` says it of the database."""
    asks = one.kind in (Kind.DEADLINE, Kind.REPORTING) and group != "ended"
    return bool(one.nobodys) and asks and ahead <= unowned.DAYS


def stake_of(candidates: Iterable[Any]) -> Stake:
    """The money of these: a credit takes nothing away from it, as with ``listing.at_stake``."""
    amounts = (money_of(one.amount, one.currency) for one in candidates if one.amount)
    return summed(money for money in amounts if money is not None and money.amount > 0)
