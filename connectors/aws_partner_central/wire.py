"""AWS's wire: botocore builds and signs the request, our session carries it.

botocore is used as a library: its models name the operations, its serialiser makes the
body, its rule sets the address, its signer the signature. The bytes go through
``HttpSession``, so the allow-list, the private-address guard, the caps and the retries hold
for AWS as for everybody.

All four services are called by JSON 1.0, as botocore's own client does: the Marketplace
agreement service lists a binary protocol first, but botocore prefers its JSON one. Answers
are handed on as plain JSON, not through botocore's response parser: that one fails a whole
page for one field of the wrong type, and drops the raw text of dates.

This module takes 0.4 s and 20 MB to import; only a sync or a check does.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.serialize import JSONSerializer

from connectors.aws_partner_central.config import AwsConfig
from connectors.aws_partner_central.faults import NotPermitted, error_of, is_throttled
from connectors.sdk.errors import FormatChanged, Rejected
from connectors.sdk.http import HttpSession, Reply
from connectors.sdk.paging import by_cursor

REGION = "us-east-1"
"""Partner Central and the Marketplace agreement service live in this region only."""

# At debug level botocore's signer writes whole requests, which hold the session token.
logging.getLogger("botocore.auth").setLevel(logging.INFO)

OUR_ERRORS = (400, 401, 403, 404, 409)
"""Statuses whose body names the error. 429 and 5xx, and throttling by 400, are the session's."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """One AWS service: its model, how its lists are paged, and its public address."""

    model: ServiceModel
    paging: Mapping[str, Mapping[str, str]]
    address: str


@cache
def service(name: str) -> Service:
    """The service of that botocore name; models are read once a process, and only those used."""
    loader = Loader()
    model = ServiceModel(loader.load_service_model(name, "service-2"), name)
    rules = loader.load_service_model(name, "endpoint-rule-set-1")
    parameters: dict[str, Any] = {"Region": REGION, "UseFIPS": False}
    if "UseDualStack" in rules["parameters"]:
        parameters["UseDualStack"] = False
    provider = EndpointProvider(rules, loader.load_data("partitions"))
    return Service(
        model=model,
        paging=loader.load_service_model(name, "paginators-1")["pagination"],
        address=provider.resolve_endpoint(**parameters).url,
    )


def action_of(service_name: str, operation: str) -> str:
    """The IAM action that allows the operation."""
    ours = service_name.startswith("partnercentral-")
    return f"{'partnercentral' if ours else 'aws-marketplace'}:{operation}"


class Wire:
    """The calls of one connection, for the length of one read."""

    def __init__(self, http: HttpSession, config: AwsConfig) -> None:
        self._http = http
        self._config = config

    def call(self, service_name: str, operation: str, **members: Any) -> dict[str, Any]:
        """The answer's members; raises the typed errors."""
        body = self._send(service_name, operation, members).json()
        if not isinstance(body, dict):
            raise FormatChanged(f"AWS answered {operation} with something that is no object.")
        return body

    def pages(self, service_name: str, operation: str, **members: Any) -> Iterator[list[Any]]:
        """The rows of each page until AWS gives no further token; the model says where they are."""
        paging = service(service_name).paging[operation]
        pages = by_cursor(
            lambda cursor: self._send(service_name, operation, members | cursor),
            items=lambda body: _rows(body, paging["result_key"], operation),
            cursor=lambda body: body.get(paging["output_token"]) or None,
            param=paging["input_token"],
        )
        for body in pages:
            yield _rows(body, paging["result_key"], operation)

    def _send(self, service_name: str, operation: str, members: dict[str, Any]) -> Reply:
        target = service(service_name)
        plain = JSONSerializer().serialize_to_request(
            members, target.model.operation_model(operation)
        )
        address = (self._config.endpoint_url or target.address).rstrip("/")
        url, body = f"{address}{plain['url_path']}", plain["body"]
        signed = AWSRequest(method="POST", url=url, headers=plain["headers"], data=body)
        SigV4Auth(self._credentials(), target.model.signing_name, REGION).add_auth(signed)
        reply = self._http.request(
            "POST",
            url,
            headers=dict(signed.headers.items()),
            data=body,
            also_ok=OUR_ERRORS,
            throttled=is_throttled,
        )
        if reply.status >= 400:
            raise error_of(reply, action=action_of(service_name, operation))
        return reply

    def _credentials(self) -> ReadOnlyCredentials:
        token = self._config.session_token
        return ReadOnlyCredentials(
            self._config.access_key_id,
            self._config.secret_access_key.get_secret_value(),
            token.get_secret_value() if token else None,
        )


class Details:
    """Detail calls of one read: at most ``budget``, and none of a kind that AWS does not allow.

    A detail adds an amount or a name to a row that stands without it. So a missing
    permission, or a row whose detail AWS refuses, costs the detail and not the stream; the
    connection's check names it.
    """

    def __init__(self, wire: Wire, budget: int) -> None:
        self._wire = wire
        self._left = budget
        self._denied: set[str] = set()

    def ask(self, service_name: str, operation: str, **members: Any) -> dict[str, Any] | None:
        """The answer; None when it is over budget, not allowed, refused or no longer there."""
        try:
            return self.demand(service_name, operation, **members)
        except Rejected:
            return None

    def demand(self, service_name: str, operation: str, **members: Any) -> dict[str, Any] | None:
        """As ``ask``, but raises ``Rejected`` when AWS refuses this row's detail."""
        if self._left <= 0 or operation in self._denied:
            return None
        self._left -= 1
        try:
            return self._wire.call(service_name, operation, **members)
        except NotPermitted:
            self._denied.add(operation)
            return None


def _rows(body: Any, key: str, operation: str) -> list[Any]:
    """The list of a page. A page without its list is no empty page: it is not understood."""
    listed = body.get(key) if isinstance(body, dict) else None
    if not isinstance(listed, list):
        raise FormatChanged(f"AWS answered {operation} without its list {key}.")
    return listed
