"""How AWS's services talk: JSON 1.0 by target, signed requests, typed errors, opaque tokens.

Knows the services' published models and nothing of what this project reads from them.
"""

import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

SERVICES = (
    "partnercentral-selling",
    "partnercentral-benefits",
    "partnercentral-account",
    "marketplace-agreement",
)
TOLERANCE = timedelta(minutes=15)
CREDENTIAL = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>\w+)/(?P<day>\d{8})/(?P<region>[\w-]+)/(?P<name>[\w-]+)"
    r"/aws4_request,\s*SignedHeaders=(?P<signed>[\w;-]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)


class Refusal(Exception):
    """An error answer: its bare name, AWS's sentence, and the error's further members."""

    def __init__(self, code: str, message: str, *, status: int = 400, **members: Any) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.members = members


@cache
def targets() -> dict[str, ServiceModel]:
    """The service models by the prefix of ``X-Amz-Target``."""
    loader = Loader()
    models = [ServiceModel(loader.load_service_model(name, "service-2"), name) for name in SERVICES]
    return {model.metadata["targetPrefix"]: model for model in models}


def operation_of(target: str) -> OperationModel:
    """The operation that a request names; raises ``Refusal``."""
    prefix, _, name = target.partition(".")
    model = targets().get(prefix)
    if model is None or name not in model.operation_names:
        raise Refusal("UnknownOperationException", "")
    return model.operation_model(name)


def verify(
    request: AWSRequest, operation: OperationModel, key_pair: tuple[str, str], now: datetime
) -> None:
    """Sign the request again with the secret that we know; raises ``Refusal`` unless it agrees."""
    given = CREDENTIAL.fullmatch(request.headers.get("Authorization", ""))
    if given is None:
        raise Refusal("MissingAuthenticationTokenException", "Missing Authentication Token")
    if given["key"] != key_pair[0]:
        raise Refusal(
            "UnrecognizedClientException", "The security token included in the request is invalid."
        )
    _check_time(request.headers.get("X-Amz-Date", ""), now)
    signer = SigV4Auth(ReadOnlyCredentials(*key_pair, None), given["name"], given["region"])
    names = given["signed"].split(";")
    again = AWSRequest(
        method=request.method,
        url=request.url,
        data=request.data,
        headers={name: request.headers[name] for name in names if name in request.headers},
    )
    again.context["timestamp"] = request.headers["X-Amz-Date"]
    canonical = signer.canonical_request(again)
    expected = signer.signature(signer.string_to_sign(again, canonical), again)
    right_scope = given["name"] == operation.service_model.signing_name
    if not right_scope or not hmac.compare_digest(expected, given["signature"]):
        raise Refusal(
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. "
            f"The Canonical String for this request should have been '{canonical}'",
        )


def _check_time(stamp: str, now: datetime) -> None:
    try:
        signed_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Refusal("IncompleteSignatureException", "Date must be in ISO-8601 format") from None
    if signed_at < now - TOLERANCE:
        raise Refusal(
            "InvalidSignatureException",
            f"Signature expired: {stamp} is now earlier than {now - TOLERANCE:%Y%m%dT%H%M%SZ}",
        )
    if signed_at > now + TOLERANCE:
        raise Refusal(
            "InvalidSignatureException",
            f"Signature not yet current: {stamp} is still later than "
            f"{now + TOLERANCE:%Y%m%dT%H%M%SZ}",
        )


def members_of(operation: OperationModel, body: bytes) -> dict[str, Any]:
    """The request's members, checked against the model; raises ``Refusal`` with the fields."""
    try:
        members = json.loads(body or b"{}")
    except ValueError:
        raise Refusal("SerializationException", "") from None
    shape = operation.input_shape
    wrong = list(violations(shape, members, "")) if shape else []
    if wrong:
        raise invalid(operation, wrong)
    return dict(members)


Wrong = tuple[str, str, str]
"""Field, code and sentence."""


def invalid(operation: OperationModel, wrong: list[Wrong]) -> Refusal:
    """A ValidationException in the shape that this operation's service uses."""
    name = operation.service_model.service_name
    if name == "marketplace-agreement":
        return Refusal(
            "ValidationException",
            "Validation failed.",
            reason="OTHER",
            fields=[{"name": field, "message": text} for field, _, text in wrong],
        )
    if name == "partnercentral-benefits":
        listed = [{"Name": f, "Message": text, "Code": code} for f, code, text in wrong]
        return Refusal("ValidationException", "", Reason="fieldValidationFailed", FieldList=listed)
    return Refusal(
        "ValidationException",
        "1 validation error detected",
        Reason="REQUEST_VALIDATION_FAILED",
        ErrorList=[{"FieldName": f, "Message": text, "Code": code} for f, code, text in wrong],
    )


def violations(shape: Shape, value: Any, path: str) -> Iterator[Wrong]:
    """Where a value breaks the model: required, type, enum, length, range, pattern."""
    kind = _TYPES.get(shape.type_name)
    if kind and (not isinstance(value, kind) or isinstance(value, bool) != (kind is bool)):
        yield path, "INVALID_VALUE", f"must be a {shape.type_name}"
    elif shape.type_name == "structure":
        members = getattr(shape, "members", {})
        for name in getattr(shape, "required_members", []):
            if value.get(name) is None:
                yield f"{path}{name}", "REQUIRED_FIELD_MISSING", "is required"
        for name, inner in value.items():
            if name in members and inner is not None:
                yield from violations(members[name], inner, f"{path}{name}.")
    elif shape.type_name == "list":
        yield from _outside(shape, len(value), path)
        for inner in value:
            yield from violations(getattr(shape, "member"), inner, path)  # noqa: B009 - untyped
    elif shape.type_name == "integer":
        yield from _outside(shape, value, path)
    elif shape.type_name == "string":
        yield from _outside(shape, len(value), path)
        allowed = getattr(shape, "enum", [])
        pattern = shape.metadata.get("pattern")
        if allowed and value not in allowed:
            yield path.rstrip("."), "INVALID_ENUM_VALUE", f"must be one of {', '.join(allowed)}"
        elif pattern and not re.fullmatch(pattern, value):
            yield path.rstrip("."), "INVALID_STRING_FORMAT", f"must match {pattern}"


_TYPES: Mapping[str, type] = {
    "structure": dict,
    "list": list,
    "map": dict,
    "string": str,
    "integer": int,
    "boolean": bool,
}


def _outside(shape: Shape, size: int, path: str) -> Iterator[Wrong]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and size < low) or (high is not None and size > high):
        yield path.rstrip("."), "VALUE_OUT_OF_RANGE", f"must be between {low} and {high}"


def rendered(shape: Shape | None, value: Any) -> Any:
    """A value as the shape writes it: only members that it knows, times in its format."""
    if value is None or shape is None:
        return None
    if shape.type_name == "structure":
        members = getattr(shape, "members", {})
        return {name: rendered(members[name], value[name]) for name in members if name in value}
    if shape.type_name == "list":
        return [rendered(getattr(shape, "member"), inner) for inner in value]  # noqa: B009 - untyped
    if shape.type_name == "timestamp":
        return stamped(value, iso=shape.serialization.get("timestampFormat") == "iso8601")
    return value


def stamped(at: datetime, *, iso: bool) -> Any:
    """Selling writes up to nine digits of a second; the Marketplace seconds since 1970."""
    if not iso:
        return at.timestamp()
    whole = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
    return f"{whole}.{at.microsecond:06d}587Z" if at.microsecond else f"{whole}Z"


class Cursors:
    """Pages of lists. A token is opaque and fits only the question that it came from.

    A list is kept as it was when its first page was asked for, so that rows which come or
    go between two pages shift no other. How long AWS keeps its tokens is not known; here
    the last few lists are kept.
    """

    KEPT = 16

    def __init__(self) -> None:
        self._lists: OrderedDict[str, list[Any]] = OrderedDict()
        self._count = 0

    def page(
        self, rows: Callable[[], list[Any]], token: Any, size: int, asked: Any
    ) -> tuple[list[Any], str | None]:
        """A page and the token of the next; ``rows`` is called for the first page only."""
        digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]
        name, start = self._resumed(token, digest) if token else (self._opened(rows(), digest), 0)
        kept, end = self._lists[name], start + size
        following = urlsafe_b64encode(json.dumps([name, end]).encode()).decode()
        return kept[start:end], f"AAMA-{following}" if end < len(kept) else None

    def _opened(self, rows: list[Any], digest: str) -> str:
        self._count += 1
        name = f"{digest}.{self._count}"
        self._lists[name] = rows
        if len(self._lists) > self.KEPT:
            self._lists.popitem(last=False)
        return name

    def _resumed(self, token: str, digest: str) -> tuple[str, int]:
        try:
            name, start = json.loads(urlsafe_b64decode(token.removeprefix("AAMA-")))
        except (ValueError, TypeError):
            name, start = "", 0
        if name not in self._lists or not name.startswith(digest):
            wrong = {"FieldName": "NextToken", "Message": "is not valid", "Code": "INVALID_VALUE"}
            raise Refusal(
                "ValidationException",
                "The NextToken is not valid.",
                Reason="REQUEST_VALIDATION_FAILED",
                ErrorList=[wrong],
            )
        return name, start
