"""The tables

Revises: nothing.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The types of app.db and app.models.base as they were stored when this was written.
INSTANT = sa.DateTime(timezone=True)
EXACT = sa.BigInteger()  # ten-thousandths
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

OPEN: dict[str, Any] = {
    # Word for word what SQLAlchemy asks: SQLite does not see that ``is_open`` says the same.
    "sqlite_where": sa.text("is_open = 1"),
    "postgresql_where": sa.text("is_open"),
}
TRACKED: dict[str, Any] = dict.fromkeys(
    ("sqlite_where", "postgresql_where"), sa.text("kind <> 'deadline'")
)
TIMED: dict[str, Any] = dict.fromkeys(
    ("sqlite_where", "postgresql_where"), sa.text("due_at IS NOT NULL")
)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    chores = op.create_table(
        "chores",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_due_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_chores"),
    )
    op.create_table(
        "column_mappings",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("mapping", JSON, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_column_mappings"),
    )
    op.create_table(
        "connections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("connector", sa.Text(), nullable=False),
        sa.Column("config", JSON, nullable=False),
        sa.Column("secrets", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("interval_minutes", sa.Integer()),
        sa.Column("cron", sa.Text()),
        sa.Column("jitter_minutes", sa.Integer(), nullable=False),
        sa.Column("quiet_hours", sa.Text()),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("next_due_at", INSTANT),
        sa.Column("asked_by_id", sa.Integer()),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_until", INSTANT),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("health", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("error_kind", sa.Text()),
        sa.Column("remedy", sa.Text()),
        sa.Column("failing_since", INSTANT),
        sa.Column("last_success_at", INSTANT),
        sa.Column("copied_at", INSTANT),
        sa.Column("renew_by", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_connections"),
        sa.UniqueConstraint("name", name="uq_connections_name"),
    )
    op.create_index("ix_connections_next_due_at", "connections", ["next_due_at"])
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer()),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("field", sa.Text()),
        sa.Column("old", sa.Text()),
        sa.Column("new", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("before", JSON),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_subject_subject_id_id", "events", ["subject", "subject_id", "id"])
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
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_settings"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("password", sa.Text()),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("digest_on", sa.Boolean(), nullable=False),
        sa.Column("digest_hour", sa.Integer(), nullable=False),
        sa.Column("digest_days", sa.Text(), nullable=False),
        sa.Column("shortcuts", sa.Boolean(), nullable=False),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("next_sign_in_at", INSTANT),
        sa.Column("last_digest_at", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT),
        sa.Column("used_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_api_tokens"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_api_tokens_user_id_users", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("name", name="uq_api_tokens_name"),
        sa.UniqueConstraint("token_hash", name="uq_api_tokens_token_hash"),
    )
    op.create_table(
        "certifications",
        *_of_a_source("certifications"),
        sa.Column("person", sa.Text()),
        sa.Column("issued_on", sa.Date()),
        sa.Column("expires_on", sa.Date()),
        sa.Column("expires_at", INSTANT),
    )
    op.create_table(
        "contacts",
        *_of_a_source("contacts"),
        sa.Column("role", sa.Text()),
        sa.Column("email", sa.Text()),
        sa.Column("phone", sa.Text()),
    )
    op.create_table(
        "digest_ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("claimed_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT),
        sa.Column("next_attempt_at", INSTANT),
        sa.Column("sent_at", INSTANT),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_digest_ledger"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_digest_ledger_user_id_users", ondelete="CASCADE"
        ),
        sa.UniqueConstraint(
            "user_id", "local_date", "kind", name="uq_digest_ledger_user_id_local_date_kind"
        ),
    )
    op.create_table(
        "funds",
        *_of_a_source("funds"),
        sa.Column("fund_type", sa.Text()),
        sa.Column("currency", sa.Text()),
        sa.Column("allocated", EXACT),
        sa.Column("requested", EXACT),
        sa.Column("claimed", EXACT),
        sa.Column("paid", EXACT),
        sa.Column("remaining", EXACT),
        sa.Column("lapses_on", sa.Date()),
        sa.Column("lapses_at", INSTANT),
    )
    op.create_table(
        "items",
        *_of_a_source("items"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("category", sa.Text()),
        sa.Column("account", sa.Text()),
        sa.Column("reference", sa.Text()),
        sa.Column("summary", sa.Text()),
        sa.Column("folded", sa.Text()),
        sa.Column("body", sa.Text()),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("derived_from", sa.Text()),
        sa.Column("due_on", sa.Date()),
        sa.Column("due_at", INSTANT),
        sa.Column("due_zone", sa.Text()),
        sa.Column("due_raw", sa.Text()),
        sa.Column("amount", EXACT),
        sa.Column("currency", sa.Text()),
        sa.Column("amount_label", sa.Text()),
        sa.Column("target", EXACT),
        sa.Column("actual", EXACT),
        sa.Column("unit", sa.Text()),
        sa.Column("period_start", sa.Date()),
        sa.Column("period_end", sa.Date()),
        sa.Column("recipient", sa.Text()),
        sa.Column("period", sa.Text()),
        sa.Column("cadence", sa.Text()),
        sa.Column("published_on", sa.Date()),
        sa.Column("sort_on", sa.Date(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
    )
    op.create_index(
        "ix_items_tracked_kind_sort_on_id", "items", ["kind", "sort_on", "id"], **TRACKED
    )
    op.create_index("ix_items_due_at", "items", ["due_at"], **TIMED)
    op.create_index("ix_items_open_sort_on_id", "items", ["sort_on", "id"], **OPEN)
    op.create_index("ix_items_open_vendor_sort_on_id", "items", ["vendor", "sort_on", "id"], **OPEN)
    op.create_table(
        "one_time_links",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.PrimaryKeyConstraint("token_hash", name="pk_one_time_links"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_one_time_links_user_id_users", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "programs",
        *_of_a_source("programs"),
        sa.Column("tier", sa.Text()),
        sa.Column("eligible", sa.Boolean()),
        sa.Column("period_start", sa.Date()),
        sa.Column("period_end", sa.Date()),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text()),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.Column("resolved_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name="fk_quarantine_connection_id_connections",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "connection_id",
            "stream",
            "fingerprint",
            name="uq_quarantine_connection_id_stream_fingerprint",
        ),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_sessions_user_id_users", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "stream_states",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("state", JSON, nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("held_since", INSTANT),
        sa.Column("complete_reads", sa.Integer(), nullable=False),
        sa.Column("last_complete_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_stream_states"),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name="fk_stream_states_connection_id_connections",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "connection_id", "stream", name="uq_stream_states_connection_id_stream"
        ),
    )
    op.create_table(
        "sync_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer()),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("outcome", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("error_kind", sa.Text()),
        sa.Column("remedy", sa.Text()),
        sa.Column("sample", sa.Text()),
        sa.Column("progress", sa.Text()),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float()),
        sa.Column("streams", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sync_runs"),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name="fk_sync_runs_connection_id_connections",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_sync_runs_connection_id_id", "sync_runs", ["connection_id", "id"])
    op.create_table(
        "item_states",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("snoozed_until", INSTANT),
        sa.Column("owner_id", sa.Integer()),
        sa.Column("done_at", INSTANT),
        sa.Column("reopened_because", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("item_id", name="pk_item_states"),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name="fk_item_states_item_id_items", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name="fk_item_states_owner_id_users", ondelete="SET NULL"
        ),
    )
    op.create_index("ix_item_states_owner_id", "item_states", ["owner_id"])
    op.create_index("ix_item_states_snoozed_until", "item_states", ["snoozed_until"])
    op.create_table(
        "personal_states",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "item_id", name="pk_personal_states"),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name="fk_personal_states_item_id_items", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_personal_states_user_id_users", ondelete="CASCADE"
        ),
    )
    op.execute("INSERT INTO revision (id, number) VALUES (1, 0)")
    due_at_the_first_start = {"name": "prune", "next_due_at": LONG_AGO}
    op.bulk_insert(chores, [due_at_the_first_start])


def _of_a_source(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """What every table of records has: where a record comes from, and since when."""
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("vendor", sa.Text()),
        sa.Column("program", sa.Text()),
        sa.Column("status", sa.Text()),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("missing_reads", sa.SmallInteger(), nullable=False),
        sa.Column("removed_at", INSTANT),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=f"fk_{table}_connection_id_connections"
        ),
        sa.UniqueConstraint(
            "connection_id",
            "stream",
            "external_id",
            name=f"uq_{table}_connection_id_stream_external_id",
        ),
    )


def downgrade() -> None:
    for table in (
        "personal_states",
        "item_states",
        "sync_runs",
        "stream_states",
        "sessions",
        "quarantine",
        "programs",
        "one_time_links",
        "items",
        "funds",
        "digest_ledger",
        "contacts",
        "certifications",
        "api_tokens",
        "users",
        "settings",
        "revision",
        "outbox",
        "events",
        "connections",
        "column_mappings",
        "chores",
    ):
        op.drop_table(table)
