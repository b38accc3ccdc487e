"""What the pages of the sources show: health in words, runs, streams, quarantine, held removals."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core import retention
from app.core.columns import TABLES
from app.core.tiles import Tile, tile_for
from app.core.words import Clock
from app.models import COUNTS, Connection, QuarantinedRow, RunOutcome, StreamState, SyncRun
from app.services import configs, people, sources
from app.services.lines import source_line
from app.services.pages import Health, SourceLine
from app.services.source_words import Advice, advice, asked, every, schedule
from connectors.sdk.manifest import Completeness, Manifest, StreamSpec

RUNNING = "running"
"""What stands for the outcome of a run that has not ended."""
SHOWN_BAD = 200
RUNS = 20
MODES: Mapping[Completeness, str] = {
    Completeness.FULL_LIST: "the whole list",
    Completeness.WINDOW: "all within its dates",
    Completeness.UNKNOWN: "cannot prove what is gone",
}
WORST_FIRST = (
    Health.NEEDS_SIGN_IN,
    Health.BROKEN,
    Health.FAILING,
    Health.STALE,
    Health.WAITING,
    Health.PAUSED,
    Health.FRESH,
    Health.SAMPLE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RunLine:
    """One sync run. ``outcome`` is "running" until it ends; ``progress`` says how far it is.

    ``asked`` says what or who began it. ``derived`` deadlines followed from funds and
    certifications that were read: they count among new, changed and unchanged, but not among
    the rows read.
    """

    id: int
    started_at: datetime
    outcome: str
    counts: Mapping[str, int]
    asked: str = ""
    derived: int = 0
    seconds: float | None = None
    error: str | None = None
    remedy: str | None = None
    progress: str | None = None

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.outcome == RUNNING

    @property
    def tone(self) -> str:
        """The outcome as a colour."""
        tones = {RunOutcome.OK: "good", RunOutcome.FAILED: "late", RUNNING: ""}
        return tones.get(self.outcome, "soon")


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceRow:
    """One source in the list of all."""

    line: SourceLine
    platform: str
    tile: Tile
    every: str
    advice: Advice
    records: int
    quarantined: int
    held: int
    next_due_at: datetime | None
    last: RunLine | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SourcesPage:
    """All sources, the ones that need somebody first."""

    rows: tuple[SourceRow, ...]

    @property
    def troubled(self) -> int:
        """How many are not fresh."""
        return sum(not row.line.health.trusted for row in self.rows)


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamLine:
    """One kind of record that the source lists, and how far its last read went.

    ``held`` records are missing from two whole reads, but too many at once to be removed
    without a person.
    """

    name: str
    title: str
    proves: str
    complete_at: datetime | None
    records: int
    held: int
    held_since: datetime | None
    error: str | None
    not_offered: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class BadRow:
    """A row that could not be read: where it stands, why, and its raw text."""

    place: str
    stream: str
    reason: str
    raw: str
    since: datetime
    seen_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SourcePage:
    """One source. ``live``: a sync runs or is about to begin, so that the page will change.

    ``file`` is the name of the uploaded file that it reads, if it reads one; ``sheets`` of a
    spreadsheet how many of its sheets were read last.
    """

    row: SourceRow
    enabled: bool
    live: bool
    schedule: str
    error: str | None
    runs: tuple[RunLine, ...]
    streams: tuple[StreamLine, ...]
    bad: tuple[BadRow, ...]
    gives_not: tuple[str, ...]
    connector: str
    file: str
    sheets: int
    runs_kept_days: int = retention.RUNS.days


def sources_page(session: Session, *, clock: Clock) -> SourcesPage:
    """Every source with its health; the troubled ones first."""
    records = _live(session, "connection_id")
    bad, held = _per_connection(session)
    rows = [
        _row(
            connection,
            last=_last_run(session, connection),
            records=records[connection.id],
            quarantined=bad.get(connection.id, 0),
            held=held.get(connection.id, 0),
            clock=clock,
        )
        for connection in sources.every(session)
    ]
    return SourcesPage(rows=tuple(sorted(rows, key=_trouble)))


def _trouble(row: SourceRow) -> tuple[int, str]:
    return WORST_FIRST.index(row.line.health), row.line.name.casefold()


def source_page(session: Session, connection_id: int, *, clock: Clock) -> SourcePage:
    """One source; raises ``NotFound``."""
    connection = sources.get(session, connection_id)
    manifest = configs.manifest_or_none(connection.connector)
    runs = _runs(session, connection_id, limit=RUNS)
    specs = configs.streams_of(manifest, connection.config) if manifest else ()
    all_specs = (*(manifest.streams if manifest else ()), *specs)
    titles = {spec.name: spec.title for spec in all_specs}
    streams = _streams(session, connection, specs, titles, runs)
    row = _row(
        connection,
        last=next((run for run in runs if not run.running), None),
        records=sum(stream.records for stream in streams),
        quarantined=sources.quarantined_count(session, connection_id),
        held=sum(stream.held for stream in streams),
        clock=clock,
    )
    running = bool(runs) and runs[0].running
    due = connection.next_due_at is not None and connection.next_due_at <= clock.now
    return SourcePage(
        row=row,
        enabled=connection.enabled,
        live=running or (connection.enabled and due),
        schedule=schedule(connection),
        error=connection.error,
        runs=runs,
        streams=streams,
        bad=tuple(
            _bad(row, titles) for row in sources.quarantine(session, connection_id, limit=SHOWN_BAD)
        ),
        gives_not=manifest.gives_not if manifest else (),
        connector=connection.connector,
        file=str(connection.config.get("file") or ""),
        sheets=sum(
            len(one.state.get("sheets", ())) for one in sources.streams(session, connection_id)
        ),
    )


def tile_of(manifest: Manifest) -> Tile:
    """The platform's own tile."""
    return Tile(letters=manifest.badge, colour=manifest.colour)


def _row(
    connection: Connection,
    *,
    last: RunLine | None,
    records: int,
    quarantined: int,
    held: int,
    clock: Clock,
) -> SourceRow:
    manifest = configs.manifest_or_none(connection.connector)
    line = source_line(connection, now=clock.now)
    return SourceRow(
        line=line,
        platform=manifest.name if manifest else f"{connection.connector} (not installed)",
        tile=tile_of(manifest) if manifest else tile_for(connection.name),
        every=every(connection),
        advice=advice(connection, line.health, now=clock.now),
        records=records,
        quarantined=quarantined,
        held=held,
        next_due_at=connection.next_due_at if connection.enabled else None,
        last=last,
    )


def _runs(session: Session, connection_id: int, *, limit: int) -> tuple[RunLine, ...]:
    found = sources.runs(session, connection_id, limit=limit)
    askers = people.names(session, {run.asked_by_id for run in found} - {None})
    return tuple(_run(run, asked(run.trigger, askers.get(run.asked_by_id))) for run in found)


def _run(run: SyncRun, asked: str = "") -> RunLine:
    assert run.id is not None
    return RunLine(
        id=run.id,
        started_at=run.started_at,
        outcome=run.outcome or RUNNING,
        asked=asked,
        counts={name: getattr(run, name) for name in COUNTS},
        derived=sum(outcome.get("derived", 0) for outcome in run.streams.values()),
        seconds=run.seconds,
        error=run.error,
        remedy=run.remedy,
        progress=run.progress,
    )


def _last_run(session: Session, connection: Connection) -> RunLine | None:
    assert connection.id is not None
    newest = map(_run, sources.runs(session, connection.id, limit=2))
    return next((run for run in newest if not run.running), None)


def _streams(
    session: Session,
    connection: Connection,
    named: tuple[StreamSpec, ...],
    titles: Mapping[str, str],
    runs: tuple[RunLine, ...],
) -> tuple[StreamLine, ...]:
    """The streams that the connection reads, then those that are stored and no longer read."""
    assert connection.id is not None
    stored = {state.stream: state for state in sources.streams(session, connection.id)}
    specs = {spec.name: spec for spec in named}
    records = _live(session, "stream", connection.id)
    errors = _said(session, runs, "error")
    not_offered = _said(session, runs, "not_offered")
    return tuple(
        _stream(
            stored.get(name),
            name=name,
            title=titles.get(name, name),
            proves=MODES[specs[name].completeness] if name in specs else "no longer read",
            records=records[name],
            error=errors.get(name),
            not_offered=not_offered.get(name),
        )
        for name in dict.fromkeys((*specs, *stored))
    )


def _stream(
    state: StreamState | None,
    *,
    name: str,
    title: str,
    proves: str,
    records: int,
    error: str | None,
    not_offered: str | None,
) -> StreamLine:
    return StreamLine(
        name=name,
        title=title,
        proves=proves,
        complete_at=state.last_complete_at if state else None,
        records=records,
        held=state.held if state else 0,
        held_since=state.held_since if state else None,
        error=error,
        not_offered=not_offered,
    )


def _said(session: Session, runs: tuple[RunLine, ...], what: str) -> dict[str, str]:
    """The sentence of that name of each stream in the newest run that has ended."""
    ended = next((run for run in runs if not run.running), None)
    if ended is None:
        return {}
    outcomes: dict[str, dict[str, Any]] = sources.run(session, ended.id).streams
    return {name: outcome[what] for name, outcome in outcomes.items() if outcome.get(what)}


def _bad(row: QuarantinedRow, titles: Mapping[str, str]) -> BadRow:
    return BadRow(
        place=row.place,
        stream=titles.get(row.stream, row.stream),
        reason=row.reason,
        raw=row.raw,
        since=row.first_seen_at,
        seen_at=row.last_seen_at,
    )


def _live(session: Session, by: str, connection_id: int | None = None) -> Counter[Any]:
    """How many records are live, by connection or (of one connection) by stream."""
    found: Counter[Any] = Counter()
    for name in TABLES:
        table = SQLModel.metadata.tables[name]
        statement = sa.select(table.c[by], sa.func.count()).where(table.c.removed_at.is_(None))
        if connection_id is not None:
            statement = statement.where(table.c.connection_id == connection_id)
        for of, count in session.execute(statement.group_by(table.c[by])):
            found[of] += count
    return found


def _per_connection(session: Session) -> tuple[dict[int | None, int], dict[int | None, int]]:
    """Unreadable rows, and held removals, by connection."""
    bad_rows = SQLModel.metadata.tables["quarantine"]
    states = SQLModel.metadata.tables["stream_states"]
    bad = session.execute(
        sa.select(bad_rows.c.connection_id, sa.func.count())
        .where(bad_rows.c.resolved_at.is_(None))
        .group_by(bad_rows.c.connection_id)
    )
    held = session.execute(
        sa.select(states.c.connection_id, sa.func.sum(states.c.held)).group_by(
            states.c.connection_id
        )
    )
    return {row[0]: row[1] for row in bad}, {row[0]: int(row[1] or 0) for row in held}
