"""An index that holds only a part of the items serves only queries that say so word for word."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from app.db import Database
from app.services import listing
from app.services.listing import items
from connectors.sdk.records import Kind

QUERIES = {
    "ix_items_tracked_kind_sort_on_id": sa.select(items.c.id).where(listing.tracked(Kind.GOAL)),
    "ix_items_due_at": sa.select(items.c.due_at).where(
        items.c.due_at > sa.func.now(), items.c.due_at.is_not(None)
    ),
    "ix_items_open_sort_on_id": sa.select(items.c.id)
    .where(items.c.is_open)
    .order_by(items.c.sort_on),
}


@pytest.mark.parametrize("index", list(QUERIES))
def test_a_short_index_is_used(sqlite_template: Path, tmp_path: Path, index: str) -> None:
    words = QUERIES[index].compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    path = shutil.copy(sqlite_template, tmp_path / "inbox.db")
    database = Database(f"sqlite:///{path}")
    with database.read() as session:
        plan = session.execute(sa.text(f"EXPLAIN QUERY PLAN {words}")).all()
    database.close()
    assert index in str(plan)
