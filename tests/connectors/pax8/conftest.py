"""A simulated Pax8 account, and Pax8's own documents."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from connectors.pax8.connector import Pax8
from connectors.pax8.sandbox import Sandbox
from connectors.sdk.conformance.stage import Reading, Stage
from connectors.sdk.records import Deadline
from tests.support.openapi import Contract


class Account(Stage):
    """The account with the connector that reads it; time passes only when something waits."""

    sandbox: Sandbox

    def deadlines(self, stream: str, state: dict[str, Any] | None = None) -> dict[str, Deadline]:
        """What a whole read gives, by title: the ids are Pax8's and say nothing to a person."""
        return titled(self.read(stream, state))


def titled(reading: Reading) -> dict[str, Deadline]:
    assert reading.error is None
    records = [record for record in reading.records if isinstance(record, Deadline)]
    return {record.title: record for record in records}


def fact(record: Deadline, label: str) -> str | None:
    return next((fact.value for fact in record.facts if fact.label == label), None)


@pytest.fixture
def account() -> Iterator[Account]:
    with Account(Pax8(), Sandbox) as stage:
        yield stage


@pytest.fixture(scope="session")
def partner(specs: Path) -> Contract:
    return _contract(specs, "partner-endpoints")


@pytest.fixture(scope="session")
def quoting(specs: Path) -> Contract:
    return _contract(specs, "quoting-endpoints")


@pytest.fixture(scope="session")
def signing_in(specs: Path) -> Contract:
    return _contract(specs, "authentication")


@cache
def _contract(specs: Path, name: str) -> Contract:
    return Contract(json.loads((specs / "pax8" / f"pax8-{name}-openapi.json").read_text()))
