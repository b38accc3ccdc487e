"""A simulated Cloud-iQ account on loopback, and the connector that reads it."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.crayon_cloudiq.connector import CrayonCloudiq
from connectors.crayon_cloudiq.sandbox import Sandbox
from connectors.sdk.conformance.stage import Reading, Stage
from connectors.sdk.records import AnyRecord


class Desk(Stage):
    """The suite's stage, with what these tests ask of it."""

    def setting(self, **changed: Any) -> None:
        """Other settings from now on."""
        self.values = {**self.values, **changed}
        self.config = self.connector.manifest.config.model_validate(self.values)

    def connector_streams(self) -> list[str]:
        return [spec.name for spec in self.connector.manifest.streams]

    def rows(self, stream: str) -> dict[str, Any]:
        """The records of a whole read, by id."""
        reading = self.read(stream)
        assert reading.whole, reading.outcome()
        return by_id(reading)


def by_id(reading: Reading) -> dict[str, Any]:
    return {record.external_id: record for record in reading.records}


def facts(record: AnyRecord) -> dict[str, str]:
    return {fact.label: fact.value for fact in record.facts}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk(CrayonCloudiq(), Sandbox) as stage:
        assert isinstance(stage, Desk)
        yield stage
