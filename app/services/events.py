"""History: one line for each change, appended in the transaction that makes the change."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core import changes
from app.services.bulk import Bulk

TEXT_IN_HISTORY = 500
NAMES = (
    "at",
    "subject",
    "subject_id",
    "kind",
    "run_id",
    "actor_id",
    "field",
    "old",
    "new",
    "act_id",
)


def newest(session: Session) -> int:
    """The last line of history: what is told later was done since."""
    events = SQLModel.metadata.tables["events"]
    return int(session.execute(sa.select(sa.func.max(events.c.id))).scalar() or 0)


def record(
    session: Session,
    table: str,
    lines: Iterable[tuple[int, changes.Change]],
    *,
    at: datetime,
    run_id: int | None = None,
    actor_id: int | None = None,
    act_id: int | None = None,
) -> None:
    """Append one line of history for each (row's id, change)."""
    bulk = Bulk(session, "events")
    subject = table.removesuffix("s")
    when, subject = bulk.plain("at", "subject")((at, subject))
    rows = [
        (
            when,
            subject,
            id_,
            change.kind,
            run_id,
            actor_id,
            change.field,
            _short(change.old),
            _short(change.new),
            act_id,
        )
        for id_, change in lines
    ]
    bulk.insert(NAMES, rows)


def record_new(
    session: Session, table: str, ids: Sequence[int], *, at: datetime, run_id: int
) -> None:
    """The first line of history for each of these rows."""
    record_same(session, table, ids, changes.Change(kind=changes.NEW), at=at, run_id=run_id)


def record_same(
    session: Session,
    table: str,
    ids: Sequence[int],
    change: changes.Change,
    *,
    at: datetime,
    run_id: int | None,
) -> None:
    """The same line of history for each of these rows, at the cost of one."""
    bulk = Bulk(session, "events")
    (when,) = bulk.plain("at")((at,))
    said = {"old": _short(change.old), "new": _short(change.new), "kind": str(change.kind)}
    shared = {"at": when, "subject": table.removesuffix("s"), "run_id": run_id, **said}
    bulk.insert_for(ids, "subject_id", {k: v for k, v in shared.items() if v is not None})


def _short(text: str | None) -> str | None:
    if text is None or len(text) <= TEXT_IN_HISTORY:
        return text
    return text[: TEXT_IN_HISTORY - 1] + "…"
