"""How a tool of the MCP server asks: by the same API, with the caller's own token, so that whoever
asks through it may see and do just what that token may.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx2
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError

API = "/api/v1"
TIMEOUT = 30.0

Ask = Callable[[Context[Any, Any]], AbstractAsyncContextManager["Api"]]
"""The API for whoever called a tool."""


class Api:
    """The API with one token."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def get(self, path: str, query: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What stands at that path below the API's; raises ``ToolError`` with the reason."""
        asked = {name: value for name, value in (query or {}).items() if value not in (None, "")}
        return _told(await self._client.get(f"{API}{path}", params=asked))

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Do something; what came of it."""
        return _told(await self._client.post(f"{API}{path}", json=body))


def _told(answer: httpx2.Response) -> dict[str, Any]:
    document = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    if answer.is_success:
        told: dict[str, Any] = document
        return told
    wrong = [
        f"{one.get('pointer') or one.get('parameter')}: {one['detail']}"
        for one in document.get("errors", ())
    ]
    said = document.get("detail") or f"The inbox answered {answer.status_code}."
    raise ToolError(" ".join([said, *(one for one in wrong if one not in said)]))


def by_network(url: str, token: str) -> Ask:
    """The API of an inbox that runs elsewhere, with one token for all calls."""

    @asynccontextmanager
    async def ask(_context: Context[Any, Any]) -> AsyncIterator[Api]:
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=TIMEOUT) as client:
            try:
                yield Api(client)
            except httpx2.TransportError:
                raise ToolError(f"The inbox at {url} cannot be reached.") from None

    return ask


def in_process(app: Any, home: str) -> Ask:
    """The API of the application that the server is part of, with the token that the call has."""

    @asynccontextmanager
    async def ask(context: Context[Any, Any]) -> AsyncIterator[Api]:
        headers = {"Authorization": (context.headers or {}).get("authorization", "")}
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(
            transport=transport, base_url=home, headers=headers, timeout=TIMEOUT
        ) as client:
            yield Api(client)

    return ask
