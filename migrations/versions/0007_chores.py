"""Chores: what is done once a day by whichever process is first

Revises: 0006
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)  # due at the first start


def upgrade() -> None:
    chores = op.create_table(
        "chores",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chores")),
    )
    op.bulk_insert(chores, [{"name": "prune", "next_due_at": LONG_AGO}])


def downgrade() -> None:
    op.drop_table("chores")
