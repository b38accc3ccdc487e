"""A program that reads the feed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from app.services import sources
from connectors.sdk.records import AnyRecord
from tests.support.world import World

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
