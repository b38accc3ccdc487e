"""How much each vendor and program matters to this partner: the steps that Today counts with.

A program's own weight counts instead of its vendor's; a program without one weighs as its vendor.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlmodel import Session, select

from app.core.priority import Weighed
from app.models import Weight
from app.services.listing import items
from app.services.revisions import remembered

Key = tuple[str, str]
"""A vendor and its program; of the vendor itself the program is empty."""
Steps = Mapping[Key, int]
_Step = sa.ColumnElement[int]


def steps(session: Session) -> Steps:
    """All that are set."""

    def make() -> Steps:
        return {(one.vendor, one.program): one.step for one in session.exec(select(Weight))}

    return remembered(session, ("weights",), make)


def weighed(set_: Steps, vendor: str | None, program: str | None) -> Weighed:
    """What decides about an item of that vendor and program."""
    whose, what = vendor or "", program or ""
    if (whose, what) in set_ and what:
        return Weighed(name=program_name(whose, what), step=set_[whose, what])
    return Weighed(name=whose, step=set_.get((whose, ""), 0))


def program_name(vendor: str, program: str) -> str:
    """ "Cisco Black Belt": a program by its vendor's name, which many programs begin with."""
    return program if program.startswith(vendor) else f"{vendor} {program}"


def with_steps(tables: sa.FromClause, steps: Steps) -> tuple[sa.FromClause, _Step]:
    """Items with the step that decides about each: its program's or else its vendor's."""
    if not steps:
        return tables, sa.literal(0)
    columns = (sa.column("vendor", sa.Text), sa.column("program", sa.Text))
    listed = sa.values(*columns, sa.column("step", sa.Integer), name="steps")
    given = listed.data([(*key, step) for key, step in sorted(steps.items())]).cte()
    own, vendors = given.alias("own_steps"), given.alias("vendor_steps")
    vendor = sa.func.coalesce(items.c.vendor, "")
    with_own = tables.outerjoin(
        own, sa.and_(own.c.vendor == vendor, own.c.program == items.c.program)
    )
    whole = with_own.outerjoin(
        vendors, sa.and_(vendors.c.vendor == vendor, vendors.c.program == "")
    )
    return whole, sa.func.coalesce(own.c.step, vendors.c.step, 0)
