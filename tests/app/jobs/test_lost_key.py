"""A key that does not open the stored credentials: whoever runs it must help, no connection."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from app.models import Connection, Event
from app.secrets import Vault
from app.services import resealing, source_pages, sources, syncing
from connectors.sdk import errors
from connectors.sdk.connector import Complete
from tests.support.scripted import deadlines
from tests.support.world import World


def wrong_key(world: World) -> World:
    """The same installation, started with another key."""
    syncer = replace(world.syncer, vault=Vault(["a key of somebody else"]))
    return replace(world, syncer=syncer)


def uses(world: World, connector: str) -> None:
    with world.database.write() as session:
        sources.get(session, world.connection_id).connector = connector


def due(world: World) -> bool:
    with world.database.read() as session:
        return world.connection_id in syncing.due(session, now=world.clock())


def test_it_is_tried_again_at_the_usual_time_and_recovers_by_itself(world: World) -> None:
    world.connector.lists(*deadlines(range(3)))
    world.sync()
    run = wrong_key(world).sync()
    assert (run.outcome, run.error_kind) == ("failed", "Locked")
    connection = world.connection()
    assert (connection.health, connection.failures) == ("ok", 0)
    assert connection.next_due_at == world.clock() + timedelta(hours=1)
    world.clock.forward(hours=1)
    assert due(world)
    assert world.sync().outcome == "ok"
    assert world.connection().error is None
    assert world.live() == {"0", "1", "2"}


def test_nobody_is_told_that_the_platform_is_down(world: World) -> None:
    world.sync()
    wrong_key(world).sync()
    with world.database.read() as session:
        assert session.exec(select(Event).where(Event.subject == "source")).all() == []


def test_the_page_says_what_helps_and_that_nothing_new_was_read(world: World) -> None:
    world.sync()
    for _ in range(3):
        wrong_key(world).sync()
    with world.database.read() as session:
        page = source_pages.source_page(session, world.connection_id, clock=world.wall_clock())
    assert page.row.line.health == "stale"
    assert page.row.advice.text == "The stored credentials cannot be read with the present key."
    assert page.row.advice.remedy.startswith("Start it with the key they were saved with")


@pytest.mark.parametrize(
    ("problem", "health"),
    [(errors.AuthFailed("No."), "needs sign-in"), (errors.ConfigInvalid("No."), "broken")],
)
def test_what_waits_for_a_person_goes_on_waiting_for_that_person(
    world: World, problem: errors.ConnectorError, health: str
) -> None:
    world.connector.script["things"] = [problem]
    world.sync()
    assert not due(world)
    wrong_key(world).sync()
    connection: Connection = world.connection()
    assert (connection.health, connection.next_due_at) == (health, None)


def test_a_connector_that_is_not_installed_for_a_while_is_read_again_when_it_is_back(
    world: World,
) -> None:
    world.connector.script["things"] = [Complete()]
    world.sync()
    uses(world, "long_gone")
    assert world.sync().error == "The connector long_gone is not installed."
    uses(world, "scripted")
    assert world.connection().health == "ok"
    world.clock.forward(hours=1)
    assert due(world)
    assert world.sync().outcome == "ok"


def test_all_that_cannot_be_read_is_named_at_once(world: World) -> None:
    with world.database.read() as session:
        assert resealing.locked(session, world.syncer.vault) == []
        assert resealing.locked(session, Vault(["a key of somebody else"])) == ["Scripted"]
