"""Two items that seem to be one: suggested, never joined by themselves; what people said is kept.

Joined, one of them stands for both: it has the line in the inbox, and what is done with it is
done with both. The other comes back by itself when the two give different values again or the
first one goes; then it is asked again whether they are one.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, or_, select

from app.core.matters import Told, stands, suggestions, twins
from app.core.words import Clock
from app.errors import Conflict, Invalid, NotFound
from app.models import Event, Item, ItemState, Pair, PairState, RecordedAct
from app.services import acts, clues, people, recording, states
from app.services.pages import Act

TOLD_APART, PARTED = "told apart", "parted"
UNDOABLE = (TOLD_APART, PARTED)
pairs = SQLModel.metadata.tables["pairs"]


def suggest(
    session: Session, told: Sequence[Told], near: Mapping[int, Told], *, now: datetime
) -> None:
    """Suggest what of these seems to be the same as another, and no more what no longer does."""
    everyone = {**near, **{one.id: one for one in told}}
    known = of_items(session, [one.id for one in told])
    undecided = [
        pair
        for pair in known.values()
        if pair.state == PairState.OPEN and pair.decided_at is None  # not asked again
    ]
    others = {id_ for pair in undecided for id_ in (pair.first_id, pair.second_id)}
    everyone |= clues.stored(session, sorted(others - everyone.keys()))
    for pair in undecided:
        one, other = everyone.get(pair.first_id), everyone.get(pair.second_id)
        if one and other and not twins(one, other):
            session.delete(pair)
    for first, second, because in suggestions(told, near.values()):
        if (first, second) not in known:
            session.add(Pair(first_id=first, second_id=second, because=because, created_at=now))


def same(
    session: Session,
    pair_id: int,
    *,
    user_id: int,
    clock: Clock,
    keep: int | None = None,
    reason: str = "",
) -> Act:
    """They are one: ``keep`` stands for both, else what seems to be the first of them.

    Raises ``Conflict``, and ``Invalid`` for a reason that is too long.
    """
    pair = _undecided(session, pair_id)
    told = clues.stored(session, [pair.first_id, pair.second_id])
    if len(told) < 2:
        raise Conflict("One of them is gone.", remedy="Look at the other one.")
    if keep not in told:
        keep = stands(told[pair.first_id], told[pair.second_id]).id
    lose = pair.second_id if keep == pair.first_id else pair.first_id
    by: Any = {"user_id": user_id, "clock": clock}
    return _join(session, pair, keep, lose, reason=_reason(reason), **by)


def different(
    session: Session, pair_id: int, *, user_id: int, clock: Clock, reason: str = ""
) -> Act:
    """They are two; they are not suggested again. Raises ``Conflict`` and ``Invalid``."""
    pair = _undecided(session, pair_id)
    why = _reason(reason)
    titles = _titles(session, pair)
    kept = _decide(session, pair, PairState.DIFFERENT, reason=why, user_id=user_id, clock=clock)
    record = recording.begin(session, TOLD_APART, user_id=user_id, clock=clock)
    lines = [
        Event(
            subject="item",
            subject_id=one,
            at=clock.now,
            kind=TOLD_APART,
            actor_id=user_id,
            new=titles[other],
            note=why,
            before=dict(kept),
            act_id=record.id,
        )
        for one, other in ((pair.first_id, pair.second_id), (pair.second_id, pair.first_id))
    ]
    session.add_all(lines)
    return recording.told(session, record, "Kept apart", (pair.first_id, pair.second_id))


def _reason(text: str) -> str | None:
    """Why, in a few words; None where nobody said."""
    said = " ".join(text.split())
    if len(said) > acts.LONGEST_REASON:
        most = f"At most {acts.LONGEST_REASON} characters."
        raise Invalid("The reason is too long.", fields={"reason": most}, remedy=most)
    return said or None


def ask_again(session: Session, ids: Collection[int]) -> None:
    """Of these items, ask again of pairs that were said to be one and stand apart all the same.

    Who said so, when and why stays with the pair, for whoever is asked.
    """
    first, second = states.table.alias(), states.table.alias()

    def head(of: sa.Column[int], state: sa.FromClause) -> Any:
        joined = sa.select(state.c.joined_to_id).where(state.c.item_id == of).scalar_subquery()
        return sa.func.coalesce(joined, of)

    session.flush()
    session.execute(
        sa.update(pairs)
        .where(
            pairs.c.state == PairState.SAME,
            sa.or_(pairs.c.first_id.in_(ids), pairs.c.second_id.in_(ids)),
            head(pairs.c.first_id, first) != head(pairs.c.second_id, second),
        )
        .values(state=PairState.OPEN)
    )


def part(session: Session, item_id: int, *, user_id: int, clock: Clock) -> Act:
    """A joined one stands for itself again. Raises ``Conflict`` where it is not joined."""
    _hold(session, [item_id])
    state = session.get(ItemState, item_id, populate_existing=True)
    if state is None or state.joined_to_id is None:
        raise Conflict("It is not joined with another.", remedy="Look at it again.")
    head = state.joined_to_id
    record = recording.begin(session, PARTED, user_id=user_id, clock=clock)
    acts.reopen(session, [item_id], user_id=user_id, clock=clock, within=record)
    pair = _of_both(session, item_id, head)
    if pair is not None:
        kept = _decide(
            session, pair, PairState.DIFFERENT, reason=pair.reason, user_id=user_id, clock=clock
        )
        session.add(
            Event(
                subject="item",
                subject_id=item_id,
                at=clock.now,
                kind=PARTED,
                actor_id=user_id,
                new=_titles(session, pair)[head],
                before=dict(kept),
                act_id=record.id,
            )
        )
    return recording.told(session, record, "It stands for itself again", [item_id])


def stand_for(
    session: Session,
    keep: int,
    lose: int,
    because: str,
    *,
    user_id: int,
    clock: Clock,
    within: RecordedAct,
) -> Act:
    """One item stands for another, on a person's word, as part of that act."""
    pair = _of_both(session, keep, lose)
    if pair is None:
        first, second = sorted((keep, lose))
        pair = Pair(first_id=first, second_id=second, because=because, created_at=clock.now)
        session.add(pair)
        session.flush()
    _hold(session, [keep, lose])
    return _join(session, pair, keep, lose, user_id=user_id, clock=clock, within=within)


def take_back(session: Session, events: Sequence[Event], *, user_id: int, clock: Clock) -> None:
    """Of what these acts decided, what was said before holds again."""
    asked = {(event.before or {}).get("pair"): event for event in events}
    for pair_id, event in asked.items():
        pair = session.get(Pair, pair_id, populate_existing=True) if pair_id else None
        if pair is None:
            continue
        if event.kind == TOLD_APART and pair.decided_at != event.at:
            raise Conflict("This was undone already.", remedy="Look at them again.")
        was = (event.before or {}).get("was") or (PairState.OPEN, None, None, None)
        pair.state, pair.decided_by_id, decided_at, pair.reason = was
        pair.decided_at = datetime.fromisoformat(decided_at) if decided_at else None
    session.add_all(
        recording.undone(one.subject_id, one.kind, user_id, clock)
        for one in events
        if one.kind in UNDOABLE
    )
    session.flush()


def _join(
    session: Session,
    pair: Pair,
    keep: int,
    lose: int,
    *,
    user_id: int,
    clock: Clock,
    reason: str | None = None,
    within: RecordedAct | None = None,
) -> Act:
    """What stands for ``lose`` and what is joined with that are joined with what stands for
    ``keep``. All of them are held.
    """
    over = _heads(session, (keep, lose))
    keep, lose = over.get(keep, keep), over.get(lose, lose)
    kept = _decide(session, pair, PairState.SAME, reason=reason, user_id=user_id, clock=clock)
    head = session.get(Item, keep)
    if head is None or keep == lose:
        session.flush()
        return Act(said="They are one already", items=(keep, lose))
    stored = states.read(session, (keep, lose))
    record = within or recording.begin(session, acts.JOINED, user_id=user_id, clock=clock)
    by: Any = {"user_id": user_id, "clock": clock, "within": record}
    ids = [lose, *_joined_to(session, lose)]
    acts.join(session, ids, head, kept=kept, reason=reason, **by)
    _hand_on(session, stored, keep, lose, **by)
    return recording.told(session, record, f"One thing now: {head.title}", (*ids, keep))


def _hand_on(
    session: Session, stored: Mapping[int, states.Stored], keep: int, lose: int, **by: Any
) -> None:
    """What stands for both and belongs to nobody belongs to who had the other, with their backup;
    who may not sign in any more gets nothing.
    """
    ours, theirs = (stored.get(id_, states.NEVER_TOUCHED) for id_ in (keep, lose))
    gone = people.shut_out(session)
    owner, backup = theirs["owner_id"], theirs["backup_id"]
    if owner is None or owner in gone or ours["owner_id"] not in (None, *gone):
        return
    acts.assign(session, [keep], owner, **by)
    if backup is not None and backup not in gone and ours["backup_id"] is None:
        acts.back_up(session, [keep], backup, **by)


# What is joined with what


def _hold(session: Session, ids: Collection[int]) -> None:
    """Nobody else changes these, what stands for them and what is joined with any of it, until the
    transaction ends. In one order, as a sync does, and before anything else. Raises ``Conflict``.
    """
    group = _group(session, ids)
    states.hold(session, group)
    if not _group(session, ids) <= group:
        raise Conflict(
            "Somebody joined them with something else at this moment.",
            remedy="Look at them again.",
        )


def _group(session: Session, ids: Collection[int]) -> set[int]:
    found = {*ids, *_heads(session, ids).values()}
    return found.union(*(_joined_to(session, id_) for id_ in sorted(found)))


def _heads(session: Session, ids: Collection[int]) -> dict[int, int]:
    """Of those of these that are joined, what stands for each."""
    its = states.table.c
    joined = its.item_id.in_(ids), its.joined_to_id.is_not(None)
    return dict(session.execute(sa.select(its.item_id, its.joined_to_id).where(*joined)).all())


def _joined_to(session: Session, head: int) -> list[int]:
    its = states.table.c
    found = sa.select(its.item_id).where(its.joined_to_id == head).order_by(its.item_id)
    return list(session.execute(found).scalars())


# What was said of two


def _undecided(session: Session, pair_id: int) -> Pair:
    pair = session.get(Pair, pair_id)
    if pair is None:
        raise NotFound("There is no such suggestion.", remedy="Look at them again.")
    _hold(session, (pair.first_id, pair.second_id))
    pair = session.get(Pair, pair_id, populate_existing=True)
    if pair is None:
        raise NotFound("This is no longer suggested.", remedy="Look at them again.")
    if pair.state != PairState.OPEN:
        raise Conflict(
            f"Somebody has said already that they are {_SAID[PairState(pair.state)]}.",
            remedy="Look at them again.",
        )
    return pair


_SAID = {PairState.SAME: "the same thing", PairState.DIFFERENT: "different things"}


def _decide(
    session: Session,
    pair: Pair,
    state: PairState,
    *,
    reason: str | None,
    user_id: int,
    clock: Clock,
) -> Mapping[str, Any]:
    """What was said of the pair until now, so that it can be put back."""
    at = pair.decided_at.isoformat() if pair.decided_at else None
    was = [pair.state, pair.decided_by_id, at, pair.reason]
    pair.state, pair.decided_by_id, pair.decided_at = state, user_id, clock.now
    pair.reason = reason
    session.add(pair)
    return {"pair": pair.id, "was": was}


def _of_both(session: Session, one: int, other: int) -> Pair | None:
    first, second = sorted((one, other))
    return session.exec(
        select(Pair).where(Pair.first_id == first, Pair.second_id == second)
    ).first()


def _titles(session: Session, pair: Pair) -> dict[int, str]:
    both = select(Item.id, Item.title).where(col(Item.id).in_((pair.first_id, pair.second_id)))
    return {id_: title for id_, title in session.exec(both) if id_ is not None}


def of_items(session: Session, ids: Sequence[int]) -> dict[tuple[int, int], Pair]:
    """Every pair that one of these is in, decided or not."""
    either = or_(col(Pair.first_id).in_(ids), col(Pair.second_id).in_(ids))
    found = session.exec(select(Pair).where(either))
    return {(pair.first_id, pair.second_id): pair for pair in found}
