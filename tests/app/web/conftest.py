"""The HTML edge on a real database; for browsers, behind a real server on loopback."""

import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from playwright.sync_api import Page
from pydantic import SecretStr
from sqlmodel import Session
from starlette.testclient import TestClient

from app.config import Settings
from app.db import Database
from app.jobs.syncing import Syncer
from app.main import reader, with_edges
from app.secrets import Vault
from app.services import accounts, sources
from app.web.site import Site
from connectors import registry
from tests.app.web.portal import SECRET, Portal
from tests.support.visitor import Visitor

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
KEY = "k" * 32


@pytest.fixture
def engine_name() -> str:
    """Pages are above the database: one engine is enough here."""
    return "sqlite"


def make_site(database: Database, public_url: str, folder: Path, **given: Any) -> Site:
    settings = Settings(
        data_dir=folder,
        secret_key=SecretStr(KEY),
        public_url=public_url,
        time_zone="Europe/Berlin",
        **{"max_file_mb": 1, **given},
    )
    vault = Vault([KEY])
    syncer = Syncer(database=database, vault=vault, settings=settings, now=lambda: NOW)
    return Site(
        settings=settings, database=database, vault=vault, now=lambda: NOW, read=reader(syncer)
    )


@asynccontextmanager
async def few_threads(_app: FastAPI) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = 4
    yield


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Site:
    return make_site(database, "http://testserver", tmp_path)


@pytest.fixture
def app(site: Site) -> FastAPI:
    return with_edges(site)


@pytest.fixture
def visitor(app: FastAPI) -> Iterator[TestClient]:
    """Somebody who is not signed in, with a browser of today."""
    with Visitor(app, follow_redirects=False, headers=SAME_ORIGIN) as client:
        yield client


def add_dana(session: Session) -> int:
    """Adds the admin, who lives in Berlin; her id."""
    user = accounts.add_user(
        session,
        email="dana@partner.example",
        name="Dana Kim",
        is_admin=True,
        time_zone="Europe/Berlin",
        now=NOW,
    )
    assert user.id is not None
    return user.id


@pytest.fixture
def admin(site: Site) -> int:
    """The id of Dana, the admin."""
    with site.database.write() as session:
        return add_dana(session)


@pytest.fixture
def client(visitor: TestClient, admin: int, site: Site) -> TestClient:
    """Dana, signed in; without a password, because hashing one takes longer than most tests."""
    with site.database.write() as session:
        token = accounts.open_session(session, admin, now=NOW)
    visitor.cookies.set("partner-inbox-session", token)
    return visitor


@pytest.fixture
def portal() -> Iterator[Portal]:
    connector = Portal()
    with registry.installed(connector):
        yield connector


@pytest.fixture
def syncer(site: Site) -> Syncer:
    return Syncer(database=site.database, vault=site.vault, settings=site.settings, now=lambda: NOW)


@pytest.fixture
def source(portal: Portal, site: Site, admin: int) -> int:
    """A connection to the portal, due now."""
    with site.database.write() as session:
        added = sources.add(
            session,
            name="The portal",
            connector="scripted",
            values={"account": "42", "password": SECRET},
            vault=site.vault,
            now=NOW,
        )
    assert added.id is not None
    return added.id


class Loopback:
    """A real server in a thread, with as few worker threads as ours has."""

    def __init__(self, database: Database, folder: Path, **given: Any) -> None:
        # Named as TCP, because asyncio turns delays off only for sockets that say so.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.site = make_site(database, self.url, folder, **given)
        app = with_edges(self.site, lifespan=few_threads)
        config = uvicorn.Config(app, log_level="warning", lifespan="on")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]})
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()


@pytest.fixture
def served(database: Database, tmp_path: Path) -> Iterator[Loopback]:
    running = Loopback(database, tmp_path)
    yield running
    running.stop()


@pytest.fixture
def enter(served: Loopback, new_page: Callable[..., Page]) -> Callable[..., Page]:
    """Opens a page that is signed in as the admin; takes a browser context's options."""

    def entered(path: str = "/", **options: object) -> Page:
        with served.site.database.write() as session:
            user = accounts.user_by_email(session, "dana@partner.example")
            assert user is not None
            assert user.id is not None
            token = accounts.make_link(session, accounts.SIGN_IN, user_id=user.id, now=NOW)
        page = new_page(base_url=served.url, **options)
        page.goto(f"/link/{token}")
        if options.get("java_script_enabled", True) is False:
            page.get_by_role("button", name="Continue").click()
        page.wait_for_url(lambda url: "/link/" not in url)
        page.goto(path)
        return page

    return entered
