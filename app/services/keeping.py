"""What people enter that a source keeps among its settings, and the way back from it.

An entry of one's own, a vendor's fiscal year, what is reached of a goal: each is one part of a
setting. An act remembers the parts that it changed, and is taken back part by part, so that two
people who change different ones do not stand in each other's way.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.errors import Conflict, Invalid
from app.models import Connection, Event, RecordedAct
from app.services import absence, recording, sources
from app.services.pages import Act
from connectors.own_items import editing
from connectors.own_items.entries import entries_of
from connectors.own_items.records import Window, records_of
from connectors.own_items.settings import OwnItemsConfig

KIND = "kept"
ENTERED = "entered"
"""The line of history of a number that was entered as reached."""
ENTRIES = "entries"
LINES = ("fiscal_years", "actuals")
"""Settings of lines, each "what it is about: what it says"."""

Values = Mapping[str, Any]
Parts = Mapping[tuple[str, str], str]
"""What is kept, by its setting and its own name in it."""


def save(
    session: Session,
    connection: Connection,
    values: Values,
    said: str,
    *,
    now: datetime,
    user_id: int,
) -> RecordedAct:
    """Keep these settings, as one act. The source is due at once."""
    assert connection.id is not None
    was = _parts(connection.config)
    sources.set_values(session, connection.id, values, now=now, asked_by_id=user_id)
    left = _parts(connection.config)
    record = RecordedAct(
        actor_id=user_id,
        at=now,
        kind=KIND,
        said=said,
        items=0,
        before=[
            connection.id,
            *(
                [*name, was.get(name), left.get(name)]
                for name in dict.fromkeys((*was, *left))
                if was.get(name) != left.get(name)
            ),
        ],
    )
    session.add(record)
    session.flush()
    return record


def told(record: RecordedAct) -> Act:
    """The act as the person is told."""
    source: int = (record.before or [0])[0]
    return Act(said=record.said, items=(), undo=str(record.id), source=source)


def take_back(session: Session, record: RecordedAct) -> Act:
    """The parts as they were. Raises ``Conflict`` where somebody changed one of them since."""
    connection_id, *changed = record.before or (0,)
    held: dict[str, Any] = {"with_for_update": {"key_share": True}, "populate_existing": True}
    connection = session.get(Connection, connection_id, **held)
    if connection is None or connection.removed_at is not None:
        raise Conflict("This was not undone: its source was removed.")
    stored = _parts(connection.config)
    if any(stored.get((key, name)) != left for key, name, _was, left in changed):
        raise Conflict(
            "This was not undone: somebody changed the same in the meantime.",
            remedy="Look at it as it is now, and change that.",
        )
    now = record.undone_at or record.at
    families = _families(connection, changed)
    values = _put_back(connection.config, changed)
    try:
        sources.set_values(session, connection_id, values, now=now, asked_by_id=record.actor_id)
    except Invalid:
        raise Conflict(
            "This was not undone: it does not fit what was entered since.",
            remedy="Look at it as it is now, and change that.",
        ) from None
    for known_by in families | _families(connection, changed):
        settle(session, connection, known_by, within=record, now=now)
    _tell(session, record)
    return recording.taken_back(record, source=connection_id)


def settle(
    session: Session,
    connection: Connection,
    known_by: str,
    *,
    since: date | None = None,
    within: RecordedAct,
    now: datetime,
) -> None:
    """Remove the items that no longer follow from their entries; where none is left, all of them,
    or those from ``since`` on.
    """
    config = OwnItemsConfig.model_validate(connection.config)
    entries, window = config.series(known_by), Window.around(now.date())
    records = (each for entry in entries for each in records_of(entry, config, window, now.date()))
    kept = {record.external_id for record in records}
    items = SQLModel.metadata.tables["items"]
    live = sa.select(items.c.id, items.c.external_id, items.c.due_on).where(
        items.c.connection_id == connection.id, items.c.removed_at.is_(None)
    )
    gone = [
        id_
        for id_, external_id, due_on in session.execute(live)
        if editing.entry_id_of(external_id) == known_by
        and external_id not in kept
        and (since is None or due_on is None or due_on >= since)
        and (not entries or entries[-1].rhythm is None or due_on in window)
    ]
    absence.remove(session, "items", gone, now=now, actor_id=within.actor_id, act_id=within.id)


def _families(connection: Connection, changed: Iterable[Any]) -> set[str]:
    """What the items of the changed entries are known by, as the entries are now."""
    touched = {name for key, name, *_ in changed if key == ENTRIES}
    entries = entries_of(str(connection.config.get(ENTRIES, ""))) if touched else ()
    return {entry.known_by for entry in entries if entry.id in touched}


def _parts(config: Values) -> Parts:
    written = editing.blocks(str(config.get(ENTRIES, "")))
    lines = {(key, _about(line)): line for key in LINES for line in config.get(key, ())}
    return {(ENTRIES, name): block for name, block in written.items()} | lines


def _about(line: str) -> str:
    return line.rpartition(":")[0].strip().casefold()


def _put_back(config: Values, changed: Iterable[Any]) -> dict[str, Any]:
    """The settings with each changed part as it was."""
    values = dict(config)
    for key, name, was, _left in changed:
        if key == ENTRIES:
            values[key] = editing.put(str(values.get(key, "")), name, was)
        else:
            others = [line for line in values.get(key, ()) if _about(line) != name]
            values[key] = [*others, *([was] if was else [])]
    return values


def _tell(session: Session, record: RecordedAct) -> None:
    """In the history of each item that tells what was entered; what is removed or comes back by it
    has a line of its own.
    """
    told = select(Event).where(Event.act_id == record.id, Event.kind == ENTERED)
    for event in session.exec(told.order_by(col(Event.id))):
        session.add(
            Event(
                subject="item",
                subject_id=event.subject_id,
                at=record.undone_at or record.at,
                kind=recording.UNDONE,
                actor_id=record.actor_id,
                old=event.kind,
            )
        )
