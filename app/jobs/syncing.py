"""One sync, a straight line: claim, read between transactions, store a stream at a time, finish."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app import crash
from app.config import Settings
from app.db import Database
from app.errors import AppError, NotFound, NotSetUp
from app.jobs import holding
from app.keeping import Kept
from app.models import RunOutcome, SyncRun
from app.secrets import Vault
from app.services import configs, imports, sources, syncing, uploads
from app.services.reading import Outcome, StreamReading
from connectors import registry
from connectors.sdk import errors
from connectors.sdk.connector import (
    Complete,
    Connector,
    Copy,
    NotOffered,
    Page,
    ReadContext,
    Unchanged,
)
from connectors.sdk.http import HttpSession
from connectors.sdk.manifest import Completeness, ConnectorConfig, StreamSpec
from connectors.sdk.policy import policy_of
from connectors.sdk.redact import Screen

log = logging.getLogger(__name__)

MOST_UNREADABLE = 0.5
FEWEST_TO_JUDGE = 10

SEVERITY: tuple[type[errors.ConnectorError], ...] = (
    errors.AuthFailed,
    errors.ConfigInvalid,
    errors.RateLimited,
    errors.Unavailable,
    errors.FormatChanged,
    errors.Incomplete,
)
"""Of several streams' problems the first of these decides the connection's health."""

STOPS = (errors.AuthFailed, errors.ConfigInvalid, errors.RateLimited, errors.Unavailable)
"""Problems that other streams of the same connection would meet as well, but for a list that
this sign-in may not see.
"""


def utc_now() -> datetime:
    """The edge's clock."""
    return datetime.now(UTC)


def worker_name() -> str:
    """Who holds a lease: host, process and a random part, for people who look at the table."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What a running sync tells whoever watches."""

    stream: str
    title: str
    outcome: Outcome
    expected: int | None = None
    done: bool = False


@dataclass(kw_only=True)
class Syncer:
    """All that a sync needs beside its claim. Thread-safe; one for the process."""

    database: Database
    vault: Vault
    settings: Settings
    owner: str = field(default_factory=worker_name)
    now: Callable[[], datetime] = utc_now
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(
        self,
        connection_id: int,
        *,
        trigger: str,
        only_due: bool = False,
        watch: Callable[[Progress], None] | None = None,
    ) -> SyncRun | None:
        """Sync one connection; None when somebody else has it. A source's fault is in the run."""
        owner = f"{self.owner}:{uuid4().hex[:8]}"
        with holding.at_work(self._signs, owner):
            with self.database.read() as session:
                ended = self._ended(session)
            with self.database.write(counts=False) as session:
                claim = syncing.claim(
                    session,
                    connection_id,
                    owner=owner,
                    now=self.now(),
                    trigger=trigger,
                    only_due=only_due,
                    ended=ended,
                )
            return None if claim is None else self._go(claim, watch)

    def due(self, *, limit: int) -> list[int]:
        """Connections that are due and that nobody is at work on, the longest waiting first."""
        with self.database.read() as session:
            ended = self._ended(session)
            return syncing.due(session, now=self.now(), limit=limit, ended=ended)

    @property
    def _signs(self) -> Path:
        return self.settings.data_dir / "running"

    def _ended(self, session: Session) -> list[str]:
        return holding.ended(self._signs, lambda: syncing.holders(session))

    def _go(self, claim: syncing.Claim, watch: Callable[[Progress], None] | None) -> SyncRun | None:
        crash.here("claimed")
        try:
            return _Run(self, claim, watch).go()
        except syncing.LeaseLost:
            log.warning(
                "sync of connection %s lost its lease; nothing written", claim.connection_id
            )
            with self.database.read() as session, suppress(NotFound):  # wiped with its sample
                return sources.run(session, claim.run_id)
            return None
        except (KeyboardInterrupt, SystemExit):  # stopped by hand: whoever is next need not wait
            with self.database.write() as session:
                syncing.let_go(session, claim, now=self.now())
            raise


@dataclass(frozen=True, kw_only=True)
class _Source:
    """What a run reads: a platform with one connection's settings, and its uploads."""

    connector: Connector
    config: ConnectorConfig
    files: Path


class _Run:
    """One claimed run."""

    def __init__(
        self, syncer: Syncer, claim: syncing.Claim, watch: Callable[[Progress], None] | None
    ) -> None:
        self.syncer = syncer
        self.database = syncer.database
        self.claim = claim
        self.watch = watch or (lambda _progress: None)
        self.problems: list[errors.ConnectorError] = []
        self.whole = True
        self.copies: list[Copy | None] = []
        self.held_at = syncer.now()
        self.started = time.monotonic()

    def go(self) -> SyncRun:
        try:
            source = self._load()
        except NotSetUp as lack:
            log.warning("connection %s cannot be synced: %s", self.claim.connection_id, lack)
            return self._finish(lack)
        except AppError as error:
            return self._finish(errors.ConfigInvalid(error.message, remedy=error.remedy))
        manifest = source.connector.manifest
        policy = policy_of(manifest, source.config, self.syncer.settings.allowed_private_hosts)
        with HttpSession(policy) as http:
            for spec in manifest.streams_of(source.config):
                if not self._stream(source, spec, http):
                    self.whole = False
                    if _stops(self.problems[-1]) and not self._read_any():
                        break
        run = self._finish(self._worst())
        if run.outcome == RunOutcome.OK:
            self._tidy(source, run)
        return run

    def _tidy(self, source: _Source, run: SyncRun) -> None:
        """An upload is read whole: the file that it took the place of is of no use any more."""
        try:
            uploads.tidy(source.files, configs.files_of(source.config), before=run.started_at)
        except OSError:
            log.warning("an old upload of connection %s stays", run.connection_id, exc_info=True)

    def _load(self) -> _Source:
        with self.database.read() as session:
            connection = sources.get(session, self.claim.connection_id)
        try:
            connector = registry.connector(connection.connector)
        except registry.UnknownConnector:
            raise NotSetUp(
                f"The connector {connection.connector} is not installed.",
                remedy="Install the package that brings it, or remove the connection.",
            ) from None
        config = sources.config_of(connection, self.syncer.vault)
        with self.database.read() as session:
            config = imports.knowing_columns(session, config)
        return _Source(
            connector=connector,
            config=config,
            files=self.syncer.settings.uploads / str(connection.id),
        )

    def _stream(self, source: _Source, spec: StreamSpec, http: HttpSession) -> bool:
        """Read and store one stream; True when it was read to its proven end."""
        with self.database.read() as session:
            state = syncing.state_of(session, self.claim, spec.name)
        context = ReadContext(
            http=http,
            now=self.syncer.now(),
            state=state,
            files=source.files,
            secrets=Kept(self.database, self.syncer.vault, self.claim.connection_id),
        )
        with StreamReading(
            self.database.read,
            connection_id=self.claim.connection_id,
            stream=spec.name,
            zone=self.syncer.settings.zone,
            lists_all=spec.completeness is not Completeness.UNKNOWN,
            prose=spec.prose,
            screen=Screen(map(str, configs.split(source.config)[1].values())),
        ) as reading:
            problem = self._read(source, spec, context, reading)
            if problem is not None:
                self.problems.append(problem)
                reading.outcome.error = problem.message
                reading.outcome.error_kind = type(problem).__name__
            crash.here(f"read:{spec.name}")
            with self.database.write() as session:
                syncing.store(session, self.claim, reading, now=self.syncer.now())
                crash.here(f"storing:{spec.name}")
            crash.here(f"stored:{spec.name}")
            if reading.complete is not None:
                self.copies.append(reading.complete.copy)
            self.watch(
                Progress(stream=spec.name, title=spec.title, outcome=reading.outcome, done=True)
            )
        return problem is None

    def _read(
        self, source: _Source, spec: StreamSpec, context: ReadContext, reading: StreamReading
    ) -> errors.ConnectorError | None:
        """Take the stream's pages in; the problem that ended it, if any."""
        try:
            for step in source.connector.read(spec.name, source.config, context):
                match step:
                    case Complete():
                        reading.end(step)
                    case Unchanged():
                        reading.repeat()
                    case NotOffered(why=why):
                        reading.skip(why)
                    case Page():
                        self._page(spec, step, reading)
            reading.flush()
        except errors.ConnectorError as error:
            reading.give_up()
            reading.flush()
            return error
        except (syncing.LeaseLost, SQLAlchemyError):
            raise  # not the source's fault
        except Exception as error:
            log.exception("connector %s failed", source.connector.manifest.id)
            reading.give_up()
            reading.flush()
            return errors.FormatChanged(
                f"The connector met something it does not understand ({type(error).__name__})."
            )
        return _judge(reading)

    def _page(self, spec: StreamSpec, page: Page, reading: StreamReading) -> None:
        reading.add(page)
        crash.here(f"page:{spec.name}")
        if self.syncer.stopping.is_set():
            raise errors.Incomplete("The process was asked to stop.")
        now = self.syncer.now()
        if (now - self.held_at).total_seconds() >= 1:
            self.held_at = now
            with self.database.write(counts=False) as session:
                syncing.hold(session, self.claim, now=now, progress=_sentence(spec, page, reading))
        if time.monotonic() - self.started > syncing.LONGEST_RUN.total_seconds():
            raise errors.Incomplete("The sync took longer than an hour.")
        self.watch(
            Progress(
                stream=spec.name,
                title=spec.title,
                outcome=reading.outcome,
                expected=page.expected,
            )
        )

    def _read_any(self) -> bool:
        with self.database.read() as session:
            return syncing.any_complete(sources.run(session, self.claim.run_id))

    def _worst(self) -> errors.ConnectorError | None:
        if not self.problems:
            return None
        return min(self.problems, key=_severity)

    def _finish(self, problem: errors.ConnectorError | NotSetUp | None) -> SyncRun:
        crash.here("finishing")
        with self.database.write() as session:
            run = syncing.finish(
                session,
                self.claim,
                problem=problem,
                whole=self.whole and problem is None,
                now=self.syncer.now(),
                seconds=time.monotonic() - self.started,
                copies=self.copies,
            )
        crash.here("finished")
        return run


def _severity(problem: errors.ConnectorError) -> tuple[int, bool]:
    """The lowest decides; what is about one list comes behind what is about the sign-in."""
    rank = next((i for i, kind in enumerate(SEVERITY) if isinstance(problem, kind)), len(SEVERITY))
    return rank, _of_one_list(problem)


def _stops(problem: errors.ConnectorError) -> bool:
    return isinstance(problem, STOPS) and not _of_one_list(problem)


def _of_one_list(problem: errors.ConnectorError) -> bool:
    return isinstance(problem, errors.AuthFailed) and problem.of_one_list


def _judge(reading: StreamReading) -> errors.ConnectorError | None:
    """A read that did not raise can still be no whole read."""
    outcome = reading.outcome
    if outcome.read >= FEWEST_TO_JUDGE and outcome.quarantined > outcome.read * MOST_UNREADABLE:
        reading.give_up()
        return errors.FormatChanged(
            f"{outcome.quarantined} of {outcome.read} rows could not be read."
        )
    if reading.complete is None and not reading.repeats and not outcome.not_offered:
        return errors.Incomplete("The list ended without proof that it was whole.")
    return None


def _sentence(spec: StreamSpec, page: Page, reading: StreamReading) -> str:
    of = f" of {page.expected:,}" if page.expected else ""
    return f"{spec.title}: {reading.outcome.read:,}{of} read"
