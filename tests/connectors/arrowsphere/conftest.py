"""A simulated ArrowSphere account on loopback, and the connector that reads it."""

from collections.abc import Iterator

import pytest

from connectors.arrowsphere.connector import Arrowsphere
from connectors.arrowsphere.sandbox import Sandbox
from tests.support.desk import Desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk(Arrowsphere(), Sandbox) as stage:
        yield stage
