"""What belongs to nobody and is due soon: the alarm of Today and of the digest."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session

from app.core.words import Clock
from app.services import due_days, groups, listing
from app.services.listing import items, states
from app.services.pages import Unowned
from app.services.revisions import remembered
from connectors.sdk.records import Kind

DAYS = 14
"""Days ahead within which somebody has to own what is due."""


def alarm(session: Session, *, clock: Clock) -> Unowned | None:
    """How much of it there is; None where everything that is due soon has an owner."""

    def make() -> Unowned | None:
        is_late = sa.case((due_days.overdue(clock), 1), else_=0)
        sums = (sa.func.sum(listing.at_stake), sa.func.count(), sa.func.sum(is_late))
        statement = (
            sa.select(items.c.currency, *sums)
            .select_from(items.outerjoin(states, states.c.item_id == items.c.id))
            .where(pressing(clock))
            .group_by(items.c.currency)
        )
        found = session.execute(statement).all()
        count = sum(number for _currency, _amount, number, _late in found)
        if not count:
            return None
        late = sum(number for _currency, _amount, _number, number in found)
        return Unowned(count=count, overdue=late, days=DAYS, stake=groups.stake_of(found))

    key = ("unowned", clock.today, clock.zone.key, due_days.passed(session, clock))
    return remembered(session, key, make)


def pressing(clock: Clock) -> sa.ColumnElement[bool]:
    """Overdue or due within ``DAYS``, and nobody's."""
    return sa.and_(
        listing.in_tab("unowned", 0, clock),
        items.c.kind.in_([Kind.DEADLINE, Kind.REPORTING]),
        due_days.until(clock.today + timedelta(days=DAYS), clock),
    )
