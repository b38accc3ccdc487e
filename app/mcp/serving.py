"""The MCP server as an application behind its door."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import ASGIApp

from app import __version__
from app.mcp.asking import in_process
from app.mcp.tools import server_of


def made(
    app: FastAPI, path: str, *, acts: bool
) -> tuple[ASGIApp, Callable[[], AbstractAsyncContextManager[None]]]:
    """The server at that path, and what has to run as long as it answers."""
    ask = in_process(app, app.state.site.settings.public_url)
    server = server_of(ask, acts=acts, version=__version__)
    # Any process answers any request, and hosts are checked around the whole application already.
    inner = server.streamable_http_app(
        streamable_http_path=path,
        json_response=True,
        stateless_http=True,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    return inner, server.session_manager.run
