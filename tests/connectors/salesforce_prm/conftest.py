"""A simulated portal on loopback, and the connector that reads it."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.salesforce_prm.connector import SalesforcePrm
from connectors.salesforce_prm.sandbox import Sandbox
from connectors.sdk.conformance.stage import Reading, Stage
from connectors.sdk.connector import Check
from connectors.sdk.records import AnyRecord


class Desk:
    """The portal, and a connection to it whose settings a test may change."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        assert isinstance(stage.sandbox, Sandbox)
        self.sandbox = stage.sandbox
        self.org = self.sandbox.org

    def enter(self, **settings: Any) -> None:
        """Other settings; None takes one away."""
        values = {**self.stage.values, **settings}
        kept = {name: value for name, value in values.items() if value is not None}
        self.stage.values = kept
        self.stage.config = SalesforcePrm.manifest.config.model_validate(kept)

    def read(self, stream: str, state: dict[str, Any] | None = None) -> Reading:
        return self.stage.read(stream, state)

    def records(self, stream: str) -> dict[str, Any]:
        """What a whole read gives, by title."""
        reading = self.read(stream)
        assert reading.whole, reading.outcome()
        return {record.title: record for record in reading.records}

    def checks(self) -> dict[str, Check]:
        return {check.name: check for check in self.stage.check()}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Stage(SalesforcePrm(), Sandbox) as stage:
        yield Desk(stage)


def facts(record: AnyRecord) -> dict[str, str]:
    return {fact.label: fact.value for fact in record.facts}
