"""How much each vendor and program matters to this partner: the steps that Today counts with.

A program's own weight counts instead of its vendor's; a program without one weighs as its vendor.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select

from app.core.priority import WEIGHTS, Weighed
from app.core.words import Clock
from app.errors import Conflict
from app.models import Event, RecordedAct, Weight
from app.services import recording
from app.services.listing import items
from app.services.pages import Act
from app.services.revisions import Until, remembered

WEIGHED = "weighed"
SUBJECT = "weights"
SAID = "Priorities saved; Today counts with them"

Key = tuple[str, str]
"""A vendor and its program; of the vendor itself the program is empty."""
Steps = Mapping[Key, int]


def steps(session: Session) -> Steps:
    """All that are set."""

    def make() -> Steps:
        return {(one.vendor, one.program): one.step for one in session.exec(select(Weight))}

    return remembered(session, ("weights",), make, until=Until.TOLD)


def weighed(set_: Steps, vendor: str | None, program: str | None) -> Weighed:
    """What decides about an item of that vendor and program."""
    whose, what = vendor or "", program or ""
    if (whose, what) in set_ and what:
        return Weighed(name=program_name(whose, what), step=set_[whose, what])
    return Weighed(name=whose, step=set_.get((whose, ""), 0))


def program_name(vendor: str, program: str) -> str:
    """ "Cisco Black Belt": a program by its vendor's name, which many programs begin with."""
    return program if program.startswith(vendor) else f"{vendor} {program}"


def factor_of(steps: Steps) -> sa.ColumnElement[float]:
    """What an item's points are multiplied by: its program's weight or else its vendor's."""
    by_vendor: dict[str, dict[str, int]] = {}
    for (vendor, program), step in sorted(steps.items()):
        by_vendor.setdefault(vendor, {})[program] = step
    whens = {vendor: _factor_within(set_) for vendor, set_ in by_vendor.items()}
    usual = sa.literal(WEIGHTS[0], sa.Double)
    if not whens:
        return usual
    return sa.case(whens, value=sa.func.coalesce(items.c.vendor, ""), else_=usual)


def _factor_within(steps: Mapping[str, int]) -> sa.ColumnElement[float]:
    """The same among one vendor's items."""
    own = {name: sa.literal(WEIGHTS[step], sa.Double) for name, step in steps.items() if name}
    vendors = sa.literal(WEIGHTS[steps.get("", 0)], sa.Double)
    return sa.case(own, value=items.c.program, else_=vendors) if own else vendors


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
    put(session, steps)
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
    put(session, {(vendor, program): step for vendor, program, step in kept["was"]})
    return recording.taken_back(record)


def _set(session: Session) -> Steps:
    """As they are in this transaction; nobody else sets them until it ends."""
    stored = session.exec(select(Weight).with_for_update())
    return {(one.vendor, one.program): one.step for one in stored}


def _listed(steps: Steps) -> list[list[str | int]]:
    return [[*key, step] for key, step in sorted(steps.items())]


def put(session: Session, steps: Steps) -> None:
    """These are set from now on, and no others."""
    session.execute(delete(Weight))
    session.add_all(
        Weight(vendor=vendor, program=program, step=step)
        for (vendor, program), step in sorted(steps.items())
    )
    session.flush()
