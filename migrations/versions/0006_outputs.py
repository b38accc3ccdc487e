"""What leaves: channels and their ledger, calendar feeds, kept answers, marks for who reads along

Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)
PEOPLES = ("notices_on", "mail_refused", "digest_always", "digest_holidays", "digest_views")


def upgrade() -> None:
    _lately()
    _people()
    _channels()
    _readers()
    _alerts()


def downgrade() -> None:
    _outbox()
    op.execute("DELETE FROM chores WHERE name = 'tell'")
    op.drop_index("ix_items_closed_sort_on_id", "items")
    op.drop_index("ix_item_states_changed_at", "item_states")
    for table in ("write_marks", "kept_answers", "calendar_feeds", "deliveries", "channels"):
        op.drop_table(table)
    with op.batch_alter_table("digest_ledger") as table:
        table.drop_column("said")
    with op.batch_alter_table("users") as table:
        for column in PEOPLES:
            table.drop_column(column)


def _lately() -> None:
    """What calendars tell as cancelled for a while: what people settled lately, what was closed."""
    op.create_index("ix_item_states_changed_at", "item_states", ["changed_at"])
    op.create_index(
        "ix_items_closed_sort_on_id",
        "items",
        ["sort_on", "id"],
        sqlite_where=sa.text("closed = 1"),
        postgresql_where=sa.text("closed"),
    )


def _people() -> None:
    with op.batch_alter_table("users") as table:
        table.add_column(sa.Column("digest_views", JSON, nullable=False, server_default="[]"))
        table.add_column(sa.Column("digest_holidays", sa.Text(), nullable=False, server_default=""))
        for name, default in (("digest_always", sa.false()), ("notices_on", sa.true())):
            table.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=default))
        table.add_column(
            sa.Column("mail_refused", sa.Integer(), nullable=False, server_default="0")
        )
    with op.batch_alter_table("digest_ledger") as table:
        table.add_column(sa.Column("said", JSON, nullable=False, server_default="{}"))


def _channels() -> None:
    op.create_table(
        "channels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("view_id", sa.Integer()),
        sa.Column("view_name", sa.Text()),
        sa.Column("wants", JSON, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_until", INSTANT),
        sa.Column("created_by_id", sa.Integer()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("failing_since", INSTANT),
        sa.Column("stopped_at", INSTANT),
        sa.Column("stopped_because", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_channels"),
        _to("channels", "user_id", "users"),
        _to("channels", "created_by_id", "users", "SET NULL"),
    )
    op.create_index("ix_channels_user_id_kind", "channels", ["user_id", "kind"])
    of_mail = sa.text("kind = 'mail'")
    op.create_index(
        "uq_channels_mail",
        "channels",
        ["user_id"],
        unique=True,
        sqlite_where=of_mail,
        postgresql_where=of_mail,
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("next_attempt_at", INSTANT),
        sa.Column("lease_until", INSTANT),
        sa.Column("owner", sa.Text()),
        sa.Column("sent_at", INSTANT),
        sa.Column("status", sa.Integer()),
        sa.Column("answer", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("channel_id", "key", name="uq_deliveries_channel_id_key"),
        _to("deliveries", "channel_id", "channels"),
    )
    op.create_index(
        "ix_deliveries_state_next_attempt_at", "deliveries", ["state", "next_attempt_at"]
    )
    op.create_index("ix_deliveries_channel_id_id", "deliveries", ["channel_id", "id"])
    op.create_index(
        "ix_deliveries_channel_id_state", "deliveries", ["channel_id", "state", "next_attempt_at"]
    )


def _readers() -> None:
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("busy", sa.Boolean(), nullable=False),
        sa.Column("alarms", JSON, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("revoked_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_feeds"),
        sa.UniqueConstraint("token_hash", name="uq_calendar_feeds_token_hash"),
        _to("calendar_feeds", "user_id", "users"),
    )
    op.create_index("ix_calendar_feeds_user_id", "calendar_feeds", ["user_id"])
    op.create_table(
        "kept_answers",
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", JSON, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("token_id", "key", name="pk_kept_answers"),
        _to("kept_answers", "token_id", "api_tokens"),
    )
    op.create_index("ix_kept_answers_created_at", "kept_answers", ["created_at"])
    op.create_table(
        "write_marks",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("after_event", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_write_marks"),
    )
    op.execute(
        "INSERT INTO write_marks (number, after_event) SELECT number, "
        "(SELECT coalesce(max(id), 0) FROM events) FROM revision"
    )
    op.execute(
        "INSERT INTO chores (name, next_due_at, mark) "
        "SELECT 'tell', '2000-01-01 00:00:00', number FROM revision"
    )


def _alerts() -> None:
    """Alerts that waited become lines of the history, from which they are told as all else is."""
    connection = op.get_bind()
    outbox = sa.table("outbox", *map(sa.column, ("id", "created_at")), sa.column("payload", JSON))
    waiting = connection.execute(
        sa.select(outbox.c.created_at, outbox.c.payload)
        .where(sa.column("state") == "waiting")
        .order_by(outbox.c.id)
    ).all()
    lines = [
        {
            "subject": "source",
            "subject_id": row.payload["connection_id"],
            "at": row.created_at,
            "kind": "well again" if row.payload["health"] == "ok" else row.payload["health"],
        }
        for row in waiting
        if not row.payload.get("heard")  # who was told of it is not told again
    ]
    if lines:
        # Two marks: whoever has read up to the one before finds what the last one added.
        op.execute(
            "INSERT INTO write_marks (number, after_event) "
            "SELECT number - 1, after_event FROM write_marks"
        )
        op.execute("UPDATE chores SET mark = mark - 1 WHERE name = 'tell'")
        names = ("subject", "subject_id", "at", "kind")
        op.bulk_insert(sa.table("events", *map(sa.column, names)), lines)
    op.drop_table("outbox")


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("next_attempt_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT),
        sa.Column("sent_at", INSTANT),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index("ix_outbox_state_next_attempt_at", "outbox", ["state", "next_attempt_at"])


def _to(table: str, column: str, other: str, gone: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}", ondelete=gone
    )
