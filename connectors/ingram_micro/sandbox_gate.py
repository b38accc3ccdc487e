"""The simulated Ingram gateway: who may ask, how often, and how it says no."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.sdk.sandbox import Quota, Row, SandboxClock, Tokens

CLIENT_ID = "xi-app-7c1e"
CLIENT_SECRET = "ingram-secret-4Tz9wQ"  # noqa: S105 - of a simulation
CUSTOMER_NUMBER = "20-222222"
CONNECTION = {
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "customer_number": CUSTOMER_NUMBER,
    "country_code": "US",
    "customer_contact": "r.sato@partner.example",
    "currency": "USD",
}
"""What a connection to this account is set up with, its address left out."""

_CUSTOMER_NUMBER = re.compile(r"[0-9]{2}-[0-9]{4,6}")
_COUNTRY = re.compile(
    r"A[ETU]|B[EGR]|C[AHLORZ]|D[EK]|E[GS]|F[IR]|GB|H[KRU]|I[DELNT]|L[BU]|M[AXY]|N[LOZ]|P[EHKLT]"
    r"|R[OS]|S[AEGIK]|T[HR]|US|ZA"
)


class NotUnderstood(Exception):
    """A request that Ingram would answer with 400; the text says why."""


class Gate:
    """Checks every call as Ingram does.

    quota         60 calls a minute for each endpoint
    correlations  the IM-CorrelationID of every call that was let in, in order
    """

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        # Ingram tells of 30 days in "expires_in" and ends tokens after 24 hours.
        self.tokens = Tokens(clock, lifetime=timedelta(hours=24))
        self.quota = Quota(clock, calls=60, seconds=60)
        self.correlations: list[str] = []

    def token(self, fields: Any) -> Response:
        """Answers a sign-in; ``expires_in`` is text, as the contract has it."""
        known = (fields.get("client_id"), fields.get("client_secret"))
        if known != (CLIENT_ID, CLIENT_SECRET) or fields.get("grant_type") != "client_credentials":
            return JSONResponse({"message": "Invalid client credentials"}, status_code=400)
        token = {"token_type": "Bearer", "expires_in": "2592000"}
        return JSONResponse({"access_token": self.tokens.issue(), **token})

    def refusal(
        self, request: Request, endpoint: str, *, needs: Sequence[str], trace: str, wrapped: bool
    ) -> Response | None:
        """Why a call is not answered; None lets it in."""
        if not self.tokens.accepts(request.headers):
            return Response(status_code=401)
        if wait := self.quota.wait(endpoint):
            return self._throttled(wait)
        if wrong := _wrong_headers(request, needs):
            return problem(400, "Validation failed", trace=trace, fields=wrong, wrapped=wrapped)
        if request.headers["IM-CustomerNumber"] != CUSTOMER_NUMBER:
            fault = "Invalid customer number for the application"
            return JSONResponse({"faultcode": "Server", "faultstring": fault}, status_code=500)
        self.correlations.append(request.headers["IM-CorrelationID"])
        return None

    def limits(self, endpoint: str) -> dict[str, str]:
        """The headers that tell of the limit."""
        reset = self._clock.now() + timedelta(seconds=60)
        return {
            "X-RateLimit-Limit": str(self.quota.limit),
            "X-RateLimit-Remaining": str(self.quota.left(endpoint)),
            "X-RateLimit-Reset": str(int(reset.timestamp())),
        }

    def _throttled(self, wait: float) -> Response:
        reset = self._clock.now() + timedelta(seconds=wait)
        headers = {
            "X-RateLimit-Limit": str(self.quota.limit),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(int(reset.timestamp())),
        }
        body = {"errors": [{"field": None, "message": "too many requests"}]}
        return JSONResponse(body, status_code=429, headers=headers)


def problem(
    status: int,
    message: str,
    *,
    trace: str,
    fields: Sequence[Row] | None = None,
    wrapped: bool = False,
) -> Response:
    """A refusal. ``trace`` is how the endpoint spells its id ("id" or "traceid")."""
    error: Row = {trace: "fbac82ba-cf0a-4bcf-fc03-0c5084", "type": "/errors/validation-failed"}
    error["message"] = message
    if fields is not None:
        error["fields"] = list(fields)
    body = {"errors": [error]}
    return JSONResponse([body] if wrapped else body, status_code=status)


def _wrong_headers(request: Request, needs: Sequence[str]) -> list[Row]:
    """The complaints about the headers, each as Ingram words it."""
    wrong: list[Row] = []

    def complain(name: str, message: str) -> None:
        wrong.append({"field": name, "message": message, "value": request.headers.get(name)})

    for name in ("IM-CustomerNumber", "IM-CountryCode", "IM-CorrelationID", *needs):
        if not request.headers.get(name):
            complain(name, f"{name} is blank")
    if (number := request.headers.get("IM-CustomerNumber")) and not _CUSTOMER_NUMBER.fullmatch(
        number
    ):
        complain("IM-CustomerNumber", "must be in the format xx-xxxx or xx-xxxxx or xx-xxxxxx")
    if (country := request.headers.get("IM-CountryCode")) and not _COUNTRY.fullmatch(country):
        complain("IM-CountryCode", "IM-CountryCode is invalid")
    if len(request.headers.get("IM-CorrelationID", "")) > 32:
        complain("IM-CorrelationID", "IM-CorrelationID is longer than 32")
    return wrong
