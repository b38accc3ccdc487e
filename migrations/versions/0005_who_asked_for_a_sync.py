"""Connections and runs: who asked for a sync on a page

Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("connections", sa.Column("asked_by_id", sa.Integer(), nullable=True))
    op.add_column("sync_runs", sa.Column("asked_by_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("sync_runs", "asked_by_id")
    op.drop_column("connections", "asked_by_id")
