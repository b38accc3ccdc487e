"""A vendor's Salesforce, simulated: sign-in by either flow, describe, SOQL in pages, refusals.

Written from Salesforce's documents and field metadata, not from the connector.
"""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, date, timedelta
from typing import Any, ClassVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.salesforce_prm.sandbox_objects import described
from connectors.salesforce_prm.sandbox_org import Org
from connectors.salesforce_prm.sandbox_soql import Refused, parse
from connectors.sdk.sandbox import ASGIApp, Row, SandboxClock, Tokens

KEY = "3MVG9sandbox.consumer.key"
SECRET = "9C0DE5A2sandboxConsumerSecret4711"  # noqa: S105 - of a platform that does not exist
USER = "inbox@partner.example"
SIZE, LARGE = 6, 40
"""Rows of a page: Salesforce gives 2,000 at most and fewer as it likes."""
CALLS = 100_000


class Sandbox:
    """See ``connectors.sdk.sandbox``.

    org          the rows and what the user sees of them
    certificate  the public key that the connected app holds, for the JWT bearer flow
    audiences    what an assertion may be for
    refuses      a code with which every call of the API is refused, and its status
    instance     the address that comes with a token; None: the one that was asked
    """

    sign_in = "/services/oauth2/token"
    bypasses: ClassVar[Mapping[str, str]] = {}

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        self._clock = clock
        self.org = Org(self._today, seed=seed, size=size)
        self.tokens = Tokens(clock, lifetime=timedelta(hours=2))
        self.certificate: rsa.RSAPublicKey | None = None
        self.audiences = ("https://login.salesforce.com",)
        self.refuses: tuple[int, str] | None = None
        self.instance: str | None = None
        self.versions = ("59.0", "60.0", "61.0", "62.0")
        self.queries: list[str] = []
        self.used = 0
        self._cursors: dict[str, list[Row]] = {}
        root = "/services/data/v{version}"
        self.app: ASGIApp = Starlette(
            routes=[
                Route("/services/oauth2/token", self._token, methods=["POST"]),
                Route("/services/data/", self._versions),
                Route(f"{root}/sobjects", self._sobjects),
                Route(f"{root}/sobjects/{{name}}/describe", self._describe),
                Route(f"{root}/query", self._query),
                Route(f"{root}/query/{{cursor}}", self._more),
            ]
        )

    def config(self, base_url: str) -> Mapping[str, Any]:
        return {
            "vendor": "Northpeak",
            "base_url": base_url,
            "consumer_key": KEY,
            "client_secret": SECRET,
            "currency": "USD",
            "deal_expires": "Registration_Expires__c",
            "deal_number": "Registration_Number__c",
            "deal_status": "Registration_Status__c",
            "deal_amount": "Registration_Value__c",
            "record_link": "https://northpeak.my.site.example/partners/s/detail/{id}",
        }

    def advance(self) -> list[str]:
        return self.org.advance(self._today)

    def drop(self, stream: str, count: int) -> list[str]:
        return self.org.drop(stream, count)

    def restore(self, stream: str) -> None:
        self.org.restore(stream)

    @property
    def _today(self) -> date:
        return self._clock.now().astimezone(UTC).date()

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        if form.get("client_id", KEY) != KEY:
            return _oauth("invalid_client_id", "client identifier invalid")
        flow = str(form.get("grant_type"))
        if flow == "client_credentials":
            if form.get("client_secret") != SECRET:
                return _oauth("invalid_client", "invalid client credentials")
        elif flow == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            problem = self._refusal_of(str(form.get("assertion")))
            if problem:
                return _oauth("invalid_grant", problem)
        else:
            return _oauth("unsupported_grant_type", "grant type not supported")
        here = str(request.base_url).rstrip("/")
        return JSONResponse(
            {
                "access_token": self.tokens.issue(),
                "signature": "c2lnbmF0dXJl",
                "scope": "api",
                "instance_url": self.instance or here,
                "id": f"{here}/id/00DHs00000Org01MAA/005Hs00000OwANNAAA",
                "token_type": "Bearer",
                "issued_at": str(int(self._clock.now().timestamp() * 1000)),
            }
        )

    def _refusal_of(self, assertion: str) -> str | None:
        """What is wrong with an assertion, in Salesforce's words."""
        if self.certificate is None:
            return "invalid assertion"
        try:
            head, body, signature = assertion.split(".")
            self.certificate.verify(
                _part(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256()
            )
            claims = json.loads(_part(body))
        except (ValueError, InvalidSignature):
            return "invalid assertion"
        now = self._clock.now().timestamp()
        if claims["aud"] not in self.audiences:
            return "audience is invalid"
        if not now < claims["exp"] <= now + 300:
            return "expired authorization code"
        if claims["iss"] != KEY:
            return "client identifier invalid"
        return None if claims["sub"] == USER else "user hasn't approved this consumer"

    def _refused(self, request: Request) -> Response | None:
        self.used += 1
        if self.refuses is not None:
            return _error(self.refuses[0], self.refuses[1], "It is refused.")
        if not self.tokens.accepts(request.headers):
            return _error(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if request.path_params.get("version", "61.0") not in self.versions:
            return _error(404, "NOT_FOUND", "The requested resource does not exist")
        return None

    def _answer(self, body: Any) -> Response:
        usage = {"Sforce-Limit-Info": f"api-usage={self.used}/{CALLS}"}
        return JSONResponse(body, headers=usage)

    async def _versions(self, _request: Request) -> Response:
        return JSONResponse(
            [
                {"label": f"Release {v}", "url": f"/services/data/v{v}", "version": v}
                for v in self.versions
            ]
        )

    async def _sobjects(self, request: Request) -> Response:
        if refusal := self._refused(request):
            return refusal
        listed = [{"name": name, "queryable": True} for name in self.org.visible()]
        return self._answer({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": listed})

    async def _describe(self, request: Request) -> Response:
        if refusal := self._refused(request):
            return refusal
        name = request.path_params["name"]
        fields = self.org.visible().get(name)
        if fields is None:
            return _error(404, "NOT_FOUND", "The requested resource does not exist")
        return self._answer(described(name, fields))

    async def _query(self, request: Request) -> Response:
        if refusal := self._refused(request):
            return refusal
        text = request.query_params.get("q", "")
        self.queries.append(text)
        try:
            query = parse(text)
            rows = self.org.select(query)
        except Refused as refused:
            return _error(400, refused.code, str(refused))
        if not query.fields:
            return self._answer({"totalSize": len(rows), "done": True, "records": []})
        cursor = f"0r8Hs{len(self._cursors):010d}AAA"
        self._cursors[cursor] = rows
        return self._page(request, cursor, 0)

    async def _more(self, request: Request) -> Response:
        if refusal := self._refused(request):
            return refusal
        cursor, _, start = request.path_params["cursor"].partition("-")
        if cursor not in self._cursors or not start.isdecimal():
            return _error(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(request, cursor, int(start))

    def _page(self, request: Request, cursor: str, start: int) -> Response:
        rows = self._cursors[cursor]
        end = start + (LARGE if len(rows) > LARGE else SIZE)
        done = end >= len(rows)
        body: Row = {"totalSize": len(rows), "done": done, "records": rows[start:end]}
        if done:
            del self._cursors[cursor]
        else:
            version = request.path_params["version"]
            body["nextRecordsUrl"] = f"/services/data/v{version}/query/{cursor}-{end}"
        return self._answer(body)


def _part(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _oauth(code: str, description: str) -> Response:
    return JSONResponse({"error": code, "error_description": description}, status_code=400)


def _error(status: int, code: str, message: str) -> Response:
    return JSONResponse([{"message": message, "errorCode": code}], status_code=status)
