"""How much each vendor and program matters to this partner: the steps that Today counts with.

A program's own weight counts instead of its vendor's; a program without one weighs as its vendor.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select

from app.core.priority import Weighed
from app.core.words import Clock
from app.errors import Conflict
from app.models import Event, RecordedAct, Weight
from app.services import recording
from app.services.listing import items
from app.services.pages import Act
from app.services.revisions import remembered

WEIGHED = "weighed"
SUBJECT = "weights"
SAID = "Priorities saved; Today counts with them"

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


def save(session: Session, steps: Steps, *, user_id: int, clock: Clock) -> Act:
    """From now on Today counts with these."""
    was = _set(session)
    record = recording.begin(session, WEIGHED, user_id=user_id, clock=clock)
    session.add(
        Event(
            subject=SUBJECT,
            subject_id=0,
            at=clock.now,
            kind=WEIGHED,
            actor_id=user_id,
            before={"was": _listed(was), "became": _listed(steps)},
            act_id=record.id,
        )
    )
    _put(session, steps)
    return recording.told(session, record, SAID, ())


def take_back(session: Session, record: RecordedAct) -> Act:
    """Today counts as before. Raises ``Conflict`` when somebody set other weights since."""
    of_it = select(Event).where(Event.act_id == record.id, Event.kind == WEIGHED)
    kept = session.exec(of_it.order_by(col(Event.id))).one().before or {}
    if _listed(_set(session)) != kept["became"]:
        raise Conflict(
            "This was not undone: somebody changed the priorities in the meantime.",
            remedy="Open Settings, Priorities to see them as they are.",
        )
    _put(session, {(vendor, program): step for vendor, program, step in kept["was"]})
    return Act(said=f"Undone: {record.said}", items=())


def _set(session: Session) -> Steps:
    """As they are in this transaction; nobody else sets them until it ends."""
    stored = session.exec(select(Weight).with_for_update())
    return {(one.vendor, one.program): one.step for one in stored}


def _listed(steps: Steps) -> list[list[str | int]]:
    return [[*key, step] for key, step in sorted(steps.items())]


def _put(session: Session, steps: Steps) -> None:
    session.execute(delete(Weight))
    session.add_all(
        Weight(vendor=vendor, program=program, step=step)
        for (vendor, program), step in sorted(steps.items())
    )
    session.flush()
