"""Google's own client and its discovery document as the check: of the sandbox and of what is asked.

The client is built, unmodified, from the document: it signs in as its library does, pages with its
``list_next``, and reads of the sandbox what the connector reads of it.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httplib2
import jsonschema
import pytest
from google.api_core.client_options import ClientOptions
from google.auth.exceptions import RefreshError
from google.oauth2.service_account import Credentials
from google_auth_httplib2 import AuthorizedHttp, Request
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError

from connectors.google_cloud_channel.sandbox import Sandbox
from connectors.google_cloud_channel.sandbox_sign_in import SCOPE, USER
from connectors.google_cloud_channel.sandbox_story import ACCOUNT
from connectors.sdk.conformance.stage import NAME, Stage
from connectors.sdk.sandbox import Asked, SandboxClock, SandboxHost

STREAMS = ("entitlements", "offers", "channel_partner_links")
INSIDE = "discovery_cache/documents/cloudchannel.v1.json"


@pytest.fixture(scope="module", params=["in the client", "in the specifications"])
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The discovery document, as Google's package brings it and as we keep it."""
    if request.param == "in the client":
        text = files("googleapiclient").joinpath(INSIDE).read_text()
    else:
        specs: Path = request.getfixturevalue("specs")
        text = (specs / "google-cloud-channel/cloudchannel.v1.json").read_text()
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.fixture
def sandbox() -> Sandbox:
    """Google's library signs with the real time, so this one lives in it."""
    return Sandbox(SandboxClock(datetime.now(UTC)))


@pytest.fixture
def url(sandbox: Sandbox) -> Iterator[str]:
    with SandboxHost({NAME: sandbox}) as host:
        yield host.url(NAME)


@pytest.fixture
def http() -> Iterator[httplib2.Http]:
    made = httplib2.Http()
    yield made
    made.close()


def credentials(sandbox: Sandbox, url: str, *, subject: str = USER) -> Credentials:
    key = json.loads(sandbox.config(url)["service_account_key"])
    found: Credentials = Credentials.from_service_account_info(key, scopes=[SCOPE], subject=subject)
    return found


@pytest.fixture
def client(
    document: dict[str, Any], sandbox: Sandbox, url: str, http: httplib2.Http
) -> Iterator[Any]:
    signed = AuthorizedHttp(credentials(sandbox, url), http=http)
    made = build_from_document(document, http=signed, client_options=ClientOptions(url))
    yield made
    made.close()


def listed(resource: Any, name: str, **asked: Any) -> list[dict[str, Any]]:
    """All rows, by the client's own paging."""
    found: list[dict[str, Any]] = []
    request = resource.list(**asked)
    while request is not None:
        answer = request.execute()
        found += answer.get(name, [])
        request = resource.list_next(request, answer)
    return found


def test_googles_client_reads_the_rows_that_the_connector_reads(client: Any, stage: Stage) -> None:
    accounts = client.accounts()
    customers = listed(accounts.customers(), "customers", parent=ACCOUNT)
    held = [
        row
        for customer in customers
        for row in listed(
            accounts.customers().entitlements(), "entitlements", parent=customer["name"]
        )
    ]
    committed = {row["name"] for row in held if "commitmentSettings" in row}
    trials = {f"{row['name']}:trial" for row in held if "trialSettings" in row}
    offers = listed(accounts.offers(), "offers", parent=ACCOUNT)
    links = listed(accounts.channelPartnerLinks(), "channelPartnerLinks", parent=ACCOUNT)

    assert committed | trials == set(stage.read("entitlements").hashes)
    assert {row["name"] for row in offers if "endTime" in row} == set(stage.read("offers").hashes)
    assert {row["name"] for row in links} == set(stage.read("channel_partner_links").hashes)


def test_googles_library_is_refused_as_the_connector_is(
    sandbox: Sandbox, url: str, http: httplib2.Http
) -> None:
    with pytest.raises(RefreshError, match="Invalid email"):
        credentials(sandbox, url, subject="nobody@halden.example").refresh(Request(http))

    sandbox.gate.delegated = False
    with pytest.raises(RefreshError, match="unauthorized"):
        credentials(sandbox, url).refresh(Request(http))


def test_googles_client_understands_how_the_sandbox_refuses(client: Any, sandbox: Sandbox) -> None:
    sandbox.distributor = False

    with pytest.raises(HttpError, match="no distributor") as refused:
        client.accounts().channelPartnerLinks().list(parent=ACCOUNT).execute()
    assert refused.value.status_code == 403


@pytest.mark.parametrize("stream", STREAMS)
def test_each_answer_is_one_of_googles_schema_and_each_request_one_of_its_methods(
    document: dict[str, Any], stage: Stage, stream: str
) -> None:
    schemas = {name: strict(schema) for name, schema in document["schemas"].items()}
    seen = set()

    def compare(asked: Asked, _content_type: str, body: bytes) -> bytes:
        if not asked.path.startswith("/v1/"):
            return body
        method = method_of(document, asked.path)
        unknown = set(parse_qs(asked.query)) - set(method["parameters"])
        wanted = {"$ref": f"#/definitions/{method['response']['$ref']}", "definitions": schemas}
        try:
            jsonschema.validate(json.loads(body), wanted, jsonschema.Draft7Validator)
        except jsonschema.ValidationError as error:
            wrong.append(f"{asked.path}: {error.message}")
        wrong.extend(f"{asked.path} has no parameter {name}" for name in unknown)
        seen.add(method["id"])
        return body

    wrong: list[str] = []
    stage.host.rewrite(NAME, compare)

    assert stage.read(stream).whole
    assert wrong == []
    assert len(seen) == {"entitlements": 3, "offers": 1, "channel_partner_links": 1}[stream]


def method_of(document: dict[str, Any], path: str) -> dict[str, Any]:
    """The GET whose path that is."""
    for method in methods(document):
        route = "/" + re.sub(r"\{\w+\}", "[^/:]+", method["flatPath"])
        if method["httpMethod"] == "GET" and re.fullmatch(route, path):
            return method
    raise AssertionError(f"Google has no method at {path}")


def methods(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from resource.get("methods", {}).values()
    for inner in resource.get("resources", {}).values():
        yield from methods(inner)


PATTERNS = {
    "int64": r"-?\d+",
    "google-datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.(\d{3}|\d{6}|\d{9}))?Z",
}


def strict(schema: Any) -> Any:
    """A discovery schema as a JSON Schema that also refuses what it does not name."""
    if "$ref" in schema:
        return {"$ref": f"#/definitions/{schema['$ref']}"}
    kind = schema.get("type", "any")
    made: dict[str, Any] = {} if kind == "any" else {"type": kind}
    if "enum" in schema:
        made["enum"] = schema["enum"]
    if pattern := PATTERNS.get(schema.get("format", "")):
        made["pattern"] = f"^{pattern}$"
    if "items" in schema:
        made["items"] = strict(schema["items"])
    if "properties" in schema:
        made["properties"] = {name: strict(one) for name, one in schema["properties"].items()}
        made["additionalProperties"] = False
    return made
