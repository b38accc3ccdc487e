"""A platform that lets a connection see a part only, in a sync."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.jobs.syncing import utc_now
from app.models import RunOutcome
from connectors import registry
from connectors.sdk.sandbox import Fault, FaultKind, SandboxClock
from tests.support.synced import Synced, synced_to
from tests.support.world import World

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def synced(connector: str, world: World) -> Iterator[Synced]:
    # By the time of this machine, as Google judges when something was signed.
    sandbox = registry.sandbox(connector)(SandboxClock(utc_now()))
    with synced_to(world, connector, sandbox) as made:
        yield made


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What a platform refuses, the lists that cannot be read then, and what helps."""

    path: str
    titles: frozenset[str]
    remedy: str


REFUSALS = {
    "microsoft": Refusal(
        path="delegatedAdminRelationships",
        titles=frozenset({"Delegated admin relationships"}),
        remedy="DelegatedAdminRelationship.Read.All",
    ),
    "salesforce_prm": Refusal(
        path="ChannelProgramMember/describe",
        titles=frozenset({"Program memberships"}),
        remedy="vendor's administrator",
    ),
    "google_cloud_channel": Refusal(
        path="/customers", titles=frozenset({"Entitlements"}), remedy="acting user"
    ),
    "ingram_micro": Refusal(
        path="/deals/search", titles=frozenset({"Special bids"}), remedy="API products"
    ),
    "pax8": Refusal(path="/v2/quotes", titles=frozenset({"Quotes"}), remedy="Partner Admin"),
    "crayon_cloudiq": Refusal(
        path="/ProductContainers", titles=frozenset({"Agreement reports"}), remedy="API user"
    ),
    "arrowsphere": Refusal(
        path="/subscriptions",
        titles=frozenset({"Program subscriptions"}),
        remedy="all customers and the programs",
    ),
    "td_synnex_ion": Refusal(
        path="/subscriptions", titles=frozenset({"Subscriptions"}), remedy="sees subscriptions"
    ),
}


@pytest.mark.promise("P9")
@pytest.mark.parametrize("connector", REFUSALS)
def test_a_list_that_may_not_be_seen_costs_that_list_only(synced: Synced) -> None:
    refusal = REFUSALS[synced.name]
    assert synced.sync().outcome == RunOutcome.OK
    before = synced.world.live()
    fault = Fault(kind=FaultKind.FORBIDDEN, path=refusal.path, times=999)
    synced.host.plan(synced.name, fault)

    run = synced.sync()

    assert run.outcome == RunOutcome.PARTIAL
    assert refusal.remedy in str(run.remedy)
    assert {title for title, line in synced.lists().items() if line.error} == refusal.titles
    assert synced.lists().keys() > refusal.titles
    assert synced.world.live() == before
    assert synced.world.named(synced.name).next_due_at is not None
