"""The simulated sign-in, and who may ask which of the simulated APIs how often."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.sdk.sandbox import Quota, SandboxClock, Tokens

TENANT = "contoso-partner.onmicrosoft.com"
CLIENT_ID = "31cdf47f-b249-4edd-9319-637862d8c0b4"
CLIENT_SECRET = "ms~secret~7Q2vN9"  # noqa: S105 - of a simulation
REFRESH_TOKEN = "0.ms-refresh-token-0000"  # noqa: S105 - of a simulation

APIS = ("graph", "partner-center", "referrals")
RIGHTS = frozenset(
    {
        "DelegatedAdminRelationship.Read.All",
        "ServiceMessage.Read.All",
        "PartnerSecurity.Read.All",
        "Partner Center",
        "Referrals user",
    }
)


class Gate:
    """Checks sign-ins and calls as Microsoft does.

    rights     what was consented to; a call whose right is missing is answered with 403
    refreshes  the refresh tokens that are taken. Each use gives a new one; ``strict`` takes the
               used one away, which Microsoft does not do at once
    quota      500 calls a minute of Partner Center; ``wordy``: without a Retry-After header, so
               that only the sentence tells how long to wait
    """

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self.tokens = Tokens(clock, lifetime=timedelta(minutes=60))
        self.quota = Quota(clock, calls=500, seconds=60)
        self.rights = set(RIGHTS)
        self.refreshes = {REFRESH_TOKEN}
        self.strict = False
        self.wordy = False
        self._given: dict[str, tuple[str, bool]] = {}

    def token(self, tenant: str, fields: Mapping[str, Any]) -> Response:
        """An access token for the resource that is named, for the app or for a person."""
        api = str(fields.get("resource", "")).rpartition("/")[2]
        if wrong := _wrong(tenant, fields, api):
            return _no_token(*wrong)
        if fields.get("grant_type") == "client_credentials":
            return self._issue(fields["resource"], api, for_person=False)
        used = str(fields.get("refresh_token", ""))
        if fields.get("grant_type") != "refresh_token" or used not in self.refreshes:
            return _no_token(400, "invalid_grant", 70008, "The refresh token has expired.")
        if self.strict:
            self.refreshes.discard(used)
        new = f"0.ms-refresh-token-{self.tokens.issued + 1:04d}"
        self.refreshes.add(new)
        return self._issue(fields["resource"], api, for_person=True, refresh_token=new)

    def refusal(self, request: Request, api: str, right: str) -> Response | None:
        """Why a call is not answered; None lets it in."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        audience, for_person = self._given.get(token, ("", False))
        wanted_person = api == "referrals"
        if not self.tokens.accepts(request.headers) or audience != api:
            return problem(api, 401, "InvalidAuthenticationToken", "Access token is not valid.")
        if right not in self.rights or (wanted_person and not for_person):
            return problem(api, 403, "Authorization_RequestDenied", "Insufficient privileges.")
        if api == "referrals" and not request.headers.get("client-request-id"):
            return problem(api, 400, "invalidRequest", "The header client-request-id is missing.")
        if api == "partner-center" and (wait := self.quota.wait()):
            return self._throttled(wait)
        return None

    def _issue(self, resource: str, api: str, *, for_person: bool, **more: str) -> Response:
        token = self.tokens.issue()
        self._given[token] = (api, for_person)
        return JSONResponse(
            {
                "token_type": "Bearer",
                "scope": "user_impersonation",
                "expires_in": "3599",
                "ext_expires_in": "3599",
                "resource": resource,
                "access_token": token,
                **more,
            }
        )

    def _throttled(self, wait: float) -> Response:
        seconds = str(max(1, round(wait)))
        sentence = f"Rate limit is exceeded. Try again in {seconds} seconds."
        headers = {} if self.wordy else {"Retry-After": seconds}
        return JSONResponse(
            {"statusCode": 429, "message": sentence}, status_code=429, headers=headers
        )


def problem(api: str, status: int, code: str, message: str) -> Response:
    """A refusal in the shape of that API."""
    if api == "partner-center":
        body: dict[str, Any] = {
            "code": status * 10,
            "description": message,
            "data": [],
            "source": "PartnerFD",
        }
    else:
        body = {"error": {"code": code, "message": message, "innerError": {"code": code}}}
    return JSONResponse(body, status_code=status)


def _wrong(tenant: str, fields: Mapping[str, Any], api: str) -> tuple[int, str, int, str] | None:
    """What Entra has against a sign-in: status, error, its own code and words."""
    if tenant != TENANT:
        return 400, "invalid_request", 90002, f"Tenant '{tenant}' not found."
    if fields.get("client_id") != CLIENT_ID:
        return 400, "unauthorized_client", 700016, "Application not found."
    if fields.get("client_secret") != CLIENT_SECRET:
        return 401, "invalid_client", 7000215, "Invalid client secret provided."
    if api not in APIS:
        return 400, "invalid_resource", 500011, "The resource was not found."
    return None


def _no_token(status: int, error: str, code: int, message: str) -> Response:
    body = {
        "error": error,
        "error_description": f"AADSTS{code}: {message} Trace ID: 92f6c5fc-dd4c-47fc",
        "error_codes": [code],
    }
    return JSONResponse(body, status_code=status)
