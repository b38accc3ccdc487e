"""Search: merging keeps the FTS5 index, many rows at once, instead of triggers

Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = ("title", "account", "reference", "vendor", "program", "summary")


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for name in ("insert", "delete", "update"):
        op.execute(f"DROP TRIGGER search_items_{name}")


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    listed = ", ".join(COLUMNS)
    new = ", ".join(f"new.{name}" for name in COLUMNS)
    old = ", ".join(f"old.{name}" for name in COLUMNS)
    add = f"INSERT INTO search_items(rowid, {listed}) VALUES (new.id, {new}); "
    forget = f"INSERT INTO search_items(search_items, rowid, {listed}) VALUES ('delete', old.id, {old}); "
    op.execute(f"CREATE TRIGGER search_items_insert AFTER INSERT ON items BEGIN {add}END")
    op.execute(f"CREATE TRIGGER search_items_delete AFTER DELETE ON items BEGIN {forget}END")
    op.execute(
        f"CREATE TRIGGER search_items_update AFTER UPDATE OF {listed} ON items "
        f"BEGIN {forget}{add}END"
    )
