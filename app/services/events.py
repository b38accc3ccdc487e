"""History: one line for each change, appended in the transaction that makes the change."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from app.core import changes
from app.services.bulk import Bulk

TEXT_IN_HISTORY = 500


def record(
    session: Session,
    table: str,
    lines: Iterable[tuple[int, changes.Change]],
    *,
    at: datetime,
    run_id: int | None = None,
    actor_id: int | None = None,
) -> None:
    """Append one line of history for each (row's id, change)."""
    subject = table.removesuffix("s")
    Bulk(session, "events").insert(
        [
            {
                "subject": subject,
                "subject_id": id_,
                "at": at,
                "kind": change.kind,
                "run_id": run_id,
                "actor_id": actor_id,
                "field": change.field,
                "old": _short(change.old),
                "new": _short(change.new),
            }
            for id_, change in lines
        ]
    )


def _short(text: str | None) -> str | None:
    if text is None or len(text) <= TEXT_IN_HISTORY:
        return text
    return text[: TEXT_IN_HISTORY - 1] + "…"
