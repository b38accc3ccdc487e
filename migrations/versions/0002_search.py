"""Search: FTS5 on SQLite, an expression index on Postgres

Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# No triggers: merging keeps the index, many rows at once. Without positions it has half the size.
SQLITE = (
    "CREATE VIRTUAL TABLE search_items USING fts5("
    "title, account, reference, vendor, program, summary, content='items', content_rowid='id', "
    "tokenize='unicode61 remove_diacritics 2', prefix='2 3', detail=none, columnsize=0)"
)
TEXT = (
    "title || ' ' || coalesce(account, '') || ' ' || coalesce(reference, '') || ' ' || "
    "coalesce(vendor, '') || ' ' || coalesce(program, '') || ' ' || coalesce(summary, '')"
)
# Postgres' parser reads QUO-88121 as a word and the number -88121, and an address as one word:
# neither would be found by the part that a person types. A text that is too long for a tsvector
# is indexed as far as it goes, or the write would fail.
POSTGRES = (
    "CREATE INDEX search_items ON items USING gin ((to_tsvector('simple', regexp_replace("
    f"left({TEXT}, 50000) || ' ' || left(coalesce(folded, ''), 50000), "
    r"'[\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e]', ' ', 'g'))))"
)


def upgrade() -> None:
    op.execute(SQLITE if _on_sqlite() else POSTGRES)
    if _on_sqlite():  # merge eight parts of the index at once, not four: half of the writing
        op.execute("INSERT INTO search_items(search_items, rank) VALUES ('automerge', 8)")


def downgrade() -> None:
    op.execute("DROP TABLE search_items" if _on_sqlite() else "DROP INDEX search_items")


def _on_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")
