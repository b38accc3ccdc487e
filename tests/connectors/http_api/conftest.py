"""An API on loopback that answers as a test says, and a connection that reads it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.http_api.config import HttpApiConfig
from connectors.http_api.connector import MANIFEST, HttpApi
from connectors.sdk.connector import Complete, Event, InMemory, Page, Quarantined, ReadContext
from connectors.sdk.errors import ConnectorError
from connectors.sdk.http import HttpSession
from connectors.sdk.limits import Limits
from connectors.sdk.policy import policy_of
from connectors.sdk.preview import Preview
from connectors.sdk.records import AnyRecord
from connectors.sdk.sandbox import SandboxHost
from connectors.sdk.sandbox.contract import ASGIApp

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
NAME = "api"


@dataclass
class Read:
    """One read of a stream, however it ended."""

    records: list[AnyRecord] = field(default_factory=list)
    bad: list[Quarantined] = field(default_factory=list)
    end: Complete | None = None
    error: ConnectorError | None = None


class Api:
    """Answers each path with what a test put there; ``heard`` are the requests."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[Request, bytes], Response]] = {}
        self.heard: list[tuple[Request, bytes]] = []
        self.secrets = InMemory()
        self.url = ""
        self.app: ASGIApp = Starlette(
            routes=[Route("/{path:path}", self._answer, methods=["GET", "POST"])]
        )

    async def _answer(self, request: Request) -> Response:
        body = await request.body()
        self.heard.append((request, body))
        answer = self.answers.get(request.path_params["path"])
        return answer(request, body) if answer else Response(status_code=404)

    def config(self, declaration: str, **settings: str) -> HttpApiConfig:
        """Settings whose declaration may name the API as {base}."""
        text = declaration.replace("{base}", self.url)
        return HttpApiConfig.model_validate({"declaration": text, **settings})

    def read(self, config: HttpApiConfig, stream: str) -> Read:
        found = Read()
        with self.session(config) as http:
            context = ReadContext(http=http, now=NOW, secrets=self.secrets)
            try:
                for event in HttpApi().read(stream, config, context):
                    if isinstance(event, Page):
                        found.records += event.records
                        found.bad += event.quarantined
                    else:
                        assert isinstance(event, Complete)
                        found.end = event
            except ConnectorError as error:
                found.error = error
        return found

    def events(
        self, config: HttpApiConfig, stream: str, state: Mapping[str, Any] | None = None
    ) -> list[Event]:
        with self.session(config) as http:
            context = ReadContext(http=http, now=NOW, state=state or {})
            return list(HttpApi().read(stream, config, context))

    @property
    def host(self) -> str | None:
        return urlsplit(self.url).hostname

    def preview(self, config: HttpApiConfig) -> list[Preview]:
        with self.session(config) as http:
            return list(HttpApi().preview(config, ReadContext(http=http, now=NOW)))

    def session(self, config: HttpApiConfig) -> HttpSession:
        private = {str(urlsplit(self.url).hostname)}
        return HttpSession(
            policy_of(MANIFEST, config, private), sleep=lambda _: None, turns=Limits()
        )


@pytest.fixture
def api() -> Iterator[Api]:
    made = Api()
    with SandboxHost({NAME: made}) as host:
        made.url = host.url(NAME)
        yield made
