"""The API's own description: whole, as it is committed, and true to the example."""

import json
import os
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from app.api import asking
from app.api.v1 import examples, items, operations, records, spec
from tests.app.api_v1.program import Program, checker

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"


def test_the_committed_document_is_the_present_one() -> None:
    present = json.loads(json.dumps(spec.document()))
    if os.environ.get("PARTNER_INBOX_TEST_UPDATE_GOLDEN"):
        COMMITTED.write_text(json.dumps(present, indent=1, ensure_ascii=False) + "\n")
    assert json.loads(COMMITTED.read_text()) == present


@pytest.mark.parametrize("operation", operations.ALL, ids=lambda one: one.id)
def test_every_operation_is_described_with_examples_that_fit(
    operation: operations.Operation,
) -> None:
    told = spec.document()["paths"][operation.address][operation.method.lower()]
    assert told["operationId"] == operation.id
    checker(operation.gives.__name__).validate(examples.ANSWERS[operation.id])
    if operation.body is not None:
        operation.body.model_validate(examples.BODIES[operation.id])
        checker(operation.body.__name__).validate(examples.BODIES[operation.id])
    for name, (takes, _sentence) in operation.parameters.items():
        value = examples.QUERY[name]
        assert takes(str(value)), name
        schema = spec.PARAMETERS["updated_since" if name == "since" else name][0]
        Draft202012Validator(schema).validate(value)
    for status in (int(one) for one in told["responses"] if one >= "400"):
        checker("Problem").validate(examples.problem(status))


def test_what_the_description_allows_the_api_takes() -> None:
    """Of lists of words both name the same."""
    taken = {**items.LISTED, **items.HISTORY, **records.NARROWED}
    for name, (schema, _says) in spec.PARAMETERS.items():
        for value in schema.get("enum", ()):
            assert taken[name][0](value), (name, value)
    assert {*taken} == {*spec.PARAMETERS, "since"}
    assert {*asking.PARAMETERS} - {"after"} <= {*taken}


def test_the_served_document_names_this_inbox_and_needs_no_token(program: Program) -> None:
    answer = program.client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["servers"] == [{"url": "http://testserver"}]


def test_the_help_has_every_operation_and_every_problem(program: Program) -> None:
    page = program.client.get("/help/api").text
    told = re.findall(r'id="([^"]+)"', page)
    anchors = set(told)
    assert len(anchors) == len(told)
    document = spec.document()
    assert {operation.id for operation in operations.ALL} <= anchors
    assert {one["about"] for one in document["x-problems"]} <= anchors
    assert {*document["components"]["schemas"]} <= anchors
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors


def test_the_help_begins_with_what_is_on_it(program: Program) -> None:
    page = program.client.get("/help/api").text
    contents, _, rest = page.partition("</nav>")
    linked = re.findall(r'href="#([^"]+)"', contents)
    parts = re.findall(r'<h2 id="([^"]+)"', rest)
    assert {"keep-a-copy", "operations", "shapes", "problems"} <= {*parts}
    assert [one for one in linked if one in parts] == parts
    assert [one for one in linked if one not in parts] == [one.id for one in operations.ALL]
    assert contents.index("<h1>") < contents.index("<nav")
