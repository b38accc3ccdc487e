"""The team's states of items: read, changed and put back, with a line of history for each.

One item and ten thousand go the same way, in a handful of statements whatever their number.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.db import is_sqlite
from app.errors import Conflict, Invalid, NotFound
from app.models import Item, ItemState, RecordedAct, TeamState
from app.services import search
from app.services.bulk import Bulk
from app.services.revisions import flipped

table = SQLModel.metadata.tables["item_states"]
items = SQLModel.metadata.tables["items"]

KEPT = (
    *("state", "snoozed_until", "until_change", "waiting_since", "reason"),
    *("owner_id", "backup_id", "joined_to_id", "done_at", "reopened_because"),
)
"""What an act may change: all of it is kept with the act, so that undo brings all of it back."""
INSTANTS = ("snoozed_until", "waiting_since", "done_at")
NEVER_TOUCHED: Mapping[str, Any] = MappingProxyType(
    dict.fromkeys(KEPT) | {"state": TeamState.OPEN, "until_change": False, "version": 0}
)
ASKS = (TeamState.OPEN, TeamState.WAITING)
"""States in which an item asks for something: when it is the vendor's turn its date goes on."""
NO_OTHER: Mapping[str, Any] = MappingProxyType(
    {
        **dict.fromkeys(("snoozed_until", "waiting_since", "reason", "joined_to_id", "done_at")),
        "until_change": False,
    }
)
"""What only some states have, without any."""
MOST_AT_ONCE = 10_000
"""So many items can be acted on in one go."""

Stored = Mapping[str, Any]
"""What is stored of one item's state, by column, with its ``version``."""


NO_SUCH, LOOK_AGAIN = "There is no such item.", "Go back to the inbox and look again."
STANDS_BEHIND = "It is joined with another item: what is done with that one is done with it."


class Overtaken(Conflict):
    """Somebody changed these items since: the version that was known of each, by item."""

    def __init__(self, message: str, known: Mapping[int, int], *, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.known = known


def among(session: Session, column: Any, ids: Collection[int]) -> sa.ColumnElement[bool]:
    """The condition that a column is one of these, however many they are."""
    given = search.given(session, list(ids))
    return search.among(column, "ids", given, sqlite=is_sqlite(session))


def hold(session: Session, ids: Collection[int]) -> set[int]:
    """The ids that exist; nobody else changes these items until the transaction ends.

    On Postgres two acts, or an act and a sync, can run at once. Whoever decides something
    about an item holds its row first, in the order of ids. SQLite has one writer at a time.
    """
    wanted = select(Item.id).where(among(session, items.c.id, ids)).order_by(col(Item.id))
    return {id_ for id_ in session.exec(wanted.with_for_update(key_share=True)) if id_ is not None}


def hold_all(session: Session, ids: Iterable[int]) -> list[int]:
    """Hold these items, as ``hold`` does; they, each once. Raises ``Invalid`` for none or too many,
    ``NotFound`` where one of them is not there.
    """
    chosen = list(dict.fromkeys(ids))
    bear(chosen)
    if hold(session, chosen) != set(chosen):
        raise NotFound(NO_SUCH, remedy=LOOK_AGAIN)
    return chosen


def bear(ids: Collection[int]) -> None:
    """Go on only with as many items as one act may have. Raises ``Invalid``."""
    if not ids or len(ids) > MOST_AT_ONCE:
        raise Invalid(
            f"Choose from 1 to {MOST_AT_ONCE:,} items.", remedy="Do more of them in parts."
        )


def read(session: Session, ids: Collection[int]) -> dict[int, Stored]:
    """The states that are stored of these items, now that they are held."""
    session.flush()
    columns = [table.c[name] for name in KEPT]
    found = session.execute(
        sa.select(table.c.item_id, table.c.version, *columns).where(
            among(session, table.c.item_id, ids)
        )
    )
    return {row["item_id"]: dict(row) for row in found.mappings()}


def change(
    session: Session,
    ids: Sequence[int],
    stored: Mapping[int, Stored],
    values: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    """Write the same values to all of these, of which ``stored`` was read."""
    bulk = Bulk(session, table.name)
    shared = {"state": "open", "until_change": False, "version": 0, "changed_at": now}
    plain = bulk.plain(*shared)(shared.values())
    bulk.insert_for(
        [id_ for id_ in ids if id_ not in stored],
        "item_id",
        dict(zip(shared, plain, strict=True)),
    )
    session.execute(
        sa.update(table)
        .where(among(session, table.c.item_id, ids))
        .values(**values, version=table.c.version + 1, changed_at=now)
    )
    _forget(session)
    refresh_open(session, ids)


def put_back(session: Session, before: Mapping[int, Stored], *, now: datetime) -> None:
    """Make the states of these items what they were; their versions go on."""
    bulk = Bulk(session, table.name)
    names = (*KEPT, "changed_at", "item_id")
    plain = bulk.plain(*names)
    rows = [
        plain((*(_value(kept, name) for name in KEPT), now, id_)) for id_, kept in before.items()
    ]
    bulk.update(names[:-1], rows, key="item_id")
    session.execute(
        sa.update(table)
        .where(among(session, table.c.item_id, before.keys()))
        .values(version=table.c.version + 1)
    )
    _forget(session)
    refresh_open(session, before.keys())


def is_joined(stored: Stored) -> bool:
    """Whether another item stands for it."""
    return bool(stored["state"] == TeamState.JOINED)


def _value(kept: Stored, name: str) -> Any:
    """A column's value as an act kept it, in JSON; what an older act did not keep was empty."""
    value = kept.get(name, NEVER_TOUCHED[name])
    return datetime.fromisoformat(value) if name in INSTANTS and value else value


def _forget(session: Session) -> None:
    """Entities that the session has of what was written beside it are read anew when asked."""
    for entity in list(session.identity_map.values()):
        if isinstance(entity, ItemState):
            session.expire(entity)


def act(
    session: Session,
    record: RecordedAct,
    ids: Sequence[int],
    stored: Mapping[int, Stored],
    values: Mapping[str, Any],
    *,
    kind: str,
    old: str | None = None,
    new: str | None = None,
    note: str | None = None,
    kept: Stored = MappingProxyType({}),
) -> None:
    """Write the values to these items, of which ``stored`` was read, as part of the act; a line of
    history for each. ``kept``: what undo needs beside what is stored.
    """
    change(session, ids, stored, values, now=record.at)
    told = (kind, record.actor_id, record.id, old, new, note)
    before = ((id_, stored.get(id_, NEVER_TOUCHED)) for id_ in ids)
    tell(
        session,
        (
            (record.at, "item", id_, *told, {**was, **kept, "version": was["version"] + 1})
            for id_, was in before
        ),
    )


LINE = (
    *("at", "subject", "subject_id", "kind", "actor_id", "act_id", "old", "new", "note"),
    "before",
)


def tell(session: Session, rows: Iterable[Sequence[Any]]) -> None:
    """Lines of history, with the columns of ``LINE``."""
    bulk = Bulk(session, "events")
    bulk.insert(LINE, list(map(bulk.plain(*LINE), rows)))


def as_kept(stored: Stored) -> dict[str, Any]:
    """A state as a session writes it into the history, whose JSON takes no instants."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in stored.items()
    }


def refresh_open(session: Session, ids: Collection[int]) -> None:
    """Write the derived ``is_open`` of these items: live, not closed, and open for the team."""
    settled = sa.select(table.c.item_id).where(
        table.c.item_id == items.c.id, table.c.state.not_in(ASKS)
    )
    is_open = sa.and_(sa.not_(items.c.closed), items.c.removed_at.is_(None), ~settled.exists())
    changed = (
        sa.update(items)
        .where(among(session, items.c.id, ids), items.c.is_open != is_open)
        .values(is_open=is_open)
        .returning(items.c.id, items.c.is_open)
    )
    flipped(session, session.connection().execute(changed).all())
