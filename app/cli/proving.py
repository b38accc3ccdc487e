"""connectors check: the proof of one. It brings the simulated platforms and their server."""

import typer

from app.cli.base import out, plain, print_json
from app.errors import Invalid
from connectors import registry
from connectors.sdk import conformance


def check(connector_id: str, *, as_json: bool) -> None:
    """Run the conformance suite against the connector's simulated platform."""
    try:
        found = registry.connector(connector_id)
    except registry.UnknownConnector:
        known = ", ".join(registry.connectors())
        raise Invalid(
            f"There is no connector named {connector_id}.", remedy=f"There are: {known}."
        ) from None
    try:
        platform = registry.sandbox(connector_id)
    except registry.NoSandbox:
        raise Invalid(
            f"The connector {connector_id} has no simulated platform to check it on.",
            remedy="It needs a sandbox.py beside it.",
        ) from None
    failed = False
    results = []
    for result in conformance.run(found, platform):
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
    if failed:
        raise typer.Exit(1)
