"""The sandbox and the connector against Crayon's own contract (its swagger of 2020).

The contract is Swagger 2.0, which has no word for null; Crayon's server writes null for what is
empty. So a null is compared like a field that is left out. Names that the contract does not know
are those of Crayon's newer SDK.
"""

import json
from collections import defaultdict
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from jsonschema import Draft4Validator

from connectors.crayon_cloudiq import words
from connectors.sdk.sandbox import Asked
from tests.support.desk import Desk

NEWER = {
    "TermDuration",
    "AutoRenewEnabled",
    "CancellationAllowedUntilDate",
    "AutoSuspensionDate",
}
ANSWERS = {
    "/api/v1/connect/token": "Token",
    "/api/v1/ProductContainers": "ApiCollectionOfProductContainer",
    "/api/v1/ProductContainers/{id}": "ProductContainer",
    "/api/v1/AgreementReports/{productContainerId}": "ApiCollectionOfAgreementReport",
    "/api/v1/Agreements": "AgreementCollection",
    "/api/v1/Subscriptions": "ApiCollectionOfSubscription",
    "/api/v1/CustomerTenants": "ApiCollectionOfCustomerTenant",
    "/api/v1/BlogItems": "ApiCollectionOfBlogItem",
    "/api/v1/Organizations": "ApiCollectionOfOrganization",
    "/api/v1/Organizations/{id}": "Organization",
    "/api/v1/Organizations/{organizationId}/salescontact": "OrganizationSalesContact",
}


@cache
def load(specs: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((specs / "crayon-cloudiq/swagger.json").read_text())
    return loaded


@pytest.fixture
def contract(specs: Path) -> dict[str, Any]:
    return load(specs)


def route_of(path: str) -> str:
    """The contract's path for one that was asked."""
    parts = path.split("/")
    for route in ANSWERS:
        wanted = route.split("/")
        if len(wanted) == len(parts) and all(
            a == b or a.startswith("{") for a, b in zip(wanted, parts, strict=True)
        ):
            return route
    raise AssertionError(f"{path} is not in the contract")


def without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_null(inner) for key, inner in value.items() if inner is not None}
    return [without_null(inner) for inner in value] if isinstance(value, list) else value


def everything(desk: Desk) -> tuple[list[Asked], dict[str, list[Any]]]:
    """All that is asked in a life with the platform, and all that it answers, by route."""
    asked: list[Asked] = []
    answers: dict[str, list[Any]] = defaultdict(list)

    def hear(request: Asked, content_type: str, body: bytes) -> bytes:
        answers[route_of(request.path)].append(json.loads(body))
        return body

    desk.before(asked.append)
    desk.host.rewrite("platform", hear)
    desk.check()
    states = {stream: desk.read(stream).state for stream in desk.streams()}
    for _ in range(5):
        desk.sandbox.advance()
    desk.clock.move(timedelta(days=92))
    for stream, state in states.items():
        desk.read(stream, state)
    desk.setting(organization_id=4001)
    desk.read("contacts")
    return asked, answers


def test_every_answer_of_the_sandbox_is_one_that_the_contract_allows(
    desk: Desk, contract: dict[str, Any]
) -> None:
    _, answers = everything(desk)

    assert set(answers) == set(ANSWERS)
    for route, bodies in answers.items():
        schema = {
            "$ref": f"#/definitions/{ANSWERS[route]}",
            "definitions": contract["definitions"],
        }
        validator = Draft4Validator(schema)
        for body in bodies:
            wrong = [error.message for error in validator.iter_errors(without_null(body))]
            assert wrong == [], route


def test_the_contract_answers_that_way(contract: dict[str, Any]) -> None:
    for route, name in ANSWERS.items():
        operations = contract["paths"][route]
        operation = operations["post"] if route.endswith("/token") else operations["get"]
        assert operation["responses"]["200"]["schema"] == {"$ref": f"#/definitions/{name}"}


def test_every_field_of_the_sandbox_is_the_contracts_or_the_newer_sdks(
    desk: Desk, contract: dict[str, Any]
) -> None:
    _, answers = everything(desk)

    for route, bodies in answers.items():
        definition = contract["definitions"][ANSWERS[route]]["properties"]
        for body in bodies:
            assert set(body) <= set(definition), route
            if "Items" not in body:
                continue
            row = definition["Items"]["items"]["$ref"].rpartition("/")[2]
            known = set(contract["definitions"][row]["properties"]) | NEWER
            for item in body["Items"]:
                assert set(item) <= known, route


def test_every_question_is_one_that_the_contract_knows(
    desk: Desk, contract: dict[str, Any]
) -> None:
    asked, _ = everything(desk)

    for call in asked:
        operation = contract["paths"][route_of(call.path)][call.method.lower()]
        known = {
            parameter["name"].lower(): parameter
            for parameter in operation["parameters"]
            if parameter["in"] == "query"
        }
        for name, values in parse_qs(call.query).items():
            parameter = known[name.lower()]
            if "enum" in parameter:
                assert set(values) <= set(parameter["enum"]), name


@pytest.mark.parametrize(
    ("names", "definition", "field"),
    [
        (words.REPORT_STATUS, "AgreementReport", "Status"),
        (words.AGREEMENT_TYPE, "Agreement", "AgreementType"),
        (words.SUBSCRIPTION_STATUS, "Subscription", "Status"),
        (words.CONTAINER_TYPE, "ProductContainer", "Type"),
        (words.BILLING_CYCLE, "Subscription", "BillingCycle"),
    ],
    ids=["report", "agreement", "subscription", "container", "billing"],
)
def test_every_word_of_the_contracts_enumerations_is_known(
    contract: dict[str, Any], names: dict[int, str], definition: str, field: str
) -> None:
    said = set(contract["definitions"][definition]["properties"][field]["enum"])

    # Sums of several flags have no number of their own.
    assert said - {"Inactive", "All"} <= set(names.values())
