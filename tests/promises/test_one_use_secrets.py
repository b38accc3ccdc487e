"""P3: a token good for one use is replaced whole or not at all; kill -9 ends in no loop."""

import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from app.config import Settings
from app.models import Connection, Health
from app.services import sources, syncing
from connectors.sdk.errors import AuthFailed
from connectors.sdk.sandbox import SandboxClock, SandboxHost
from connectors.td_synnex_ion.connector import TdSynnexIon
from connectors.td_synnex_ion.sandbox import Sandbox
from tests.support.processes import Place, exit_code, sync
from tests.support.world import START, World

pytestmark = pytest.mark.promise("P3")

LOOPBACK = ("127.0.0.1",)


@dataclass
class Ion:
    """A simulated StreamOne Ion, and a connection to it that is about to be synced."""

    world: World
    host: SandboxHost
    sandbox: Sandbox
    url: str
    id: int

    def killed_at(self, point: str) -> None:
        """Another process syncs it and dies there; then its lease ends."""
        place = Place(
            url=self.url,
            folder=self.world.syncer.settings.data_dir,
            now=self.world.clock(),
            crash_at=point,
            private_hosts=LOOPBACK,
        )
        assert exit_code(sync, place, self.id, TdSynnexIon()) == -signal.SIGKILL
        self.world.clock.forward(seconds=syncing.LEASE.total_seconds() + 1)

    def sync(self) -> Connection:
        folder = self.world.syncer.settings.data_dir
        settings = Settings(data_dir=folder, allowed_private_hosts=LOOPBACK)
        self.world.clock.forward(hours=1)
        assert replace(self.world.syncer, settings=settings).run(self.id, trigger="test")
        return self.stored()

    def stored(self) -> Connection:
        with self.world.database.read() as session:
            return sources.get(session, self.id)

    def due(self, **later: float) -> bool:
        with self.world.database.read() as session:
            return self.id in syncing.due(session, now=self.world.clock() + timedelta(**later))

    def enter(self, token: str) -> None:
        """A person edits the connection."""
        with self.world.database.write() as session:
            sources.edit(
                session,
                self.id,
                name="Ion",
                values={**self.sandbox.config(self.host.url("ion")), "refresh_token": token},
                vault=self.world.syncer.vault,
                now=self.world.clock(),
            )

    @property
    def token(self) -> object:
        return self.world.syncer.vault.open(self.stored().secrets)["refresh_token"]

    @property
    def sign_ins(self) -> list[int]:
        """How each sign-in was answered."""
        asked = self.host.requests("ion")
        return [status for _, path, status in asked if path == "/oauth/token"]


@pytest.fixture
def ion(world: World, database_url: str) -> Iterator[Ion]:
    sandbox = Sandbox(SandboxClock(START))
    with SandboxHost({"ion": sandbox}) as host:
        with world.database.write() as session:
            added = sources.add(
                session,
                name="Ion",
                connector="td_synnex_ion",
                values=sandbox.config(host.url("ion")),
                vault=world.syncer.vault,
                now=world.clock(),
            )
        assert added.id is not None
        yield Ion(world, host, sandbox, database_url, added.id)


@pytest.mark.parametrize("point", ["given:refresh_token", "keeping:refresh_token"])
def test_killed_before_the_new_token_is_stored_it_asks_a_person_once_and_ion_no_more(
    ion: Ion, point: str
) -> None:
    entered = ion.token
    ion.killed_at(point)
    assert ion.sign_ins == [200], "Ion has answered"
    assert ion.token == entered != ion.sandbox.refresh.valid, "and its answer was lost"
    assert ion.due()

    found = ion.sync()

    assert found.health == Health.NEEDS_SIGN_IN
    assert found.error_kind == AuthFailed.__name__
    assert "refresh token" in str(found.error)
    assert "Issue a new refresh token" in str(found.remedy)
    assert ion.sign_ins == [200, 400], "it is asked once more, and no more than that"
    assert not ion.due(days=60)
    assert ion.stored().failing_since is not None

    ion.enter(ion.sandbox.refresh.issue())
    assert ion.due()
    repaired = ion.sync()

    assert (repaired.health, repaired.error) == (Health.OK, None)
    assert ion.sign_ins == [200, 400, 200]
    assert ion.token == ion.sandbox.refresh.valid
    assert "88101" in ion.world.items()


def test_killed_after_the_new_token_is_stored_the_next_sync_just_works(ion: Ion) -> None:
    entered = ion.token
    ion.killed_at("kept:refresh_token")
    assert ion.token == ion.sandbox.refresh.valid != entered
    assert ion.world.items() == {}

    found = ion.sync()

    assert (found.health, found.error) == (Health.OK, None)
    assert ion.sign_ins == [200, 200]
    assert "88101" in ion.world.items()


def test_a_token_that_is_stored_is_used_for_every_sync_after_it(ion: Ion) -> None:
    for _ in range(3):
        assert ion.sync().health == Health.OK
        assert ion.token == ion.sandbox.refresh.valid

    assert ion.sign_ins == [200, 200, 200]
    assert ion.sandbox.refresh.given == 3
