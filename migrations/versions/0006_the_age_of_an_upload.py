"""Connections: how old the copy is that was read, and by when to renew it

Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = ("copied_at", "renew_by")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("connections", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("connections", name)
