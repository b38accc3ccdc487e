"""The team's list of what cannot be declined, and the proof that settles such an item."""

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core import mandatory
from app.core.words import Clock
from app.errors import Conflict, Invalid
from app.models import AppSetting, RecordedAct
from app.services import recording, states
from app.services.pages import Act
from app.services.revisions import remembered

SETTING = KIND = "mandatory"
NEEDS_PROOF = "It needs a proof: a link or a file."
NOT_DECLINED = "It cannot be declined: losing it costs status or money."
REMEDY = "Give it an owner, or do it and prove it."

items = states.items
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

    return remembered(session, (SETTING,), make)


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
    """Those of the items that cannot be declined; ``unproven``: that have no proof yet."""
    listed = list(names(session))
    if not listed:
        return set()
    found = sa.select(items.c.id).where(
        states.among(session, items.c.id, ids),
        sa.or_(items.c.kind.in_(listed), items.c.category.in_(listed)),
    )
    if unproven:
        found = found.where(~_proven().exists())
    return set(session.execute(found).scalars())


def _proven() -> sa.Select[Any]:
    return sa.select(proofs.c.id).where(
        proofs.c.item_id == items.c.id, proofs.c.is_proof, proofs.c.removed_at.is_(None)
    )
