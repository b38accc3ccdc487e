"""The team's list of what cannot be declined, and the proof that settles such an item."""

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core import mandatory
from app.core.words import Clock
from app.errors import Conflict, Invalid
from app.models import AppSetting, RecordedAct, TeamState
from app.services import recording, states
from app.services.pages import Act
from app.services.revisions import Until, remembered

SETTING = KIND = "mandatory"
NEEDS_PROOF = "It needs a proof: a link or a file."
NOT_DECLINED = "It cannot be declined: losing it costs status or money."
REMEDY = "Give it an owner, or do it and prove it."

items = states.items
members = items.alias("members")
proofs = SQLModel.metadata.tables["attachments"]


class NeedsProof(Invalid):
    """These items can only be done with a proof."""

    def __init__(self, ids: Collection[int]) -> None:
        super().__init__(
            NEEDS_PROOF,
            remedy="Add a link that proves it, or a file on its page.",
            fields={"proof": "Begin with https:// or http://."},
        )
        self.ids = ids


def names(session: Session) -> frozenset[str]:
    """The categories and kinds on the team's list."""

    def make() -> frozenset[str]:
        kept = session.get(AppSetting, SETTING)
        return mandatory.USUAL if kept is None else frozenset(mandatory.chosen(kept.value))

    return remembered(session, (SETTING,), make, until=Until.TOLD)


def choose(session: Session, wanted: Iterable[str], *, user_id: int, clock: Clock) -> Act:
    """Make this the team's list."""
    record = recording.begin(session, KIND, user_id=user_id, clock=clock)
    record.before = [sorted(names(session)), sorted(_keep(session, wanted))]
    return recording.told(session, record, "Saved what cannot be declined", ())


def take_back(session: Session, record: RecordedAct) -> Act:
    """The list as it was. Raises ``Conflict`` where somebody made another since."""
    was, left = record.before or ((), ())
    if sorted(names(session)) != left:
        raise Conflict(
            "This was not undone: somebody changed the list in the meantime.",
            remedy="Open Settings, Rules to see it as it is.",
        )
    _keep(session, was)
    return recording.taken_back(record)


def _keep(session: Session, wanted: Iterable[str]) -> tuple[str, ...]:
    kept = tuple(mandatory.chosen(wanted))
    session.merge(AppSetting(name=SETTING, value=list(kept)))
    session.flush()
    return kept


def among(session: Session, ids: Collection[int], *, unproven: bool = False) -> set[int]:
    """Those of the items that cannot be declined, or that stand for such a one; ``unproven``: that
    have no proof yet.
    """
    listed = list(names(session))
    if not listed:
        return set()
    found = sa.select(items.c.id).where(
        states.among(session, items.c.id, ids),
        sa.or_(_on(listed, items), _behind(items.c.id, _on(listed, members)).exists()),
    )
    if unproven:
        behind = _behind(items.c.id, _proven(members.c.id).exists())
        found = found.where(~_proven(items.c.id).exists(), ~behind.exists())
    return set(session.execute(found).scalars())


def stay_proven(session: Session, item_id: int) -> None:
    """Go on only where no proof was taken from what is done with it. Raises ``Conflict``."""
    stored = states.read(session, [item_id])
    head = stored[item_id]["joined_to_id"] if item_id in stored else None
    if head is not None:
        stored |= states.read(session, [head])
    settled = [id_ for id_, state in stored.items() if state["state"] == TeamState.DONE]
    if settled and among(session, settled, unproven=True):
        raise Conflict(
            "This is the proof that it is done, and it needs one.",
            remedy="Add another proof first, or reopen it.",
        )


def _on(listed: Collection[str], of: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.or_(of.c.kind.in_(listed), of.c.category.in_(listed))


def _behind(head: sa.Column[int], which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """What is joined with an item and is one of those."""
    joined = states.table
    return (
        sa.select(members.c.id)
        .join(joined, joined.c.item_id == members.c.id)
        .where(joined.c.joined_to_id == head, which)
    )


def _proven(item_id: sa.Column[int]) -> sa.Select[Any]:
    return sa.select(proofs.c.id).where(
        proofs.c.item_id == item_id, proofs.c.is_proof, proofs.c.removed_at.is_(None)
    )
