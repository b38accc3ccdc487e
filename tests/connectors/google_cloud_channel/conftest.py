"""A simulated reseller account on loopback, and the connector that reads it."""

from collections.abc import Iterator

import pytest

from connectors.google_cloud_channel.connector import GoogleCloudChannel
from connectors.google_cloud_channel.sandbox import Sandbox
from connectors.sdk.conformance.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage(GoogleCloudChannel(), Sandbox) as made:
        yield made


@pytest.fixture
def large() -> Iterator[Stage]:
    """120 entitlements of one customer beside the story: four pages."""
    with Stage(GoogleCloudChannel(), Sandbox, size=120) as made:
        yield made
