"""Connections: add, edit, pause, remove, and what is stored of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.core import timing
from app.core.columns import TABLES
from app.core.zones import zone_of, zones
from app.errors import Conflict, Invalid, NotFound
from app.models import Connection, Health, QuarantinedRow, RunOutcome, StreamState, SyncRun
from app.secrets import Locked, Vault
from app.services import absence, apart, configs
from app.services.unique import only_one
from connectors import registry
from connectors.sdk import redact
from connectors.sdk.manifest import ConnectorConfig, Manifest

EDITED = "The connection was edited meanwhile."
"""Why a run was broken off."""


@dataclass(frozen=True, kw_only=True)
class ScheduleInput:
    """How often a connection is synced, as a person enters it. Either interval or cron."""

    interval_minutes: int | None = None
    cron: str | None = None
    jitter_minutes: int = 0
    quiet_hours: str | None = None
    time_zone: str = "UTC"


# Settings and secrets


def config_of(connection: Connection, vault: Vault) -> ConnectorConfig:
    """The settings as the connector takes them. Raises ``Locked`` or ``Invalid``."""
    manifest = registry.connector(connection.connector).manifest
    hidden = vault.open(connection.secrets)
    redact.register(*(str(value) for value in hidden.values()))
    return configs.validate(manifest, {**connection.config, **hidden})


def schedule_of(connection: Connection) -> timing.Schedule:
    """The connection's schedule as the timing rules take it."""
    return timing.Schedule(
        key=f"{connection.id}:{connection.name}",
        interval=timedelta(minutes=connection.interval_minutes)
        if connection.interval_minutes
        else None,
        cron=connection.cron,
        zone=zone_of(connection.time_zone),
        jitter=timedelta(minutes=connection.jitter_minutes),
        quiet=connection.quiet_hours,
    )


# Verbs


def add(
    session: Session,
    *,
    name: str,
    connector: str,
    values: Mapping[str, Any],
    vault: Vault,
    now: datetime,
    schedule: ScheduleInput | None = None,
    asked_by_id: int | None = None,
    sample: bool = False,
) -> Connection:
    """A new connection, due at once; one of the ``sample`` company never by itself.

    Raises ``Invalid``, ``Conflict`` or ``SampleInTheWay``.
    """
    if not sample:
        apart.refuse_beside_sample(session)
    manifest = manifest_of(connector)
    config = configs.validate(manifest, values)
    free(session, name)
    plain, hidden = configs.split(config)
    connection = Connection(
        name=name.strip(),
        connector=connector,
        config=plain,
        secrets=vault.seal(hidden),
        interval_minutes=int(manifest.interval.total_seconds() // 60),
        next_due_at=None if sample else now,
        asked_by_id=asked_by_id,
        created_at=now,
        enabled=not sample,
        sample=sample,
    )
    if schedule is not None:
        _set_schedule(connection, manifest, schedule)
    with only_one(session, _taken(name)):
        session.add(connection)
    return connection


def edit(
    session: Session,
    connection_id: int,
    *,
    name: str,
    values: Mapping[str, Any],
    vault: Vault,
    now: datetime,
    schedule: ScheduleInput | None = None,
    asked_by_id: int | None = None,
) -> Connection:
    """Change a connection; a secret that is left empty stays. It becomes due at once.

    A sync that runs with the old settings can write no more: what it finds out says nothing
    about the new ones.
    """
    connection = _held_alone(session, connection_id)
    apart.refuse_of_sample(connection)
    manifest = manifest_of(connection.connector)
    config = configs.validate(manifest, with_kept_secrets(connection, values, vault))
    if name.strip() != connection.name:
        free(session, name)
        with only_one(session, _taken(name)):
            connection.name = name.strip()
    plain, hidden = configs.split(config)
    if (plain, hidden) != (connection.config, stored_secrets(connection, vault)):
        _take_away(session, connection, now=now, why=EDITED)
    connection.config, connection.secrets = plain, vault.seal(hidden)
    if schedule is not None:
        _set_schedule(connection, manifest, schedule)
    _begin_anew(connection, now=now, asked_by_id=asked_by_id)
    return connection


def set_values(
    session: Session,
    connection_id: int,
    values: Mapping[str, Any],
    *,
    now: datetime,
    asked_by_id: int | None = None,
) -> Connection:
    """Change some settings of a connection that has no secret; otherwise as ``edit``."""
    connection = _held_alone(session, connection_id)
    apart.refuse_of_sample(connection)
    manifest = manifest_of(connection.connector)
    plain, _ = configs.split(configs.validate(manifest, {**connection.config, **values}))
    if plain != connection.config:
        _take_away(session, connection, now=now, why=EDITED)
    connection.config = plain
    _begin_anew(connection, now=now, asked_by_id=asked_by_id)
    return connection


def with_kept_secrets(
    connection: Connection, values: Mapping[str, Any], vault: Vault
) -> dict[str, Any]:
    """The entered values, with the stored secret where "" was entered; None forgets it."""
    secret = configs.secret_names(manifest_of(connection.connector).config)
    entered = {k: v for k, v in values.items() if not (k in secret and v == "")}
    return {**stored_secrets(connection, vault), **entered}


def stored_secrets(connection: Connection, vault: Vault) -> dict[str, Any]:
    """The secrets that can be read: none under a key that is lost, so that they are asked anew."""
    try:
        return vault.open(connection.secrets)
    except Locked:
        return {}


def shared(connection: Connection, vault: Vault) -> str:
    """What of a connection may be handed on as a file, without its secrets.

    Raises ``Invalid`` where its connector is no declaration.
    """
    manifest = manifest_of(connection.connector)
    name = configs.shared_name(manifest.config)
    if name is None:
        raise Invalid(
            f"{connection.name} is no declaration: {manifest.name} is written in Python.",
            remedy="What it reads stands in its documentation.",
        )
    text = str(connection.config.get(name) or "")
    return redact.mask(text, map(str, stored_secrets(connection, vault).values()))


def replace_secret(
    session: Session, connection_id: int, name: str, *, used: str, new: str, vault: Vault
) -> None:
    """A secret that the platform gave in place of ``used``; what a person entered since stays.

    It is no edit: a sync that runs goes on, and whoever lost its lease still stores it, because
    the one before it is of no use any more.
    """
    connection = session.get(Connection, connection_id, with_for_update={"key_share": True})
    if connection is None or connection.removed_at is not None:
        return
    stored = stored_secrets(connection, vault)
    if stored.get(name) == used:
        connection.secrets = vault.seal({**stored, name: new})


def _set_schedule(connection: Connection, manifest: Manifest, entered: ScheduleInput) -> None:
    fields: dict[str, str] = {}
    if entered.time_zone not in zones():
        raise Invalid("The schedule cannot be kept.", fields={"time_zone": "Choose a time zone."})
    connection.cron = (entered.cron or "").strip() or None
    connection.interval_minutes = None if connection.cron else entered.interval_minutes
    connection.jitter_minutes = entered.jitter_minutes
    connection.quiet_hours = (entered.quiet_hours or "").strip() or None
    connection.time_zone = entered.time_zone
    least = int(manifest.minimum_interval.total_seconds() // 60)
    if not connection.cron and (entered.interval_minutes or 0) < least:
        fields["interval_minutes"] = f"{manifest.name} is read at most every {least} minutes."
    if not 0 <= entered.jitter_minutes <= 24 * 60:
        fields["jitter_minutes"] = "From 0 to 1440 minutes."
    fields |= timing.problems(schedule_of(connection))
    if fields:
        raise Invalid("The schedule cannot be kept.", fields=fields)


def pause(
    session: Session,
    connection_id: int,
    *,
    paused: bool,
    now: datetime,
    asked_by_id: int | None = None,
) -> Connection:
    """Stop or resume the scheduled syncs of a connection."""
    connection = get(session, connection_id)
    apart.refuse_of_sample(connection)
    connection.enabled = not paused
    if not paused:
        _make_due(connection, now=now, asked_by_id=asked_by_id)
    return connection


def remove(session: Session, connection_id: int, *, now: datetime, actor_id: int | None) -> None:
    """Forget the credentials and stop syncing; its items stay, shown as removed (P1)."""
    connection = _held_alone(session, connection_id)
    apart.refuse_of_sample(connection)
    for name in TABLES:
        table = SQLModel.metadata.tables[name]
        live = sa.select(table.c.id).where(
            table.c.connection_id == connection_id, table.c.removed_at.is_(None)
        )
        ids = list(session.execute(live).scalars())
        absence.remove(session, name, ids, now=now, actor_id=actor_id)
    connection.secrets = ""
    connection.config = {}
    connection.enabled = False
    connection.next_due_at = None
    _take_away(session, connection, now=now, why="The connection was removed meanwhile.")
    connection.removed_at = now
    connection.name = f"{connection.name} (removed {now:%Y-%m-%d %H:%M:%S}, {connection.id})"


def _held_alone(session: Session, connection_id: int) -> Connection:
    """The connection; whoever takes, stores or finishes a sync of it waits until we are done."""
    session.get(Connection, connection_id, with_for_update={"key_share": True})
    return get(session, connection_id)


def _take_away(session: Session, connection: Connection, *, now: datetime, why: str) -> None:
    """A sync that runs now cannot write any more."""
    assert connection.id is not None
    connection.fence += 1
    connection.lease_owner = connection.lease_until = None
    interrupt(session, connection.id, now=now, why=why)


def interrupt(session: Session, connection_id: int, *, now: datetime, why: str) -> None:
    """Close the run that is still open, if there is one: it will not be finished."""
    session.connection().execute(
        sa.update(SyncRun)
        .where(col(SyncRun.connection_id) == connection_id, col(SyncRun.outcome).is_(None))
        .values(outcome=RunOutcome.INTERRUPTED, finished_at=now, progress=None, error=why)
    )


def sync_now(
    session: Session, connection_id: int, *, now: datetime, asked_by_id: int | None = None
) -> None:
    """Make it due; whoever runs syncs takes it up. Signing in again is not needed for this."""
    connection = get(session, connection_id)
    apart.refuse_of_sample(connection)
    _make_due(connection, now=now, asked_by_id=asked_by_id)


def _begin_anew(connection: Connection, *, now: datetime, asked_by_id: int | None) -> None:
    """With its new settings: what went wrong with the old ones says nothing about them."""
    if connection.health in (Health.NEEDS_SIGN_IN, Health.BROKEN):
        connection.health = Health.NEW
        connection.error = connection.error_kind = connection.remedy = None
    connection.failures = 0
    _make_due(connection, now=now, asked_by_id=asked_by_id)


def _make_due(connection: Connection, *, now: datetime, asked_by_id: int | None) -> None:
    connection.next_due_at, connection.asked_by_id = now, asked_by_id


# Reading


def get(session: Session, connection_id: int) -> Connection:
    """One connection that was not removed; raises ``NotFound``."""
    found = session.get(Connection, connection_id)
    if found is None or found.removed_at is not None:
        raise NotFound("There is no such connection.")
    return found


def by_name(session: Session, name: str) -> Connection:
    """One connection by its name; raises ``NotFound`` that names the ones there are."""
    found = session.exec(
        select(Connection).where(Connection.name == name, col(Connection.removed_at).is_(None))
    ).first()
    if found is None:
        known = ", ".join(connection.name for connection in every(session)) or "none yet"
        raise NotFound(f"There is no connection named {name}.", remedy=f"There are: {known}.")
    return found


def every(session: Session) -> list[Connection]:
    """All connections that were not removed, by name."""
    statement = select(Connection).where(col(Connection.removed_at).is_(None))
    return list(session.exec(statement.order_by(Connection.name)))


def runs(session: Session, connection_id: int, *, limit: int = 20) -> list[SyncRun]:
    """The newest runs of a connection first."""
    statement = select(SyncRun).where(SyncRun.connection_id == connection_id)
    return list(session.exec(statement.order_by(col(SyncRun.id).desc()).limit(limit)))


def run(session: Session, run_id: int) -> SyncRun:
    """One run; raises ``NotFound``."""
    found = session.get(SyncRun, run_id)
    if found is None:
        raise NotFound("There is no such sync run.")
    return found


def streams(session: Session, connection_id: int) -> list[StreamState]:
    """The state of each stream that was ever read."""
    statement = select(StreamState).where(StreamState.connection_id == connection_id)
    return list(session.exec(statement.order_by(StreamState.stream)))


def quarantine(session: Session, connection_id: int, *, limit: int = 200) -> list[QuarantinedRow]:
    """Rows that could not be read and still cannot, newest first."""
    statement = select(QuarantinedRow).where(
        QuarantinedRow.connection_id == connection_id, col(QuarantinedRow.resolved_at).is_(None)
    )
    return list(session.exec(statement.order_by(col(QuarantinedRow.id).desc()).limit(limit)))


def quarantined_count(session: Session, connection_id: int | None = None) -> int:
    """How many rows wait in quarantine, of one connection or of all."""
    statement = (
        sa.select(sa.func.count())
        .select_from(QuarantinedRow)
        .where(col(QuarantinedRow.resolved_at).is_(None))
    )
    if connection_id is not None:
        statement = statement.where(col(QuarantinedRow.connection_id) == connection_id)
    return int(session.execute(statement).scalar_one())


def manifest_of(connector: str) -> Manifest:
    """The connector's own description; raises ``NotFound`` that names the ones there are."""
    try:
        return registry.connector(connector).manifest
    except registry.UnknownConnector:
        known = ", ".join(sorted(registry.connectors()))
        raise NotFound(
            f"There is no connector named {connector}.", remedy=f"There are: {known}."
        ) from None


def free(session: Session, name: str) -> None:
    """Raises ``Invalid`` or ``Conflict`` where a new connection cannot have that name."""
    if not name.strip():
        raise Invalid("The connection needs a name.", fields={"name": "Enter a name."})
    if session.exec(select(Connection).where(Connection.name == name.strip())).first():
        raise Conflict(_taken(name))


def _taken(name: str) -> str:
    return f"There is a connection named {name.strip()} already."
