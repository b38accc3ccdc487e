"""What is known of items to tell whether others are about the same matter: kept, looked up."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.core.matters import NEAR, Told, clues, references, words
from app.core.retention import CLUES
from app.models import Clue, Item
from app.services.bulk import Bulk
from connectors.sdk.records import Kind

LOOKED_AT = 8
"""Of one clue and one source only so many, the newest: a newsletter repeats its words."""
_DAY, _REFERENCE = "on ", "ref "
KNOWN = ""
"""The source of a deadline that somebody confirmed: it is looked up however long it is known."""
_ADDRESS = re.compile(r"@([\w.-]+)>?\s*$")
_TEXT = 20_000

table = SQLModel.metadata.tables["clues"]


def told_of(item: Item, *, days: Iterable[date], quoted: Iterable[str], told_on: date) -> Told:
    """An item as ``core.matters`` compares it."""
    assert item.id is not None
    facts = {str(label): str(value) for label, value in item.facts}
    domain = _ADDRESS.search(facts.get("From", ""))
    naming = f"{item.title} {facts.get('Forwarded from', '')} {item.summary or ''}"
    return Told(
        id=item.id,
        source=f"{item.connection_id} {domain[1].lower() if domain else ''}".strip(),
        title=item.title,
        told_on=told_on,
        vendor=item.vendor,
        program=item.program,
        days=frozenset(days),
        references=frozenset(quoted),
        named=frozenset(words(naming)),
        known=item.kind == Kind.DEADLINE,
    )


def of_text(item: Item, text: str, *, days: Iterable[date], told_on: date) -> Told:
    """An item with the references that its text quotes."""
    quoted = references(f"{item.title}\n{item.reference or ''}\n{text[:_TEXT]}")
    return told_of(item, days=days, quoted=quoted, told_on=told_on)


def keep(session: Session, tellings: Collection[Told], *, today: date) -> None:
    """Let these be found by what they tell, and by nothing that they told before."""
    ids = [told.id for told in tellings]
    session.execute(sa.delete(table).where(table.c.item_id.in_(ids)))
    bulk = Bulk(session, "clues")
    names = ("item_id", "clue", "source", "told_on")
    plain = bulk.plain(*names)
    bulk.insert(
        names,
        [
            plain((told.id, clue, KNOWN if told.known else told.source, told.told_on))
            for told in tellings
            if told.known or told.told_on > today - CLUES
            for clue in sorted({*clues(told), *(f"{_DAY}{day}" for day in told.days)})
        ],
    )


def near(session: Session, tellings: Sequence[Told]) -> dict[int, Told]:
    """What is live, shares a clue with one of these and was told near it; these among it."""
    wanted = sorted({clue for told in tellings for clue in clues(told)})
    days = [told.told_on for told in tellings]
    if not wanted:
        return {}
    place = sa.func.row_number().over(
        partition_by=(table.c.clue, table.c.source),
        order_by=(table.c.told_on.desc(), table.c.item_id.desc()),
    )
    then = table.c.told_on.between(min(days) - NEAR, max(days) + NEAR)
    placed = (
        sa.select(table.c.item_id, place.label("place"))
        .where(table.c.clue.in_(wanted), sa.or_(then, table.c.source == KNOWN))
        .subquery()
    )
    found = sa.select(placed.c.item_id).where(placed.c.place <= LOOKED_AT).distinct()
    return stored(session, list(session.execute(found).scalars()))


def stored(session: Session, ids: Sequence[int]) -> dict[int, Told]:
    """These items, of those that are live, as they were told."""
    kept: dict[int, list[Clue]] = {}
    for clue in session.exec(select(Clue).where(col(Clue.item_id).in_(ids))):
        kept.setdefault(clue.item_id, []).append(clue)
    live = select(Item).where(col(Item.id).in_(ids), col(Item.removed_at).is_(None))
    return {item.id: _stored(item, kept.get(item.id, ())) for item in session.exec(live) if item.id}


def _stored(item: Item, kept: Sequence[Clue]) -> Told:
    def named(prefix: str) -> list[str]:
        return [one.clue.removeprefix(prefix) for one in kept if one.clue.startswith(prefix)]

    days = [date.fromisoformat(day) for day in named(_DAY)]
    told_on = kept[0].told_on if kept else item.published_on or item.first_seen_at.date()
    return told_of(item, days=days, quoted=named(_REFERENCE), told_on=told_on)


def copy(session: Session, told: Told, item: Item) -> None:
    """Let a deadline be found as the notice is that it was confirmed from."""
    assert item.due_on is not None
    own = told_of(item, days=[item.due_on], quoted=told.references, told_on=told.told_on)
    keep(session, [own], today=told.told_on)
