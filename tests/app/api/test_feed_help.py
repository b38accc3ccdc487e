"""The feed's own documentation, held to the feed."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from starlette.testclient import TestClient

from app.core import feed_schema, feeds
from app.core.words import Clock
from app.main import create_app
from app.services import feeding, tokens
from app.services.pages import View
from tests.support.scripted import deadline
from tests.support.world import World

COMMITTED = Path(__file__).parents[3] / "docs" / "feed.schema.json"


def test_the_schema_that_is_committed_is_the_one_that_is_served(world: World) -> None:
    """PARTNER_INBOX_TEST_UPDATE_GOLDEN=1 writes it anew."""
    if os.environ.get("PARTNER_INBOX_TEST_UPDATE_GOLDEN"):
        COMMITTED.write_text(json.dumps(feed_schema.schema(), indent=2) + "\n")
    settings = world.syncer.settings.model_copy(update={"database_url": None})
    with TestClient(create_app(settings, jobs=False), base_url="http://localhost") as client:
        answer = client.get("/help/feed.schema.json")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json() == json.loads(COMMITTED.read_text())


def test_every_field_of_an_item_is_explained_and_nothing_else(world: World) -> None:
    world.connector.lists(deadline(1))
    world.sync()
    clock = Clock(now=datetime(2026, 11, 22, tzinfo=UTC), zone=ZoneInfo("UTC"))
    with world.database.read() as session:
        (entry,), *_ = feeding.page(session, View(), clock=clock, home="")
    assert set(entry["_partner_inbox"]) == set(feeds.ITEM_FIELDS)


def test_the_address_that_the_feed_names_explains_it(world: World) -> None:
    settings = world.syncer.settings.model_copy(
        update={"database_url": None, "public_url": "http://testserver"}
    )
    app = create_app(settings, jobs=False)
    with TestClient(app) as client:
        with app.state.site.database.write() as session:
            token = tokens.add_token(session, name="t", scope="read", now=datetime.now(UTC))
        feed = client.get("/feed.json", headers={"Authorization": f"Bearer {token}"}).json()
        page = client.get(feed["_partner_inbox"]["about"])
    assert page.status_code == 200
    assert all(f"<code>{name}</code>" in page.text for name in feeds.ITEM_FIELDS)
