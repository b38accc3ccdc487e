"""Northwind on loopback."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from connectors.sdk.sandbox import SandboxClock, SandboxHost
from tests.connectors.sdk.northwind.sandbox import Sandbox


@pytest.fixture
def northwind() -> Sandbox:
    return Sandbox(SandboxClock(datetime(2026, 3, 2, 9, tzinfo=UTC)), size=25)


@pytest.fixture
def host(northwind: Sandbox) -> Iterator[SandboxHost]:
    with SandboxHost({"northwind": northwind}) as running:
        yield running
