"""What platforms tell in texts: a date in one is proposed to people, never entered."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from app.services import item
from connectors import registry
from connectors.sdk.sandbox import SandboxClock
from tests.support.synced import synced_to
from tests.support.world import START, World

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)

TEXT = "<p>From <strong>1 April</strong> annual plans cost 5% more.</p>"


def _notification(sandbox: Any) -> str:
    first = next(iter(sandbox.notifications))["id"]
    sandbox.notifications.change(first, content=TEXT)
    return str(first)


def _announcement(sandbox: Any) -> str:
    first = next(iter(sandbox.account.blog_items))
    sandbox.account.blog_items.change(first["key"], Description=TEXT)
    return str(first["Link"])


def _news(_sandbox: Any) -> str:
    return "news-2"


@pytest.mark.parametrize(
    ("connector", "telling", "day"),
    [
        ("arrowsphere", _notification, date(2027, 4, 1)),
        ("crayon_cloudiq", _announcement, date(2027, 4, 1)),
        ("news", _news, date(2027, 3, 31)),
    ],
)
def test_a_date_that_a_text_names_is_proposed(
    world: World, person: int, connector: str, telling: Callable[[Any], str], day: date
) -> None:
    sandbox = registry.sandbox(connector)(SandboxClock(START))
    told = telling(sandbox)
    with synced_to(world, connector, sandbox) as synced:
        synced.sync()

    notice = world.items()[told]
    with world.database.read() as session:
        clock = world.wall_clock()
        page = item.item_page(session, notice.id or 0, user_id=person, clock=clock)
    (proposed,) = page.related.proposals
    assert (notice.kind, notice.due_on) == ("notice", None)
    assert proposed.days == (day,)
    assert f"{day:%-d %B}" in proposed.sentence
