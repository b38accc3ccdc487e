"""Undoing a whole import: the source reads again what it read before it.

History only grows: what the import changed is changed back by reading the file before it, and
what it created is shown as removed, because a person said so. What people did stays (P6).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core.columns import TABLES
from app.models import Connection
from app.secrets import Vault
from app.services import absence, sources, uploads

SET_BY_AN_IMPORT = ("file", "mapping", "vendor", "currency")


@dataclass(frozen=True, kw_only=True)
class Imported:
    """The newest import of a source. ``before`` are the settings that it took the place of; None
    where it made the source.
    """

    file: str
    at: datetime
    before: Mapping[str, Any] | None


def of_import(connection: Connection | None, *, file: str, now: datetime) -> Imported:
    """What is about to be imported; ``connection`` as it is before, None for a new one."""
    if connection is None:
        return Imported(file=file, at=now, before=None)
    before = {key: connection.config.get(key) for key in SET_BY_AN_IMPORT}
    return Imported(file=file, at=now, before=before)


def remember(imported: Imported, folder: Path, connection_id: int) -> None:
    """Keep the settings and the file that the import takes the place of, until the next one."""
    name = str((imported.before or {}).get("file") or "")
    uploads.set_aside(folder, connection_id, name, orjson.dumps(asdict(imported)))


def newest(folder: Path, connection_id: int) -> Imported | None:
    """The import that can be undone, if there is one."""
    told = uploads.told_aside(folder, connection_id)
    if told is None:
        return None
    value = orjson.loads(told)
    return Imported(**{**value, "at": datetime.fromisoformat(value["at"])})


def take_back(
    session: Session,
    connection_id: int,
    imported: Imported,
    *,
    vault: Vault,
    now: datetime,
    user_id: int,
) -> Connection | None:
    """The source as it was, due at once; None where the import had made it, and it is removed."""
    connection = sources.get(session, connection_id)
    if imported.before is None:
        sources.remove(session, connection_id, now=now, actor_id=user_id)
        return None
    for name in TABLES:
        table = SQLModel.metadata.tables[name]
        created = sa.select(table.c.id).where(
            table.c.connection_id == connection_id,
            table.c.first_seen_at >= imported.at,
            table.c.removed_at.is_(None),
        )
        ids = list(session.execute(created).scalars())
        absence.remove(session, name, ids, now=now, actor_id=user_id)
    kept = {key: value for key, value in connection.config.items() if key not in SET_BY_AN_IMPORT}
    before = {key: value for key, value in imported.before.items() if value is not None}
    return sources.edit(
        session,
        connection_id,
        name=connection.name,
        values=kept | before,
        vault=vault,
        now=now,
        asked_by_id=user_id,
    )
