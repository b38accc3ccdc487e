"""Search: FTS5 with triggers on SQLite, an expression index on Postgres

Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COLUMNS = ("title", "account", "reference", "vendor", "program", "summary")
DOCUMENT = (
    "to_tsvector('simple', title || ' ' || coalesce(account, '') || ' ' || "
    "coalesce(reference, '') || ' ' || coalesce(vendor, '') || ' ' || "
    "coalesce(program, '') || ' ' || coalesce(summary, ''))"
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"CREATE INDEX search_items ON items USING gin (({DOCUMENT}))")
        return
    listed = ", ".join(COLUMNS)
    new = ", ".join(f"new.{name}" for name in COLUMNS)
    old = ", ".join(f"old.{name}" for name in COLUMNS)
    op.execute(
        f"CREATE VIRTUAL TABLE search_items USING fts5({listed}, content='items', "
        "content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='2 3')"
    )
    op.execute(
        "CREATE TRIGGER search_items_insert AFTER INSERT ON items BEGIN "
        f"INSERT INTO search_items(rowid, {listed}) VALUES (new.id, {new}); END"
    )
    op.execute(
        "CREATE TRIGGER search_items_delete AFTER DELETE ON items BEGIN "
        f"INSERT INTO search_items(search_items, rowid, {listed}) "
        f"VALUES ('delete', old.id, {old}); END"
    )
    op.execute(
        f"CREATE TRIGGER search_items_update AFTER UPDATE OF {listed} ON items BEGIN "
        f"INSERT INTO search_items(search_items, rowid, {listed}) "
        f"VALUES ('delete', old.id, {old}); "
        f"INSERT INTO search_items(rowid, {listed}) VALUES (new.id, {new}); END"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP INDEX search_items")
        return
    for name in ("insert", "delete", "update"):
        op.execute(f"DROP TRIGGER search_items_{name}")
    op.execute("DROP TABLE search_items")
