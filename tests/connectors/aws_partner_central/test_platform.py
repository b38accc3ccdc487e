"""The simulated AWS against AWS's own models, and the manifest against AWS's own addresses."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader

from connectors.aws_partner_central.connector import AwsPartnerCentral
from connectors.aws_partner_central.sandbox import Sandbox
from connectors.aws_partner_central.wire import service
from connectors.sdk.sandbox import Asked, SandboxHost
from tests.connectors.aws_partner_central.conftest import Connect, Reading

CHECKOUT = Path(__file__).parents[3]
SERVICES = (
    "partnercentral-selling",
    "partnercentral-benefits",
    "partnercentral-account",
    "marketplace-agreement",
)

# AWS's prose gives a deal value of one's own the frequency "None"; its model lacks the word.
ODD = "Frequency is none of the words: 'None'"

Shapes = dict[str, Any]


def outputs() -> dict[str, tuple[Shapes, str]]:
    """Each operation's shapes and the name of its answer's, straight from AWS's files."""
    found: dict[str, tuple[Shapes, str]] = {}
    for name in SERVICES:
        model = Loader().load_service_model(name, "service-2")
        for operation, told in model["operations"].items():
            if "output" in told:
                found[operation] = (model["shapes"], told["output"]["shape"])
    return found


def broken(shapes: Shapes, name: str, value: Any, path: str) -> Iterator[str]:
    """Where a value on the wire is not what the model promises."""
    shape = shapes[name]
    kind = shape["type"]
    if kind == "structure":
        yield from _broken_members(shapes, shape, value, path)
    elif kind == "list":
        for number, each in enumerate(value):
            yield from broken(shapes, shape["member"]["shape"], each, f"{path}[{number}]")
    elif kind == "timestamp":
        iso = shape.get("timestampFormat") == "iso8601"
        stamp = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
        good = stamp.fullmatch(value) if iso else isinstance(value, int | float)
        if not good:
            yield f"{path} is no timestamp: {value!r}"
    elif kind == "string":
        if not isinstance(value, str):
            yield f"{path} is no string: {value!r}"
        elif "enum" in shape and value not in shape["enum"]:
            yield f"{path} is none of the words: {value!r}"
        elif "pattern" in shape and not re.fullmatch(shape["pattern"], value):
            yield f"{path} does not match {shape['pattern']}: {value!r}"


def _broken_members(shapes: Shapes, shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path} is no object: {value!r}"
        return
    yield from (f"{path}.{name} is unknown" for name in value if name not in shape["members"])
    for name in shape.get("required", ()):
        if value.get(name) is None:
            yield f"{path}.{name} is missing"
    for name, told in shape["members"].items():
        if value.get(name) is not None:
            yield from broken(shapes, told["shape"], value[name], f"{path}.{name}")


def test_every_answer_of_the_simulated_platform_is_as_the_models_say(
    sandbox: Sandbox, host: SandboxHost, reading: Reading
) -> None:
    models = outputs()
    seen: list[tuple[str, Any]] = []

    def keep(asked: Asked, content_type: str, body: bytes) -> bytes:
        seen.append((asked.path.strip("/"), json.loads(body)))
        return body

    host.rewrite("aws", keep)
    for _ in range(8):
        for stream in AwsPartnerCentral().manifest.streams:
            reading.stream(stream.name)
        sandbox.advance()

    assert len({operation for operation, _ in seen}) == 12
    problems = [p for name, answer in seen for p in broken(*models[name], answer, name)]
    assert [problem for problem in problems if not problem.endswith(ODD)] == []
    assert problems, "the deliberate oddity is there"


def test_the_same_seed_tells_the_same_story(connect: Connect) -> None:
    first, _, _ = connect().stream("opportunities")
    second, _, _ = connect().stream("opportunities")

    assert first == second


def test_rows_that_were_dropped_come_back(sandbox: Sandbox, reading: Reading) -> None:
    for stream in (each.name for each in AwsPartnerCentral().manifest.streams):
        before = {record.external_id for record in reading.stream(stream)[0]}
        gone = sandbox.drop(stream, 2)
        left = {record.external_id for record in reading.stream(stream)[0]}
        sandbox.restore(stream)
        after = {record.external_id for record in reading.stream(stream)[0]}

        assert len(gone) == 2
        assert left == before - set(gone)
        assert after == before


def test_the_real_addresses_are_the_allowed_ones() -> None:
    addresses = {service(name).address for name in SERVICES}

    hosts = {host for host in AwsPartnerCentral().manifest.hosts if "$" not in host}
    assert addresses == {f"https://{host}" for host in hosts}


def test_the_manifest_costs_no_botocore() -> None:
    """It is loaded by every start of the application, and botocore takes 0.4 seconds."""
    program = (
        "import sys; from connectors.aws_partner_central.connector import AwsPartnerCentral; "
        "AwsPartnerCentral().manifest; sys.exit('botocore' in sys.modules)"
    )

    assert (
        subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, check=False).returncode == 0
    )


@pytest.mark.parametrize("permission", AwsPartnerCentral().manifest.permissions)
def test_the_page_s_policy_allows_what_is_called_and_nothing_else(permission: str) -> None:
    page = (CHECKOUT / AwsPartnerCentral().manifest.docs).read_text()
    policy = json.loads(page.partition("```json")[2].partition("```")[0])

    allowed = {action for part in policy["Statement"] for action in part["Action"]}

    assert permission in allowed
    assert len(allowed) == len(AwsPartnerCentral().manifest.permissions)
    assert not any("*" in action for action in allowed)
