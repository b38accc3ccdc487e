"""A simulated platform on loopback and the connector that reads it, for a connector's own tests."""

from typing import Any

from connectors.sdk.conformance.stage import Reading, Stage
from connectors.sdk.records import AnyRecord


class Desk(Stage):
    """The conformance suite's stage, with what a connector's own tests ask of it."""

    def setting(self, **changed: Any) -> None:
        """Other settings from now on."""
        self.values = {**self.values, **changed}
        self.config = self.connector.manifest.config.model_validate(self.values)

    def streams(self) -> list[str]:
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
