"""A new key in the place of the old one: every stored credential under it, or none."""

from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import text

from app.db import Database
from app.secrets import Locked, Vault
from app.services import resealing, sources
from tests.support.world import World

OLD, NEW = "a key for the tests only", "the key that comes after it"
BOTH = Vault([NEW, OLD])


def add(world: World, name: str, vault: Vault) -> None:
    with world.database.write() as session:
        sources.add(
            session, name=name, connector="scripted", values={}, vault=vault, now=world.clock()
        )


def reseal(database: Database) -> int:
    with database.write() as session:
        return resealing.reseal(session, BOTH)


def sealed(world: World) -> dict[str, str]:
    with world.database.read() as session:
        return {one.name: one.secrets for one in sources.every(session)}


def test_everything_opens_with_the_new_key_alone_and_says_what_it_said(world: World) -> None:
    add(world, "Another", Vault([OLD]))
    add(world, "New already", Vault([NEW]))

    assert reseal(world.database) == 3

    opened = [Vault([NEW]).open(secrets) for secrets in sealed(world).values()]
    assert opened == [{"password": "open sesame"}] * 3


def test_one_that_no_key_opens_is_named_and_all_stay_as_they_were(world: World) -> None:
    add(world, "Academy", Vault(["a key that is lost by now"]))
    before = sealed(world)

    with pytest.raises(Locked, match="The credentials of Academy cannot be read"):
        reseal(world.database)

    assert sealed(world) == before


def test_a_removed_connection_has_no_credentials_to_seal(world: World) -> None:
    with world.database.write() as session:
        sources.remove(session, world.connection_id, now=world.clock(), actor_id=None)

    assert reseal(world.database) == 0


def until_it_waits(database: Database, running: Future[int]) -> None:
    """Until what runs beside us waits for our transaction. On SQLite writers queue beforehand."""
    locks = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    while not database.sqlite and not running.done():
        with database.read() as session:
            if session.execute(text(f"{locks} AND datname = current_database()")).scalar_one():
                return


def test_credentials_that_are_entered_at_that_moment_are_not_put_back(world: World) -> None:
    with ThreadPoolExecutor(1) as pool:
        with world.database.write() as session:
            sources.edit(
                session,
                world.connection_id,
                name="Scripted",
                values={"password": "entered just now"},
                vault=Vault([OLD]),
                now=world.clock(),
            )
            session.flush()
            running = pool.submit(reseal, world.database)
            until_it_waits(world.database, running)
        assert running.result() == 1

    assert BOTH.open(sealed(world)["Scripted"]) == {"password": "entered just now"}
