"""What is about one matter: doubtful new values of known deadlines, and the same thing told twice

Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OPEN = {
    "sqlite_where": sa.text("state = 'open'"),
    "postgresql_where": sa.text("state = 'open'"),
}
JOINED = {
    "sqlite_where": sa.text("joined_to_id IS NOT NULL"),
    "postgresql_where": sa.text("joined_to_id IS NOT NULL"),
}
KNOWN = {"sqlite_where": sa.text("source = ''"), "postgresql_where": sa.text("source = ''")}


def upgrade() -> None:
    _link("item_states", "joined_to_id")
    op.create_index("ix_item_states_joined_to_id", "item_states", ["joined_to_id"], **JOINED)
    _link("proposals", "about_id")
    op.add_column("proposals", sa.Column("because", sa.Text(), nullable=False, server_default=""))
    op.add_column("proposals", sa.Column("lost_at", INSTANT))
    op.create_index("ix_proposals_about_id", "proposals", ["about_id"])
    op.create_index("ix_proposals_deadline_id", "proposals", ["deadline_id"])
    op.create_index("ix_proposals_open_due_on_id", "proposals", ["due_on", "id"], **OPEN)
    _pairs()
    _clues()


def downgrade() -> None:
    op.drop_table("clues")
    op.drop_table("pairs")
    for name in ("open_due_on_id", "deadline_id", "about_id"):
        op.drop_index(f"ix_proposals_{name}", "proposals")
    with op.batch_alter_table("proposals") as table:
        for column in ("lost_at", "because", "about_id"):
            table.drop_column(column)
    op.drop_index("ix_item_states_joined_to_id", "item_states")
    with op.batch_alter_table("item_states") as table:
        table.drop_column("joined_to_id")


def _link(table: str, column: str) -> None:
    """A column that names an item, or none once that item is gone."""
    with op.batch_alter_table(table) as changed:
        changed.add_column(sa.Column(column, sa.Integer()))
        changed.create_foreign_key(
            f"fk_{table}_{column}_items", "items", [column], ["id"], ondelete="SET NULL"
        )


def _pairs() -> None:
    op.create_table(
        "pairs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer()),
        sa.Column("decided_at", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pairs"),
        sa.ForeignKeyConstraint(
            ["first_id"], ["items.id"], name="fk_pairs_first_id_items", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["items.id"], name="fk_pairs_second_id_items", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["users.id"],
            name="fk_pairs_decided_by_id_users",
            ondelete="SET NULL",
        ),
        sa.UniqueConstraint("first_id", "second_id", name="uq_pairs_first_id_second_id"),
    )
    op.create_index("ix_pairs_second_id", "pairs", ["second_id"])
    op.create_index("ix_pairs_open", "pairs", ["id"], **OPEN)


def _clues() -> None:
    op.create_table(
        "clues",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("clue", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "clue", name="pk_clues"),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name="fk_clues_item_id_items", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_clues_clue_told_on_item_id", "clues", ["clue", "told_on", "item_id"])
    op.create_index("ix_clues_known", "clues", ["clue"], **KNOWN)
