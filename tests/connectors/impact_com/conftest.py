"""A simulated impact.com account, and impact.com's own documents."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.impact_com.connector import ImpactCom
from connectors.impact_com.sandbox import Sandbox
from connectors.sdk.conformance.stage import Stage
from tests.support.openapi import Contract


class Account(Stage):
    """The account with the connector that reads it; time passes only when something waits."""

    sandbox: Sandbox

    def records(self, stream: str) -> dict[str, Any]:
        """What a whole read gives, by id."""
        reading = self.read(stream)
        assert reading.error is None
        return {record.external_id: record for record in reading.records}


def fact(record: Any, label: str) -> str | None:
    return next((fact.value for fact in record.facts if fact.label == label), None)


@pytest.fixture
def account() -> Iterator[Account]:
    with Account(ImpactCom(), Sandbox) as stage:
        yield stage


@pytest.fixture(scope="session")
def published(specs: Path) -> Callable[[str], Contract]:
    """impact.com's document of that subject ("tasks")."""
    return lambda subject: _contract(specs, subject)


class _Texts(yaml.CSafeLoader):
    """Stamps stay the texts that JSON has in their place."""


_Texts.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@cache
def _contract(specs: Path, subject: str) -> Contract:
    text = (specs / "impact-com" / f"impact-partner-{subject}-v16.yaml").read_text()
    return Contract(yaml.load(text, _Texts))
