"""Which known deadline a date in a notice may be a new value of.

Nothing here changes a deadline: it says beside which one the date is shown, and why.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlmodel import Session, col, select

from app.core.matters import Told, references, same_matter
from app.models import Item, Proposal, ProposalState
from app.services import clues, search
from connectors.sdk.records import Kind

OWN = "It is in the notice that the deadline was confirmed from, whose text has changed."
_ALWAYS = date.min


def relate(
    session: Session,
    told: Sequence[Told],
    found: Mapping[int, Sequence[Proposal]],
    near: Mapping[int, Told],
) -> None:
    """Write to each open proposal of these notices which known deadline it is about, if any."""
    quoted = {one for notice in told for one in notice.references if found.get(notice.id)}
    given = _given(session, quoted)
    deadlines = _deadlines(session, {*near, *given, *_made(found)})
    known = {id_: near.get(id_) or given.get(id_) for id_ in deadlines}
    for notice in told:
        proposed = found.get(notice.id, ())
        own = _made({notice.id: proposed})
        reasons = {
            id_: OWN if id_ in own else same_matter(notice, as_told) if as_told else ""
            for id_, as_told in known.items()
        }
        about = {id_: because for id_, because in reasons.items() if because}
        _write(proposed, about, deadlines, notice.days)


def relate_others(session: Session, deadline: Item) -> None:
    """Write to the proposals of other notices that they are about this one, which is new."""
    assert deadline.id is not None
    as_told = clues.stored(session, [deadline.id])
    near = clues.near(session, list(as_told.values()))
    told = [one for one in near.values() if not one.known]
    ids = [one.id for one in told]
    found: dict[int, list[Proposal]] = {}
    for proposal in session.exec(select(Proposal).where(col(Proposal.item_id).in_(ids))):
        found.setdefault(proposal.item_id, []).append(proposal)
    relate(session, told, found, near | as_told)


def _write(
    proposed: Iterable[Proposal],
    about: Mapping[int, str],
    deadlines: Mapping[int, Item],
    named: frozenset[date],
) -> None:
    for proposal in proposed:
        if proposal.state != ProposalState.OPEN:
            continue
        days = {proposal.due_on, proposal.or_on}
        fitting = [
            id_
            for id_ in about
            # A notice that names the known date names its other dates beside it.
            if deadlines[id_].due_on in days or deadlines[id_].due_on not in named
        ]
        # The same date first, then the deadline that was known last.
        best = max(fitting, key=lambda id_: (deadlines[id_].due_on in days, id_), default=None)
        proposal.about_id = best
        proposal.because = about[best] if best is not None else ""


def _made(found: Mapping[int, Sequence[Proposal]]) -> set[int]:
    """The deadlines that were confirmed from these notices."""
    return {
        proposal.deadline_id
        for proposed in found.values()
        for proposal in proposed
        if proposal.deadline_id is not None
    }


def _given(session: Session, quoted: set[str]) -> dict[int, Told]:
    """The deadlines of platforms that carry one of these references."""
    ids = search.naming(session, sorted(quoted)) if quoted else []
    statement = select(Item).where(
        col(Item.id).in_(ids), Item.kind == Kind.DEADLINE, col(Item.removed_at).is_(None)
    )
    told: dict[int, Told] = {}
    for item in session.exec(statement):
        text = f"{item.title}\n{item.reference or ''}"
        own = {one for one in quoted if one in text}
        if own and item.id is not None:
            days = [item.due_on] if item.due_on else []
            as_told = clues.told_of(item, days=days, quoted=own, told_on=_ALWAYS)
            told[item.id] = replace(as_told, references=frozenset(own | references(text)))
    return told


def _deadlines(session: Session, ids: set[int]) -> dict[int, Item]:
    """Of these the known deadlines that are live and have a date."""
    statement = select(Item).where(
        col(Item.id).in_(ids),
        Item.kind == Kind.DEADLINE,
        col(Item.removed_at).is_(None),
        col(Item.due_on).is_not(None),
    )
    return {item.id: item for item in session.exec(statement) if item.id is not None}
