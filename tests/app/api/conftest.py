"""The world of one scripted connection, and the machine edge in front of it."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app.main import with_edges
from app.services import tokens
from app.web.site import Site
from tests.app.api.company import CISCO, HPE
from tests.app.api.tool import HOME, Tool
from tests.support.world import World, clock, settings, vault, world

__all__ = ["clock", "settings", "vault", "world"]


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


@pytest.fixture
def company(tool: Tool) -> Tool:
    """Two sources with seven items."""
    tool.world.connector.lists(*CISCO)
    tool.world.sync()
    tool.connect("Other", *HPE)
    return tool
