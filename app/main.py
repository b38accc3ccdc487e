"""Wires the application: edges, jobs, start and stop. No logic."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI

from app import __version__, garbage
from app.api import edge as api
from app.config import Settings
from app.db import Database, migrate
from app.jobs.keeping import Keeper
from app.jobs.mailing import Mailer
from app.jobs.scheduler import Jobs
from app.jobs.syncing import Syncer, utc_now
from app.secrets import Vault, vault_of
from app.services import restoring
from app.web.edge import put_on
from app.web.site import Site

log = logging.getLogger(__name__)


def create_app(settings: Settings, *, jobs: bool = True) -> FastAPI:
    """The application. ``jobs`` False: pages and feeds only, for further web processes.

    The schema is brought up to date first; raises ``CannotStart``.
    """
    database = open_database(settings)
    vault = vault_of(settings)
    runner = jobs_of(settings, database, vault) if jobs else None
    app = FastAPI(
        title="Partner Inbox",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan(settings, database, runner),
    )
    api.put_on(app)
    site = Site(settings=settings, database=database, vault=vault)
    put_on(app, replace(site, wake=runner.wake) if runner else site)
    api.put_around(app)
    return app


def open_database(settings: Settings) -> Database:
    """The database with the newest schema, ready for use; raises ``CannotStart``.

    A backup that was put back is settled before anybody gets in and before anything leaves.
    """
    migrate(settings.database)
    database = Database(settings.database)
    with database.read() as session:
        copy = restoring.is_copy(session)
    if copy:
        with database.write() as session:
            restoring.settle(session, now=utc_now())
        log.warning("A backup was put back. What may have been sent since then is not sent again.")
    return database


def jobs_of(settings: Settings, database: Database, vault: Vault) -> Jobs:
    """Everything that happens by itself, not yet started."""
    syncer = Syncer(database=database, vault=vault, settings=settings)
    mailer = Mailer(
        database=database,
        settings=settings,
        owner=syncer.owner,
        now=syncer.now,
        stopping=syncer.stopping,
    )
    keeper = Keeper(
        database=database, uploads=settings.uploads, now=syncer.now, stopping=syncer.stopping
    )
    return Jobs(syncer, also=(mailer.send_alerts, mailer.send_digests, keeper.prune))


def _lifespan(settings: Settings, database: Database, runner: Jobs | None):  # type: ignore[no-untyped-def]  # FastAPI's own type is an unnamed callable
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # The default of 40 threads makes pages on SQLite slower than a few do.
        current_default_thread_limiter().total_tokens = settings.web_threads
        garbage.settle()
        if runner is not None:
            runner.start()
        yield
        if runner is not None:
            runner.stop()
        database.close()

    return lifespan
