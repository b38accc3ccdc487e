"""connectors check: the proof of one. It brings the simulated platforms and their server."""

import sys
from dataclasses import replace
from pathlib import Path

import typer

from app.cli.base import out, plain, print_json
from app.errors import Invalid
from connectors import registry
from connectors.sdk import conformance, quality
from connectors.sdk.connector import Connector


def check(connector_id: str, *, record: bool, as_json: bool) -> None:
    """Run the conformance suite against the connector's simulated platform."""
    found = known(connector_id)
    try:
        platform = registry.sandbox(connector_id)
    except registry.NoSandbox:
        raise Invalid(
            f"The connector {connector_id} has no simulated platform to check it on.",
            remedy="It needs a sandbox.py beside it.",
        ) from None
    failed = False
    results = []
    proof = quality.Proof(version=found.manifest.version)
    for result in conformance.run(found, platform, checkout=_checkout(found, record=record)):
        proof = _with(proof, result)
        failed |= result.outcome is conformance.Outcome.FAILED
        results.append(
            {
                "id": result.id,
                "title": result.title,
                "outcome": result.outcome,
                "text": result.text,
            }
        )
        if not as_json:
            told = f"{result.title}. {result.text}".rstrip()
            out.print(f"{result.id} {result.outcome:<9} {plain(told)}")
    if as_json:
        print_json(results)
    else:
        out.print(f"{connector_id} is {plain(proof.words())}.")
    if failed:
        raise typer.Exit(1)
    if record:
        (_folder(found) / quality.FILE).write_bytes(quality.recorded(proof))


def known(connector_id: str) -> Connector:
    """The connector of that id; raises ``Invalid`` with those that there are."""
    try:
        return registry.connector(connector_id)
    except registry.UnknownConnector:
        there = ", ".join(registry.connectors())
        raise Invalid(
            f"There is no connector named {connector_id}.", remedy=f"There are: {there}."
        ) from None


def _with(proof: quality.Proof, result: conformance.Result) -> quality.Proof:
    match result.outcome:
        case conformance.Outcome.PASSED:
            return replace(proof, passed=proof.passed | {result.id})
        case conformance.Outcome.BYPASSED:
            return replace(proof, bypassed={**proof.bypassed, result.id: result.text})
    return proof


def _folder(connector: Connector) -> Path:
    return Path(str(sys.modules[type(connector).__module__].__file__)).parent


def _checkout(connector: Connector, *, record: bool) -> conformance.Checkout | None:
    """Docs and golden records, where the connector lies in a repository that has them.

    The first golden records are stored with the first proof.
    """
    folder = _folder(connector)
    for root in folder.parents:
        tests = root / "tests/connectors" / folder.name
        if (root / "docs/connectors" / f"{folder.name}.md").is_file() and tests.is_dir():
            golden = tests / "golden.json"
            first = record and not golden.exists()
            return conformance.Checkout(root=root, golden=golden, update=first)
    return None
