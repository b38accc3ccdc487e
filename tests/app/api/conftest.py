"""The world of one scripted connection, and the machine edge in front of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from app.main import with_edges
from app.services import sources, tokens
from app.web.site import Site
from connectors.sdk.records import AnyRecord
from tests.support.world import World, clock, settings, vault, world

__all__ = ["clock", "settings", "vault", "world"]

HOME = "http://testserver"


@dataclass
class Tool:
    """A program that reads the feed with a token of its own."""

    world: World
    client: TestClient
    token: str
    app: FastAPI

    def get(self, _headers: dict[str, str] | None = None, /, **query: Any) -> Response:
        """One page."""
        headers = {"Authorization": f"Bearer {self.token}"} | (_headers or {})
        return self.client.get("/feed.json", params=query, headers=headers)

    def items(self, **query: Any) -> list[dict[str, Any]]:
        """The items of one page."""
        answer = self.get(**query)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def titles(self, **query: Any) -> list[str]:
        return [item["title"] for item in self.items(**query)]

    def pages(
        self, between: Callable[[], object] = lambda: None, **query: Any
    ) -> Iterator[dict[str, Any]]:
        """Every page, by ``next_url`` alone; ``between`` happens after each."""
        headers = {"Authorization": f"Bearer {self.token}"}
        page = self.get(**query).json()
        yield page
        while "next_url" in page:
            between()
            page = self.client.get(page["next_url"], headers=headers).json()
            yield page

    def connect(self, name: str, *records: AnyRecord) -> int:
        """A second source that lists these records and was read once."""
        with self.world.database.write() as session:
            added = sources.add(
                session,
                name=name,
                connector="scripted",
                values={},
                vault=self.world.syncer.vault,
                now=self.world.clock(),
            )
        assert added.id is not None
        self.world.connector.lists(*records)
        self.world.syncer.run(added.id, trigger="test")
        return added.id


@pytest.fixture
def tool(world: World) -> Iterator[Tool]:
    settings = world.syncer.settings.model_copy(
        update={"public_url": HOME, "time_zone": "Europe/Berlin"}
    )
    site = Site(
        settings=settings, database=world.database, vault=world.syncer.vault, now=world.clock
    )
    app = with_edges(site)
    with world.database.write() as session:
        token = tokens.add_token(session, name="Dashboard", scope="read", now=world.clock())
    with TestClient(app, base_url=HOME) as client:
        yield Tool(world, client, token, app)
