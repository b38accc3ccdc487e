"""A spreadsheet as a spreadsheet again: its rows as they came, the states of the inbox behind."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa
from sqlmodel import Session

from app.core.derive import derived_ids
from app.services import comments
from app.services.lines import state_of
from app.services.listing import items, states, users
from app.services.people import looks_after
from connectors.sdk.records import AnyRecord
from connectors.sdk.tables.choosing import Options
from connectors.sdk.tables.scan import Bad, Line
from connectors.sdk.tables.words import NOTE, OWNER, STATE
from connectors.spreadsheet.connector import MANIFEST
from connectors.spreadsheet.giving_back import give_back


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the team has done with one row."""

    state: str
    owner: str = ""
    note: str = ""


def standings(session: Session, connection_id: int) -> dict[str, Standing]:
    """What the team has done with the rows of a source, by their ids there."""
    notes = comments.newest(session, connection_id)
    statement = (
        sa.select(
            items.c.id,
            items.c.external_id,
            items.c.removed_at,
            items.c.closed,
            states.c.state,
            users.c.name,
        )
        .select_from(items)
        .outerjoin(states, states.c.item_id == items.c.id)
        .outerjoin(users, looks_after(users, states.c.owner_id))
        .where(items.c.connection_id == connection_id, items.c.stream == MANIFEST.streams[0].name)
    )
    return {
        row.external_id: Standing(
            state=state_of(row),
            owner=row.name or "",
            note=notes.get(row.id, ""),
        )
        for row in session.execute(statement)
    }


def write(
    source: Path | bytes,
    options: Options,
    known: dict[str, Standing],
    target: BinaryIO,
    *,
    as_csv: bool,
) -> None:
    """The file that the source reads, with three columns of ours; a row that is no item, or that
    could not be read, has none of them. Raises ``ConnectorError``.
    """

    def more(line: Line) -> tuple[str, str, str]:
        result: AnyRecord | Bad = line.result
        id_ = result.row.external_id if isinstance(result, Bad) else result.external_id
        ids = (id_, *derived_ids(id_)) if id_ else ()
        found = next((known[one] for one in ids if one in known), Standing(state=""))
        return (found.state, found.owner, found.note)

    give_back(source, options, target, headers=(STATE, OWNER, NOTE), more=more, as_csv=as_csv)
