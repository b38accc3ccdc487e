"""AWS Partner Central, simulated: an unmodified AWS SDK reads it when given its address.

Four services at one address, told apart by ``X-Amz-Target``. Signatures are verified with
the secret that ``config`` hands out, against the clock that AWS's own signer reads:
whoever signs takes the time from there, while the story's clock may stand days away.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import timedelta
from typing import Any, ClassVar

from botocore.awsrequest import AWSRequest
from botocore.compat import get_current_datetime

from connectors.aws_partner_central.sandbox_answers import Answers
from connectors.aws_partner_central.sandbox_changes import Changes
from connectors.aws_partner_central.sandbox_rows import PARTNER
from connectors.aws_partner_central.sandbox_story import told
from connectors.aws_partner_central.sandbox_wire import (
    Refusal,
    members_of,
    operation_of,
    rendered,
    verify,
)
from connectors.sdk.sandbox import ASGIApp, SandboxClock

KEY_PAIR = ("AKIASANDBOXPARTNER01", "simulated/only/Rk2vQ8wYp5LhT3nXzB7c")


class Sandbox:
    """One partner's view of AWS.

    denied     IAM actions that the keys may not do
    expired    the keys are temporary and over
    throttle   that many of the next requests are refused as too fast
    ahead      how far AWS's clock is before the signer's
    """

    details = "^/(Get|Describe)"
    bypasses: ClassVar[Mapping[str, str]] = {
        "C15": "Requests are signed one by one: there is no token that ends or is refreshed.",
    }

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        story, ids = told(clock.now(), seed=seed, size=size)
        self._answers = Answers(story)
        self._changes = Changes(story, ids, seed=seed, now=clock.now)
        self.denied: set[str] = set()
        self.expired = False
        self.throttle = 0
        self.ahead = timedelta()

    @property
    def app(self) -> ASGIApp:
        return self._serve

    def config(self, base_url: str) -> Mapping[str, Any]:
        """Long-lived keys and this address in place of AWS's."""
        return {
            "access_key_id": KEY_PAIR[0],
            "secret_access_key": KEY_PAIR[1],
            "catalog": "AWS",
            "endpoint_url": base_url,
        }

    def advance(self) -> list[str]:
        return self._changes.next()

    def drop(self, stream: str, count: int) -> list[str]:
        if stream == "contacts":
            return self._answers.unname(count)
        return self._answers.listing(stream).drop(count)

    def restore(self, stream: str) -> None:
        if stream == "contacts":
            self._answers.name_all()
        else:
            self._answers.listing(stream).restore()

    def shuffle(self) -> None:
        """Lists that AWS sorts by nothing come in the opposite order."""
        for stream in ("benefit_applications", "benefit_allocations", "partners"):
            self._answers.listing(stream).reverse()

    def operation(self, path: str, headers: Mapping[str, str]) -> str:
        """Every operation has the same path; the target names it."""
        return "/" + headers.get("x-amz-target", path).rpartition(".")[2]

    async def _serve(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        if scope["type"] != "http":
            return
        request = await _request(scope, receive)
        try:
            status, answer = 200, self._answer(request)
        except Refusal as refusal:
            status, answer = refusal.status, _error(refusal)
        body = json.dumps(answer).encode()
        headers = [
            (b"content-type", b"application/x-amz-json-1.0"),
            (b"content-length", str(len(body)).encode()),
            (b"x-amzn-requestid", b"00000000-0000-4000-8000-000000000000"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, request: AWSRequest) -> Any:
        operation = operation_of(request.headers.get("X-Amz-Target", ""))
        now = get_current_datetime(remove_tzinfo=False) + self.ahead
        verify(request, operation, KEY_PAIR, now)
        marketplace = operation.service_model.service_name == "marketplace-agreement"
        if self.expired:
            raise Refusal(
                "ExpiredTokenException", "The security token included in the request is expired"
            )
        if self.throttle > 0:
            self.throttle -= 1
            raise Refusal(
                "ThrottlingException", "Rate exceeded", status=429 if marketplace else 400
            )
        action = f"{'aws-marketplace' if marketplace else 'partnercentral'}:{operation.name}"
        if action in self.denied:
            raise Refusal(
                "AccessDeniedException",
                f"arn:aws:iam::{PARTNER}:user/inbox is not authorized to perform: {action}",
                status=403 if marketplace else 400,
            )
        members = members_of(operation, request.data or b"")
        return rendered(operation.output_shape, self._answers.answer(operation, members))


async def _request(
    scope: MutableMapping[str, Any], receive: Callable[[], Awaitable[MutableMapping[str, Any]]]
) -> AWSRequest:
    """The request as it was signed: with the host and the whole path that the caller used."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    path = (scope.get("raw_path") or scope["path"].encode()).decode("ascii")
    url = f"{scope.get('scheme', 'http')}://{headers.get('host', '')}{path}"
    return AWSRequest(method=scope["method"], url=url, headers=headers, data=body)


def _error(refusal: Refusal) -> dict[str, Any]:
    """AWS names the error with or without its namespace; callers strip it."""
    return {
        "__type": f"com.amazon.coral.service#{refusal.code}",
        "message": str(refusal),
        **refusal.members,
    }
