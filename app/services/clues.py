"""What is known of items to tell whether others are about the same matter: kept, looked up."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

import orjson
import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core.matters import NEAR, Told, clues, references, words
from app.core.retention import CLUES
from app.db import CalendarDate, is_sqlite
from app.models import Item
from app.services.bulk import Bulk
from connectors.sdk.records import Kind

LOOKED_AT = 24
"""Of one clue only so many, the newest: what a newsletter repeats each week tells nothing."""
_DAYS = (sa.bindparam("since", type_=CalendarDate()), sa.bindparam("until", type_=CalendarDate()))
_NEWEST_SQLITE = sa.text(
    """
SELECT DISTINCT found.item_id FROM json_each(:clues) given JOIN clues found ON found.rowid IN (
    SELECT rowid FROM clues
    WHERE clue = given.value AND source <> '' AND told_on BETWEEN :since AND :until
    ORDER BY told_on DESC, item_id DESC LIMIT :most
)
"""
).bindparams(*_DAYS)
_NEWEST_POSTGRES = sa.text(
    """
SELECT DISTINCT found.item_id FROM unnest(CAST(:clues AS text[])) given(value), LATERAL (
    SELECT item_id FROM clues
    WHERE clue = given.value AND source <> '' AND told_on BETWEEN :since AND :until
    ORDER BY told_on DESC, item_id DESC LIMIT :most
) found
"""
).bindparams(*_DAYS)
_DAY, _REFERENCE = "on ", "ref "
KNOWN = ""
"""The source of a deadline that somebody confirmed: it is looked up however long it is known."""
_ADDRESS = re.compile(r"@([\w.-]+)>?\s*$")
_TEXT = 20_000

table = SQLModel.metadata.tables["clues"]
_items = SQLModel.metadata.tables["items"]
_TELLING = [
    _items.c[name]
    for name in (
        *("id", "connection_id", "kind", "title", "summary", "vendor", "program", "facts"),
        *("published_on", "first_seen_at"),
    )
]
"""What of an item tells its matter, as rows and without its text."""


def told_of(item: Any, *, days: Iterable[date], quoted: Iterable[str], told_on: date) -> Told:
    """An item as ``core.matters`` compares it."""
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
    if not wanted:
        return {}
    days = [told.told_on for told in tellings]
    listed = orjson.dumps(wanted).decode() if is_sqlite(session) else wanted
    given = {
        "clues": listed,
        "since": min(days) - NEAR,
        "until": max(days) + NEAR,
        "most": LOOKED_AT,
    }
    newest = _NEWEST_SQLITE if is_sqlite(session) else _NEWEST_POSTGRES
    known = sa.select(table.c.item_id).where(
        table.c.clue.in_(wanted), table.c.source == sa.literal_column("''")
    )
    found = {*session.execute(newest, given).scalars(), *session.execute(known).scalars()}
    return stored(session, sorted(found))


def stored(session: Session, ids: Sequence[int]) -> dict[int, Told]:
    """These items, of those that are live, as they were told."""
    facts = sa.or_(table.c.clue.startswith(_DAY), table.c.clue.startswith(_REFERENCE))
    kept: dict[int, list[Any]] = {}
    for row in session.execute(sa.select(table).where(table.c.item_id.in_(ids), facts)):
        kept.setdefault(row.item_id, []).append(row)
    live = sa.select(*_TELLING).where(_items.c.id.in_(ids), _items.c.removed_at.is_(None))
    return {item.id: _stored(item, kept.get(item.id, ())) for item in session.execute(live)}


def _stored(item: Any, kept: Sequence[Any]) -> Told:
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
