"""Items that people said to be one, of which two sources give different values again."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core.words import two_days
from app.services.revisions import Until, remembered

MOST = 200
pairs = SQLModel.metadata.tables["pairs"]
_items = SQLModel.metadata.tables["items"]


def clashes(session: Session) -> Mapping[int, str]:
    """A sentence for each such item that waits for a word."""

    def make() -> dict[int, str]:
        first, second = _items.alias(), _items.alias()
        asked_again = (
            sa.select(first.c.id, second.c.id, first.c.due_on, second.c.due_on)
            .select_from(pairs)
            .join(first, first.c.id == pairs.c.first_id)
            .join(second, second.c.id == pairs.c.second_id)
            .where(
                pairs.c.state == sa.literal_column("'open'"),
                pairs.c.decided_at.is_not(None),
                first.c.removed_at.is_(None),
                second.c.removed_at.is_(None),
            )
            .order_by(pairs.c.id)
            .limit(MOST)
        )
        told: dict[int, str] = {}
        for one, other, day, other_day in session.execute(asked_again):
            dates = day and other_day and day != other_day
            words = f"dates, {two_days(*sorted((day, other_day)))}" if dates else "values"
            for id_ in (one, other):
                told.setdefault(id_, f"Two sources give two {words}")
        return told

    return remembered(session, ("clashes",), make, until=Until.TOLD)
