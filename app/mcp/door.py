"""Where the MCP server is reached within the application: ``/mcp`` to read, ``/mcp/act`` to act.

The library takes most of a second to load, so it is loaded when somebody comes in.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec

import anyio
from anyio.abc import TaskGroup, TaskStatus
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import Problem, tell
from app.api.tokens import admitted, note_use

PATH = "/mcp"
SCOPES = {PATH: "read", f"{PATH}/act": "act"}
"""Where it is served, and what a token must allow there."""
ONLY_POST = Problem(
    405,
    "Method not allowed",
    "This address answers POST. Without sessions a stream would stay open and tell nothing.",
    about="",
    headers={"Allow": "POST"},
)


def put_on(app: FastAPI) -> None:
    """Serve it, where the library is installed (the extra ``mcp``)."""
    app.state.doors = []
    if find_spec("mcp") is None:
        return
    for path, scope in SCOPES.items():
        door = Door(app, path, scope)
        app.state.doors.append(door)
        app.router.routes.append(Route(path, endpoint=door))


@asynccontextmanager
async def open_doors(app: FastAPI) -> AsyncIterator[None]:
    """As long as the block lasts, servers may be begun."""
    async with anyio.create_task_group() as group:
        for door in app.state.doors:
            door.group = group
        yield
        group.cancel_scope.cancel()


class Door:
    """Lets in only who brings a token of its scope: else even the list of tools is nobody's."""

    def __init__(self, app: FastAPI, path: str, scope: str) -> None:
        self.app, self.path, self.scope = app, path, scope
        self.group: TaskGroup | None = None
        self._inner: ASGIApp | None = None
        self._lock = anyio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        try:
            await run_in_threadpool(self._allow, request)
            if request.method != "POST":
                raise ONLY_POST
        except Problem as problem:
            await tell(request, problem)(scope, receive, send)
            return
        inner = await self._server()
        await inner(scope, receive, send)

    def _allow(self, request: Request) -> None:
        site = request.app.state.site
        with site.database.read() as session:
            admitted(request, session, self.scope, now=site.now())
        note_use(request, now=site.now())

    async def _server(self) -> ASGIApp:
        async with self._lock:
            if self._inner is None:
                assert self.group is not None
                self._inner = await self.group.start(self._serve)
        return self._inner

    async def _serve(self, *, task_status: TaskStatus[ASGIApp]) -> None:
        from app.mcp.serving import made  # noqa: PLC0415  (takes most of a second)

        inner, runs = made(self.app, self.path, acts=self.scope == "act")
        async with runs():
            task_status.started(inner)
            await anyio.sleep_forever()
