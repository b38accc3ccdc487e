"""A connection in the application: what is switched off, and the refresh token that rotates."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from app.config import Settings
from app.models import Health, RunOutcome, SyncRun
from app.services import source_pages, sources
from connectors.microsoft.sandbox import Sandbox
from connectors.microsoft.sandbox_gate import REFRESH_TOKEN
from connectors.sdk.sandbox import SandboxClock, SandboxHost
from tests.connectors.microsoft.conftest import NAME
from tests.support.world import START, World


@dataclass
class Synced:
    """A connection to a simulated tenant, in a world of its own."""

    world: World
    host: SandboxHost
    sandbox: Sandbox
    id: int

    def sync(self) -> SyncRun:
        settings = Settings(
            data_dir=self.world.syncer.settings.data_dir, allowed_private_hosts=("127.0.0.1",)
        )
        self.world.clock.forward(hours=1)
        run = replace(self.world.syncer, settings=settings).run(self.id, trigger="test")
        assert run is not None
        return run

    def edit(self, **changed: Any) -> None:
        with self.world.database.write() as session:
            sources.edit(
                session,
                self.id,
                name="Microsoft",
                values={**self.sandbox.config(self.host.url(NAME)), **changed},
                vault=self.world.syncer.vault,
                now=self.world.clock(),
            )

    def lists(self) -> dict[str, source_pages.StreamLine]:
        with self.world.database.read() as session:
            page = source_pages.source_page(session, self.id, clock=self.world.wall_clock())
        return {line.title: line for line in page.streams}

    @property
    def refresh_token(self) -> object:
        with self.world.database.read() as session:
            stored = sources.get(session, self.id).secrets
        return self.world.syncer.vault.open(stored)["refresh_token"]


@pytest.fixture
def synced(world: World) -> Iterator[Synced]:
    sandbox = Sandbox(SandboxClock(START))
    sandbox.gate.strict = True
    with SandboxHost({NAME: sandbox}) as host:
        with world.database.write() as session:
            added = sources.add(
                session,
                name="Microsoft",
                connector="microsoft",
                values=sandbox.config(host.url(NAME)),
                vault=world.syncer.vault,
                now=world.clock(),
            )
        assert added.id is not None
        yield Synced(world, host, sandbox, added.id)


def test_what_is_switched_off_is_neither_an_error_nor_gone(synced: Synced) -> None:
    assert synced.sync().outcome == RunOutcome.OK
    before = synced.world.live()
    posts = synced.lists()["Message centre"].records
    assert posts == 5

    synced.edit(read_messages=False, read_referrals=False, promotions_country="")
    runs = [synced.sync() for _ in range(3)]

    assert {run.outcome for run in runs} == {RunOutcome.OK}
    assert all("messages" not in run.streams for run in runs)
    assert synced.world.live() == before
    line = synced.lists()["Message centre"]
    assert (line.records, line.proves, line.error) == (posts, "no longer read", None)


def test_the_refresh_token_is_replaced_at_each_sync_and_kept(synced: Synced) -> None:
    seen = {REFRESH_TOKEN}
    for _ in range(3):
        assert synced.sync().outcome == RunOutcome.OK
        assert synced.sandbox.gate.refreshes == {synced.refresh_token}
        assert synced.refresh_token not in seen
        seen.add(str(synced.refresh_token))


def test_one_that_is_lost_costs_the_referrals_until_somebody_signs_in_again(
    synced: Synced,
) -> None:
    synced.sync()
    before = synced.world.live()
    synced.sandbox.gate.refreshes = {"0.of-a-new-consent"}

    run = synced.sync()

    assert run.outcome == RunOutcome.PARTIAL
    with synced.world.database.read() as session:
        found = sources.get(session, synced.id)
    assert found.health == Health.NEEDS_SIGN_IN
    assert "multi-factor" in str(found.remedy)
    assert synced.world.live() == before

    synced.edit(refresh_token="0.of-a-new-consent")

    assert synced.sync().outcome == RunOutcome.OK
