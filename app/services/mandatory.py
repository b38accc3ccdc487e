"""The team's list of what cannot be declined, and the proof that settles such an item."""

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core import mandatory
from app.errors import Invalid
from app.models import AppSetting
from app.services import states
from app.services.revisions import remembered

SETTING = "mandatory"
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


def choose(session: Session, wanted: Iterable[str]) -> None:
    """Make this the team's list."""
    session.merge(AppSetting(name=SETTING, value=list(mandatory.chosen(wanted))))


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
