"""Search on Postgres: every word by itself, without accents

Its parser reads QUO-88121 as a word and the number -88121, and an address as one word:
neither was found by the part that a person types. A text that is too long for a tsvector
is indexed as far as it goes, where it made the write fail.

Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = (
    "title || ' ' || coalesce(account, '') || ' ' || coalesce(reference, '') || ' ' || "
    "coalesce(vendor, '') || ' ' || coalesce(program, '') || ' ' || coalesce(summary, '')"
)
WORDS = (
    "to_tsvector('simple', regexp_replace(regexp_replace("
    f"normalize(left({TEXT}, 100000), NFD), "
    r"'[\u0300-\u036f]', '', 'g'), "
    r"'[\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e]', ' ', 'g'))"
)


def upgrade() -> None:
    _index(WORDS)


def downgrade() -> None:
    _index(f"to_tsvector('simple', {TEXT})")


def _index(document: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("DROP INDEX search_items")
    op.execute(f"CREATE INDEX search_items ON items USING gin (({document}))")
