"""A connection in the application: what is switched off, and the refresh token that rotates."""

from collections.abc import Iterator

import pytest

from app.models import Health, RunOutcome
from app.services import sources
from connectors.microsoft.sandbox import Sandbox
from connectors.microsoft.sandbox_gate import REFRESH_TOKEN
from connectors.sdk.sandbox import SandboxClock
from tests.connectors.microsoft.conftest import NAME
from tests.support.synced import Synced, synced_to
from tests.support.world import START, World


@pytest.fixture
def synced(world: World) -> Iterator[Synced]:
    sandbox = Sandbox(SandboxClock(START))
    sandbox.gate.strict = True
    with synced_to(world, NAME, sandbox) as made:
        yield made


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
        assert synced.sandbox.gate.refreshes == {synced.secrets["refresh_token"]}
        assert synced.secrets["refresh_token"] not in seen
        seen.add(str(synced.secrets["refresh_token"]))


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
