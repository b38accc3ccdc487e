"""A simulated StreamOne Ion on loopback, and the connector that reads it."""

from collections.abc import Iterator

import pytest

from connectors.sdk.conformance.stage import Stage
from connectors.td_synnex_ion.connector import TdSynnexIon
from connectors.td_synnex_ion.sandbox import Sandbox


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage(TdSynnexIon(), Sandbox) as made:
        yield made


@pytest.fixture
def large() -> Iterator[Stage]:
    """120 subscriptions beside the story: three pages."""
    with Stage(TdSynnexIon(), Sandbox, size=120) as made:
        yield made
