"""A secret that the platform replaces while it is used is stored at once, and only in its place."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.keeping import Kept
from app.models import Connection
from app.services import sources
from connectors.sdk.connector import Complete, Page, ReadContext, Unchanged
from connectors.sdk.errors import Unavailable
from tests.support.world import World


@pytest.fixture
def kept(world: World) -> Kept:
    return Kept(world.database, world.syncer.vault, world.connection_id)


def password(world: World) -> Any:
    return world.syncer.vault.open(world.connection().secrets).get("password")


def test_what_the_platform_gives_is_what_the_next_sync_has(world: World) -> None:
    used: list[str] = []
    listed = world.connector.read

    def read(
        stream: str, config: Any, context: ReadContext
    ) -> Iterator[Page | Complete | Unchanged]:
        now = config.password.get_secret_value()
        used.append(now)
        context.secrets.replace("password", used=now, new=f"{now}!")
        assert context.secrets.current("password") == f"{now}!"
        yield from listed(stream, config, context)

    world.connector.read = read  # type: ignore[method-assign]  (this one platform's behaviour)
    world.sync()
    world.sync()

    assert used == ["open sesame", "open sesame!"]
    assert password(world) == "open sesame!!"


def test_it_is_kept_when_the_read_fails_afterwards(world: World, kept: Kept) -> None:
    world.connector.script["things"] = [
        lambda: kept.replace("password", used="open sesame", new="rotated"),
        Unavailable("The platform is down."),
    ]
    assert world.sync().outcome != "ok"
    assert password(world) == "rotated"


def test_what_a_person_entered_meanwhile_stays(world: World, kept: Kept) -> None:
    with world.database.write() as session:
        sources.edit(
            session,
            world.connection_id,
            name="Scripted",
            values={"password": "entered by hand"},
            vault=world.syncer.vault,
            now=world.clock(),
        )
    kept.replace("password", used="open sesame", new="rotated")

    assert password(world) == "entered by hand"


def test_a_removed_connection_gets_no_credentials_back(world: World, kept: Kept) -> None:
    with world.database.write() as session:
        sources.remove(session, world.connection_id, now=world.clock(), actor_id=None)
    kept.replace("password", used="open sesame", new="rotated")

    with world.database.read() as session:
        assert session.get_one(Connection, world.connection_id).secrets == ""
    assert kept.current("token") is None


def test_what_a_form_has_just_been_given_counts_before_what_is_stored(world: World) -> None:
    with world.database.write() as session:
        sources.replace_secret(
            session,
            world.connection_id,
            "password",
            used="open sesame",
            new="stored",
            vault=world.syncer.vault,
        )
    vault = world.syncer.vault
    typed = Kept(world.database, vault, world.connection_id, entered={"password"})
    left = Kept(world.database, vault, world.connection_id)

    assert (typed.current("password"), left.current("password")) == (None, "stored")
