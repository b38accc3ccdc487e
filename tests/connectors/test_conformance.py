"""Every connector of the registry passes the whole suite.

A connector's golden records lie in ``tests/connectors/<id>/golden.json``. After a change that
is meant, ``PARTNER_INBOX_TEST_UPDATE_GOLDEN=1`` stores what it gives now: look at the difference.
"""

import os
import time
from pathlib import Path

import pytest

from connectors.registry import connectors, sandbox
from connectors.sdk.conformance import TITLES, Checkout, Outcome, run
from connectors.sdk.conformance.stage import Stage
from connectors.sdk.quality import proof_of

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[2]
CONNECTORS = connectors()


def checkout_of(name: str) -> Checkout | None:
    """Docs and golden records of our own connectors; an installed one keeps its own."""
    if not type(CONNECTORS[name]).__module__.startswith("connectors."):
        return None
    golden = ROOT / "tests/connectors" / name / "golden.json"
    update = os.environ.get("PARTNER_INBOX_TEST_UPDATE_GOLDEN") == "1"
    return Checkout(root=ROOT, golden=golden, update=update)


@pytest.mark.parametrize("check", TITLES)
@pytest.mark.parametrize("name", CONNECTORS)
def test_connector(name: str, check: str) -> None:
    results = run(CONNECTORS[name], sandbox(name), only={check}, checkout=checkout_of(name))
    results = list(results)
    failed = [result for result in results if result.outcome is Outcome.FAILED]
    assert not failed, f"{check} ({TITLES[check]}): {failed[0].text}"

    proof, (result,) = proof_of(CONNECTORS[name]), results
    recorded = check in proof.passed or proof.bypassed.get(check)
    shown = result.outcome is Outcome.PASSED or result.text
    assert recorded == shown, f"record it anew: partner-inbox connectors check {name} --record"


@pytest.mark.promise("P7")
@pytest.mark.parametrize("name", CONNECTORS)
def test_a_connector_reads_the_same_on_a_machine_in_any_zone(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    try:
        for zone in ("UTC", "Pacific/Auckland", "America/Los_Angeles"):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            with Stage(CONNECTORS[name], sandbox(name)) as stage:
                streams = CONNECTORS[name].manifest.streams_of(stage.config)
                found.append({spec.name: stage.read(spec.name).hashes for spec in streams})
    finally:
        monkeypatch.undo()
        time.tzset()
    assert found[0] == found[1] == found[2]
    assert any(found[0].values())
