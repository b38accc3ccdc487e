"""What a rule would give of that which is open and nobody's: shown first, then given as one act."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.core.rules import Rule, Traits, decider, why
from app.core.words import Clock, plural
from app.errors import Conflict
from app.models import AssignmentRule
from app.services import acts, events, listing, owning, people, recording, ruling, selecting
from app.services.listing import items, states
from app.services.owning import Given
from app.services.pages import Act, RuleForeseen
from app.services.rules import deciding, rule_of
from app.services.states import among


class _Fitting(NamedTuple):
    """What a rule fits of that which is nobody's: what it decides about, and who does else."""

    own: list[Any]
    elsewhere: Counter[Rule]


def foresee(session: Session, rule_id: int, *, user_id: int, clock: Clock) -> RuleForeseen:
    """What the rule would give now. Raises ``NotFound``."""
    rule = rule_of(ruling.get(session, rule_id))
    found = _fitting(session, rule, clock)
    ids = [row.id for row in found.own]
    return RuleForeseen(
        rule=ruling.lines_of(session, (rule,))[0],
        count=len(ids),
        stake=owning.stake_of(found.own),
        rows=selecting.rows(session, ids, owning.SHOWN, user_id=user_id, clock=clock),
        seen=events.newest(session),
        elsewhere=tuple(
            (other.words, why(other, rule), count) for other, count in found.elsewhere.items()
        ),
    )


def apply(session: Session, rule_id: int, seen: int, *, user_id: int, clock: Clock) -> Act:
    """Give it, but for what somebody else changed since that line of history.

    Raises ``NotFound``, and ``Conflict`` where nothing is left to give.
    """
    rule = rule_of(ruling.get(session, rule_id))
    line = ruling.lines_of(session, (rule,))[0]
    active = next((one for one in deciding(session) if one.rule.id == rule_id), None)
    if active is None:
        raise Conflict(line.problem, remedy="Let them in again, or change the rule.")
    theirs = owning.changed_since(session, seen, user_id, _nobodys)
    fitting = {row.id for row in _fitting(session, rule, clock).own}
    record = recording.begin(session, acts.RULED, user_id=user_id, clock=clock)
    nobody = {None, *people.shut_out(session)}
    ids = owning.give(
        session,
        record,
        fitting - theirs,
        Given(
            kind=acts.RULED,
            old=rule.words,
            new=active.people,
            values={"owner_id": rule.owner_id, "backup_id": active.rule.backup_id},
        ),
        still=lambda was: was["owner_id"] in nobody,
    )
    if not ids:
        raise Conflict(
            "Nothing is left to give: somebody has taken it meanwhile.",
            remedy="The rule still holds for everything new.",
        )
    said = f"{plural(len(ids), 'item')} given to {line.owner} by the rule for {rule.words}."
    taken = (fitting - ids) | _fits_now(session, rule, theirs)
    told = f"{said}{owning.stayed(session, taken)}"
    return recording.told(session, record, told, sorted(ids))


def _nobodys(before: Mapping[str, Any]) -> bool:
    return before.get("owner_id") is None


def _fitting(session: Session, rule: Rule, clock: Clock) -> _Fitting:
    decide = decider(one.rule for one in deciding(session))
    statement = (
        sa.select(*_LOOKED_AT)
        .select_from(items.outerjoin(states, states.c.item_id == items.c.id))
        .where(listing.in_tab("unowned", 0, clock))
    )
    found = _Fitting([], Counter())
    for row in session.execute(statement):
        traits = _traits(row)
        decided = decide(traits)
        if decided is not None and decided.id == rule.id:
            found.own.append(row)
        elif decided is not None and rule.fits(traits):
            found.elsewhere[decided] += 1
    return found


def _fits_now(session: Session, rule: Rule, ids: set[int]) -> set[int]:
    """Which of these the rule fits, whoever owns them now."""
    rows = session.execute(sa.select(*_LOOKED_AT).where(among(session, items.c.id, ids)))
    return {row.id for row in rows if rule.fits(_traits(row))}


_LOOKED_AT = (
    *(items.c.id, items.c.program, items.c.vendor, items.c.category, items.c.kind),
    *(items.c.amount, items.c.currency),
)


def _traits(row: Any) -> Traits:
    return row.program, row.vendor, row.category, row.kind


def of_person(session: Session, user_id: int) -> list[AssignmentRule]:
    """The rules that name somebody, as owner or as backup."""
    naming = sa.or_(
        col(AssignmentRule.owner_id) == user_id, col(AssignmentRule.backup_id) == user_id
    )
    return list(session.exec(select(AssignmentRule).where(naming).order_by(col(AssignmentRule.id))))
