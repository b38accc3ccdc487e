"""Customers: the one list of Partner Center with a machine-readable contract of Microsoft's."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jsonschema
import pytest

from connectors.sdk.sandbox import Asked
from tests.connectors.microsoft.conftest import NAME, Desk

COLLECTION = "Microsoft.Partner.Core.Collections.ResourceCollection[{}]".format(
    "Microsoft.Partner.Service.Customers.Contracts.V1.Customer"
)


@pytest.fixture
def contract(specs: Path) -> dict[str, Any]:
    path = specs / "microsoft-partner-center" / "swagger" / "CustomerService.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def strict(schema: Any) -> Any:
    """A definition that also refuses what it does not name, but for where it contradicts itself:
    its enumerations are of words, and of the type "integer".
    """
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {
        name: strict(one) for name, one in schema.items() if name != "type" or "enum" not in schema
    }
    return {**made, "additionalProperties": False} if "properties" in schema else made


def test_the_simulated_customers_are_those_of_the_contract_and_asked_for_by_it(
    desk: Desk, contract: dict[str, Any]
) -> None:
    bodies: list[Any] = []
    asked: set[str] = set()

    def keep(request: Asked, _type: str, body: bytes) -> bytes:
        if request.path.endswith("/v1/customers"):
            bodies.append(json.loads(body.decode("utf-8-sig")))
            asked.update(parse_qs(request.query))
        return body

    desk.host.rewrite(NAME, keep)
    assert desk.read("subscriptions").end is not None

    schema = {
        **strict(contract["definitions"][COLLECTION]),
        "definitions": strict(contract["definitions"]),
    }
    assert len(bodies) == 2
    for body in bodies:
        jsonschema.validate(body, schema, jsonschema.Draft4Validator)
    parameters = contract["paths"]["/v{version}/customers"]["get"]["parameters"]
    assert asked <= {one["name"] for one in parameters if one["in"] == "query"}
