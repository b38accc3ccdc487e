"""A client of the application in this process."""

import httpx2
from anyio.from_thread import BlockingPortal
from starlette.testclient import TestClient
from starlette.types import ASGIApp


class Visitor(TestClient):
    """Starlette's client, but a request changes threads once, not eight times.

    It must be entered, and hears the whole answer at once.
    """

    def _transport_for_url(self, url: httpx2.URL) -> httpx2.BaseTransport:
        assert self.portal, "enter it: with Visitor(app) as …"
        return _AtOnce(self.app, self.portal)


class _AtOnce(httpx2.BaseTransport):
    def __init__(self, app: ASGIApp, portal: BlockingPortal) -> None:
        self._within = httpx2.ASGITransport(app, client=("testclient", 50_000))
        self._portal = portal

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        return self._portal.call(self._answered, request)

    async def _answered(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._within.handle_async_request(request)
        body = b"".join([part async for part in answer.aiter_raw()])  # as it was packed
        return httpx2.Response(
            answer.status_code, headers=answer.headers, stream=httpx2.ByteStream(body)
        )
