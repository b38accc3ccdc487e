"""A program that reads the feed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import FastAPI
from httpx2 import Response
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from app.core import feed_schema
from app.services import sources
from connectors.sdk.records import AnyRecord
from tests.support.world import World

HOME = "http://testserver"


@cache
def _checker() -> Draft202012Validator:
    """The schema, closed: a field that it does not have is one that we forgot to tell of."""
    return Draft202012Validator(
        _closed(feed_schema.schema()), format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {"additionalProperties": False} if "properties" in schema else {}
    return shut | {name: _closed(of) for name, of in schema.items()}


@dataclass
class Tool:
    """A program that reads the feed with a token of its own."""

    world: World
    client: TestClient
    token: str
    app: FastAPI

    def get(self, _headers: dict[str, str] | None = None, /, **query: Any) -> Response:
        """One page, which is as the schema says."""
        return self._got("/feed.json", headers=_headers or {}, params=query)

    def _got(self, url: str, headers: dict[str, str], **asked: Any) -> Response:
        told = {"Authorization": f"Bearer {self.token}"} | headers
        answer = self.client.get(url, headers=told, **asked)
        if answer.status_code == 200:
            _checker().validate(answer.json())
            assert len(answer.content) < 250_000
        return answer

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
        page = self.get(**query).json()
        yield page
        while "next_url" in page:
            between()
            page = self._got(page["next_url"], {}).json()
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
