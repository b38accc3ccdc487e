"""Wires the application: edges, jobs, start and stop. No logic."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from starlette.types import Lifespan

from app import __version__, garbage
from app.api import calendar_feed
from app.api import edge as api
from app.api.problems import API
from app.config import Settings
from app.db import Database
from app.jobs.calling import NO_PATIENCE, Sender
from app.jobs.mailing import Mailer
from app.jobs.noticing import Messenger
from app.jobs.scheduler import Jobs, jobs_of
from app.jobs.syncing import Syncer, utc_now
from app.mcp import door as mcp
from app.models import Trigger
from app.notify.webhook import Outcome
from app.opening import open_database
from app.secrets import Vault, vault_of
from app.web import edge as web
from app.web.site import Site


def create_app(
    settings: Settings, *, jobs: bool = True, now: Callable[[], datetime] = utc_now
) -> FastAPI:
    """The application. ``jobs`` False: pages and feeds only, for further web processes.

    The schema is brought up to date first; raises ``CannotStart``.
    """
    database = open_database(settings)
    vault = vault_of(settings)
    runner = jobs_of(settings, database, vault, now=now) if jobs else None
    syncer = (
        runner.syncer
        if runner
        else Syncer(database=database, vault=vault, settings=settings, now=now)
    )
    site = Site(
        settings=settings,
        database=database,
        vault=vault,
        now=now,
        read=reader(syncer),
        load_sample=sample_loader(syncer),
        send_digest=digest_sender(settings, database, vault, syncer),
        call=caller(Sender(database=database, vault=vault, settings=settings)),
        say=messenger_of(settings, database, vault, syncer).send_one,
    )
    if runner is not None:
        site = replace(site, wake=runner.wake)
    return with_edges(site, lifespan=_lifespan(settings, database, runner))


def messenger_of(settings: Settings, database: Database, vault: Vault, syncer: Syncer) -> Messenger:
    """Sends a message to people while somebody waits for it."""
    return Messenger(
        database=database, settings=settings, vault=vault, owner=syncer.owner, now=syncer.now
    )


def reader(syncer: Syncer) -> Callable[[int], object]:
    """Reads a connection that somebody changed, while that person waits."""
    return lambda connection_id: syncer.run(connection_id, trigger=Trigger.SCHEDULE, only_due=True)


def caller(sender: Sender) -> Callable[[int], Outcome | None]:
    """Calls a webhook while somebody waits for what it answers."""
    return lambda delivery_id: sender.send(delivery_id, timeout=NO_PATIENCE)


def digest_sender(
    settings: Settings, database: Database, vault: Vault, syncer: Syncer
) -> Callable[[int, int], str]:
    """Sends a person their digest while they wait."""
    mailer = Mailer(
        database=database, settings=settings, vault=vault, owner=syncer.owner, now=syncer.now
    )
    return mailer.send_one


def sample_loader(syncer: Syncer) -> Callable[[int], None]:
    """Begins to load the sample company for an admin."""

    def begin(user_id: int) -> None:
        from app.demo.loading import Loader  # noqa: PLC0415  (brings all simulated platforms)

        Loader(syncer=syncer).begin(user_id)

    return begin


def with_edges(site: Site, *, lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """Pages and feed on one application; what guards them goes around in this order."""
    app = FastAPI(
        title="Partner Inbox",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan or mcp.open_doors,
    )
    api.put_on(app)
    web.put_on(app, site, cookieless=(API, mcp.PATH, calendar_feed.BELOW))
    mcp.put_on(app)
    api.put_around(app)
    return app


def _lifespan(settings: Settings, database: Database, runner: Jobs | None) -> Lifespan[FastAPI]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # The default of 40 threads makes pages on SQLite slower than a few do.
        current_default_thread_limiter().total_tokens = settings.web_threads
        garbage.settle()
        if runner is not None:
            runner.start()
        async with mcp.open_doors(app):
            yield
        if runner is not None:
            runner.stop()
        database.close()

    return lifespan
