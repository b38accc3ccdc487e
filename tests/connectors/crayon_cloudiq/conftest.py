"""A simulated Cloud-iQ account on loopback, and the connector that reads it."""

from collections.abc import Iterator

import pytest

from connectors.crayon_cloudiq.connector import CrayonCloudiq
from connectors.crayon_cloudiq.sandbox import Sandbox
from tests.support.desk import Desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk(CrayonCloudiq(), Sandbox) as stage:
        yield stage
