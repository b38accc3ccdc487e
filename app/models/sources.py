"""Connections, their runs and what could not be read."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db import UtcDateTime
from app.models.base import Json


class Health(StrEnum):
    """How a connection is; the page shows it beside every number of it."""

    NEW = "new"
    OK = "ok"
    FAILING = "failing"
    NEEDS_SIGN_IN = "needs sign-in"
    BROKEN = "broken"


TROUBLED = (Health.FAILING, Health.NEEDS_SIGN_IN, Health.BROKEN)
"""What keeps a connection from being read; people are told when it begins and when it ends."""


class Trigger(StrEnum):
    """What began a sync."""

    SCHEDULE = "schedule"
    PERSON = "person"
    COMMAND = "command"
    IMPORT = "import"
    SAMPLE = "sample"


class RunOutcome(StrEnum):
    """How a sync ended: whole, with some streams whole, with none, or not by itself."""

    OK = "ok"
    PARTIAL = "partial"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class Connection(SQLModel, table=True):
    """One configured account on a platform: settings, credentials, schedule, health.

    The schedule is either ``interval_minutes`` or ``cron`` (in ``time_zone``), plus jitter
    and quiet hours ("22:00-06:00" local). ``next_due_at`` is the schedule's one truth; where a
    person made it due, ``asked_by_id`` says who, until a sync takes it up.
    ``last_success_at`` is the last whole read; where that read a copy such as an uploaded file,
    ``copied_at`` is the copy's own age and ``renew_by`` when it counts as stale.
    A removed connection stays as a row, without credentials, so that its items keep their
    history. ``lease_*`` say which worker has it and until when; ``fence`` counts leases, so that a
    worker that lost its lease cannot write. ``sample`` marks a source of the sample company, which
    goes as a whole and never stands beside real ones.
    """

    __tablename__ = "connections"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_type=Text, unique=True)
    connector: str = Field(sa_type=Text)
    config: dict[str, Any] = Field(default={}, sa_type=Json)
    secrets: str = Field(default="", sa_type=Text, repr=False)
    enabled: bool = True
    sample: bool = False
    interval_minutes: int | None = Field(default=60)
    cron: str | None = Field(default=None, sa_type=Text)
    jitter_minutes: int = Field(default=0)
    quiet_hours: str | None = Field(default=None, sa_type=Text)
    time_zone: str = Field(default="UTC", sa_type=Text)
    next_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    asked_by_id: int | None = None
    lease_owner: str | None = Field(default=None, sa_type=Text)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    fence: int = Field(default=0)
    health: str = Field(default=Health.NEW, sa_type=Text)
    failures: int = Field(default=0)
    error: str | None = Field(default=None, sa_type=Text)
    error_kind: str | None = Field(default=None, sa_type=Text)
    remedy: str | None = Field(default=None, sa_type=Text)
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_success_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    copied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    renew_by: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SyncRun(SQLModel, table=True):
    """One execution of a connection. ``streams`` holds each stream's outcome, as JSON:
    ``{name: {read, new, changed, unchanged, quarantined, held, removed, complete, error}}``.

    ``trigger`` is a ``Trigger`` (tests and the bench have words of their own), ``asked_by_id`` who
    asked for it on a page. ``outcome`` is a ``RunOutcome``, and None while it runs; ``progress`` is
    then a sentence for people.
    """

    __tablename__ = "sync_runs"
    __table_args__ = (Index("ix_sync_runs_connection_id_id", "connection_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    connection_id: int = Field(foreign_key="connections.id", ondelete="CASCADE")
    trigger: str = Field(sa_type=Text)
    asked_by_id: int | None = None
    fence: int
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str | None = Field(default=None, sa_type=Text)
    error: str | None = Field(default=None, sa_type=Text)
    error_kind: str | None = Field(default=None, sa_type=Text)
    remedy: str | None = Field(default=None, sa_type=Text)
    sample: str | None = Field(default=None, sa_type=Text)
    progress: str | None = Field(default=None, sa_type=Text)
    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    held: int = 0
    removed: int = 0
    seconds: float | None = None
    streams: dict[str, Any] = Field(default={}, sa_type=Json)


COUNTS = ("read", "new", "changed", "unchanged", "quarantined", "held", "removed")
"""The columns of a run that count rows, in the order in which people read them."""


class StreamState(SQLModel, table=True):
    """What one stream of a connection left for its next read.

    ``held`` is how many items a person must confirm as removed; ``complete_reads`` counts
    reads that were proven complete, ``last_complete_at`` is the newest of them.
    """

    __tablename__ = "stream_states"
    __table_args__ = (UniqueConstraint("connection_id", "stream"),)

    id: int | None = Field(default=None, primary_key=True)
    connection_id: int = Field(foreign_key="connections.id", ondelete="CASCADE")
    stream: str = Field(sa_type=Text)
    state: dict[str, Any] = Field(default={}, sa_type=Json)
    held: int = 0
    held_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    complete_reads: int = 0
    last_complete_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class QuarantinedRow(SQLModel, table=True):
    """A row that could not be read, with its raw text, until it can be or is gone.

    ``fingerprint`` is stable for the same row, so that it is listed once however often
    it comes. ``resolved_at`` is set when a complete read no longer brings it.
    """

    __tablename__ = "quarantine"
    __table_args__ = (UniqueConstraint("connection_id", "stream", "fingerprint"),)

    id: int | None = Field(default=None, primary_key=True)
    connection_id: int = Field(foreign_key="connections.id", ondelete="CASCADE")
    stream: str = Field(sa_type=Text)
    fingerprint: str = Field(sa_type=Text)
    external_id: str | None = Field(default=None, sa_type=Text)
    place: str = Field(default="", sa_type=Text)
    reason: str = Field(sa_type=Text)
    raw: str = Field(sa_type=Text)
    run_id: int
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ColumnMapping(SQLModel, table=True):
    """How the columns of a spreadsheet with this header were mapped, for the next such file."""

    __tablename__ = "column_mappings"

    fingerprint: str = Field(primary_key=True, sa_type=Text)
    mapping: dict[str, Any] = Field(sa_type=Json)
    saved_at: datetime = Field(sa_type=UtcDateTime)
