"""Items: an index of the open ones that SQLite uses, and one by vendor

Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_items_open_sort_on_id", table_name="items")
    _create("ix_items_open_sort_on_id", ["sort_on", "id"], "is_open = 1")
    _create("ix_items_open_vendor_sort_on_id", ["vendor", "sort_on", "id"], "is_open = 1")


def downgrade() -> None:
    op.drop_index("ix_items_open_vendor_sort_on_id", table_name="items")
    op.drop_index("ix_items_open_sort_on_id", table_name="items")
    _create("ix_items_open_sort_on_id", ["sort_on", "id"], "is_open")


def _create(name: str, columns: list[str], on_sqlite: str) -> None:
    op.create_index(
        name,
        "items",
        columns,
        sqlite_where=sa.text(on_sqlite),
        postgresql_where=sa.text("is_open"),
    )
