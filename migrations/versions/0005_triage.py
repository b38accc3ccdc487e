"""Triage: more team states, acts as one thing, rules, weights, saved views, proof, mentions

Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)
NO = sa.false()
SUMMED = ("sort_on", "id", "due_on", "due_at", "category", "currency", "amount", "is_open")
WIDE = (
    *("vendor", "sort_on", "id", "program", "kind", "category", "connection_id", "currency"),
    *("amount", "due_on", "due_at", "changed_at", "first_seen_at", "is_open"),
)
BY_SOURCES = (
    "kind IN ('eligibility flipped', 'due moved', 'gone', 'returned', 'source changed', "
    "'changed', 'closed', 'reopened at source', 'source says it again')"
)


def upgrade() -> None:
    _acts()
    _items()
    _states()
    _people()
    _team()
    _on_items()


def downgrade() -> None:
    for table in (
        "mentions", "attachments", "pinned_views", "saved_views", "weights", "assignment_rules",
    ):  # fmt: skip
        op.drop_table(table)
    _without("connections", "sample")
    op.execute("DELETE FROM chores WHERE name = 'compare'")
    _without("chores", "mark")
    _without("pairs", "reason")
    _without("users", "keys", "changes_seen_id")
    op.drop_index("ix_personal_states_starred", "personal_states")
    op.execute("DELETE FROM personal_states WHERE read_at IS NULL")
    with op.batch_alter_table("personal_states") as table:
        table.alter_column("read_at", existing_type=INSTANT, nullable=False)
        table.drop_column("starred_at")
    op.drop_index("ix_item_states_state", "item_states")
    op.drop_index("ix_item_states_backup_id", "item_states")
    _without("item_states", "backup_id", "until_change", "waiting_since", "reason")
    op.drop_index("ix_items_removed_sort_on_id", "items")
    op.drop_index("ix_items_open_vendor_and_all", "items")
    _partial("ix_items_open_vendor_sort_on_id", "items", [*WIDE[:3]], "is_open = 1", "is_open")
    op.drop_index("ix_items_open_sort_on_id", "items")
    _partial("ix_items_open_sort_on_id", "items", [*SUMMED[:2]], "is_open = 1", "is_open")
    op.drop_column("items", "material_at")
    op.drop_index("ix_events_changes", "events")
    op.drop_index("ix_events_act_id", "events")
    _without("events", "act_id")
    op.drop_table("acts")
    op.drop_table("flips")
    _without("revision", "opened", "told")


def _without(table: str, *columns: str) -> None:
    with op.batch_alter_table(table) as changed:
        for column in columns:
            changed.drop_column(column)


def _acts() -> None:
    op.create_table(
        "flips",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_flips"),
    )
    op.create_index("ix_flips_opened", "flips", ["opened"])
    for name in ("told", "opened"):
        op.add_column("revision", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "acts",
        sa.Column("id", sa.Integer(), nullable=False),
        _person("actor_id"),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("before", JSON),
        sa.Column("undone_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_acts"),
        _to("acts", "actor_id", "users", "SET NULL"),
    )
    op.create_index("ix_acts_actor_id_id", "acts", ["actor_id", "id"])
    op.add_column("events", sa.Column("act_id", sa.Integer()))
    _partial("ix_events_act_id", "events", ["act_id"], "act_id IS NOT NULL")
    _partial("ix_events_changes", "events", ["kind", "id", "subject", "subject_id"], BY_SOURCES)


def _items() -> None:
    op.add_column("items", sa.Column("material_at", INSTANT))
    op.drop_index("ix_items_open_vendor_sort_on_id", "items")
    op.drop_index("ix_items_open_sort_on_id", "items")
    _partial("ix_items_open_sort_on_id", "items", [*SUMMED], "is_open = 1", "is_open")
    if op.get_bind().dialect.name == "postgresql":  # whose indexes hold 2,704 bytes of a row
        op.execute(
            "UPDATE items SET program = left(program, 250) WHERE octet_length(program) > 1500"
        )
    _partial("ix_items_open_vendor_and_all", "items", [*WIDE], "is_open = 1", "is_open")
    _partial("ix_items_removed_sort_on_id", "items", ["sort_on", "id"], "removed_at IS NOT NULL")


def _states() -> None:
    with op.batch_alter_table("item_states") as table:
        table.add_column(sa.Column("until_change", sa.Boolean(), nullable=False, server_default=NO))
        table.add_column(sa.Column("waiting_since", INSTANT))
        table.add_column(sa.Column("reason", sa.Text()))
        table.add_column(_person("backup_id"))
        table.create_foreign_key(
            "fk_item_states_backup_id_users", "users", ["backup_id"], ["id"], ondelete="SET NULL"
        )
    op.create_index("ix_item_states_backup_id", "item_states", ["backup_id"])
    op.create_index("ix_item_states_state", "item_states", ["state"])
    with op.batch_alter_table("personal_states") as table:
        table.alter_column("read_at", existing_type=INSTANT, nullable=True)
        table.add_column(sa.Column("starred_at", INSTANT))
    _partial(
        "ix_personal_states_starred",
        "personal_states",
        ["user_id", "item_id"],
        "starred_at IS NOT NULL",
    )


def _people() -> None:
    op.add_column("users", sa.Column("keys", JSON, nullable=False, server_default="{}"))
    op.add_column(
        "users", sa.Column("changes_seen_id", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("pairs", sa.Column("reason", sa.Text()))
    op.add_column("chores", sa.Column("mark", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "INSERT INTO chores (name, next_due_at, mark) VALUES ('compare', '2000-01-01 00:00:00', 0)"
    )
    op.add_column(
        "connections", sa.Column("sample", sa.Boolean(), nullable=False, server_default=NO)
    )


def _team() -> None:
    op.create_table(
        "assignment_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vendor", sa.Text()),
        sa.Column("program", sa.Text()),
        sa.Column("category", sa.Text()),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        _person("backup_id"),
        _person("created_by_id"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assignment_rules"),
        _to("assignment_rules", "owner_id", "users"),
        _to("assignment_rules", "backup_id", "users", "SET NULL"),
        _to("assignment_rules", "created_by_id", "users", "SET NULL"),
    )
    op.create_table(
        "weights",
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("vendor", "program", name="pk_weights"),
    )
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        _to("saved_views", "owner_id", "users"),
        sqlite_autoincrement=True,  # tools follow its number: it is not given again
    )
    op.create_index("ix_saved_views_owner_id", "saved_views", ["owner_id"])
    op.create_table(
        "pinned_views",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "view_id", name="pk_pinned_views"),
        _to("pinned_views", "user_id", "users"),
        _to("pinned_views", "view_id", "saved_views"),
    )


def _on_items() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("sha256", sa.Text()),
        sa.Column("size", sa.Integer()),
        sa.Column("media_type", sa.Text()),
        sa.Column("is_proof", sa.Boolean(), nullable=False),
        _person("added_by_id"),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
        _to("attachments", "item_id", "items"),
        _to("attachments", "added_by_id", "users", "SET NULL"),
    )
    op.create_index("ix_attachments_item_id", "attachments", ["item_id"])
    op.create_index("ix_attachments_sha256", "attachments", ["sha256"])
    op.create_table(
        "mentions",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", INSTANT),
        sa.PrimaryKeyConstraint("event_id", "user_id", name="pk_mentions"),
        _to("mentions", "event_id", "events"),
        _to("mentions", "user_id", "users"),
        _to("mentions", "item_id", "items"),
    )
    op.create_index("ix_mentions_user_id_seen_at", "mentions", ["user_id", "seen_at"])
    op.create_index("ix_mentions_item_id", "mentions", ["item_id"])


def _person(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer())


def _to(table: str, column: str, other: str, gone: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}", ondelete=gone
    )


def _partial(name: str, table: str, columns: list[str], where: str, on_postgres: str = "") -> None:
    op.create_index(
        name,
        table,
        columns,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(on_postgres or where),
    )
