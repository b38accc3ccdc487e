"""Crayon Cloud-iQ, simulated: sign-in by user and client, paged lists, refusals.

Written from Crayon's contract of 2020, its documentation and its SDK, not from the connector.
Paths and parameter names are taken in any case and with or without a last slash, as Crayon's
documents differ and its server does not mind.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, date, timedelta
from functools import cached_property
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.crayon_cloudiq.sandbox_account import Account, public
from connectors.sdk.sandbox import ASGIApp, Listing, Row, SandboxClock, Tokens, page_of

CLIENT_ID = "ciq-client-71"
CLIENT_SECRET = "crayon-client-secret-9Vt2"  # noqa: S105 - of a simulation
USERNAME = "api@halden.example"
PASSWORD = "crayon-user-password-4Kq8"  # noqa: S105 - of a simulation
NUMBERS = {
    "NotReported": 1,
    "ZeroUsageReported": 2,
    "UsageReported": 4,
    "UsageAndZeroUsageReported": 6,
    "LicenseAgreement": 1,
    "OpenAgreement": 2,
    "FrameAgreement": 3,
    "CloudSeatAgreement": 6,
    "ReportingAgreement": 8,
    "OtherAgreement": 9,
    "Active": 1,
    "Suspended": 2,
    "Deleted": 4,
    "Draft": 1,
    "Order": 4,
    "Monthly": 1,
}
Fits = Callable[[Row], bool]
_ENUMS = ("Status", "AgreementType", "Type", "BillingCycle")


class Sandbox:
    """See ``connectors.sdk.sandbox``.

    numbers    True: enumerations as numbers, as Crayon's documentation shows them; False: by
               name, as its contract has them. Which of them the live platform sends is unknown.
    largest    the most rows of a page, however many are asked for
    """

    sign_in = "/connect/token"
    details = "/salescontact"
    optional = r"EndDate|CancellationAllowedUntilDate|AutoSuspensionDate"
    bypasses: ClassVar[Mapping[str, str]] = {}

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        self._clock = clock
        self.numbers = False
        self.largest = 100
        self.tokens = Tokens(clock, lifetime=timedelta(hours=1))
        self.account = Account(self._today, seed=seed, size=size)
        self.app: ASGIApp = Starlette(
            routes=[Route("/{path:path}", self._answer, methods=["GET", "POST"])]
        )

    def config(self, base_url: str) -> Mapping[str, Any]:
        return {
            "base_url": base_url,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "username": USERNAME,
            "password": PASSWORD,
            "reporting_day": 10,
        }

    def advance(self) -> list[str]:
        return self.account.advance(self._today)

    def drop(self, stream: str, count: int) -> list[str]:
        return self.account.drop(stream, count)

    def restore(self, stream: str) -> None:
        self.account.streams[stream].restore()

    def shuffle(self) -> None:
        for listing in self.account.streams.values():
            listing.reverse()
        self.account.containers.reverse()

    @property
    def _today(self) -> date:
        return self._clock.now().astimezone(UTC).date()

    async def _answer(self, request: Request) -> Response:
        path = request.path_params["path"].lower().strip("/").removeprefix("api/v1").strip("/")
        if path == "connect/token":
            return await self._token(request)
        if request.method != "GET":
            return _problem(405, "This simulation only reads.")
        if path == "ping":
            return JSONResponse({"Version": "1.0", "Environment": "simulation"})
        if not self.tokens.accepts(request.headers):
            return Response(status_code=401)
        asked = {name.lower(): value for name, value in request.query_params.items()}
        try:
            return self._routed(path.split("/"), asked)
        except ValueError as error:
            return _problem(400, f"{error}")

    async def _token(self, request: Request) -> Response:
        fields = await request.form()
        client = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        wanted = {
            "grant_type": "password",
            "username": USERNAME,
            "password": PASSWORD,
            "scope": "CustomerApi",
        }
        if request.headers.get("authorization") != f"Basic {client}":
            return JSONResponse({"AccessToken": None, "Error": "invalid_client"}, status_code=400)
        if {name: fields.get(name) for name in wanted} != wanted:
            return JSONResponse({"AccessToken": None, "Error": "invalid_grant"}, status_code=400)
        return JSONResponse(
            {
                "AccessToken": self.tokens.issue(),
                "ExpiresIn": 3600,
                "TokenType": "Bearer",
                "IdentityToken": None,
                "RefreshToken": None,
                "Error": None,
            }
        )

    def _routed(self, path: list[str], asked: Mapping[str, str]) -> Response:
        match path:
            case [name] if name in self._lists:
                listing, selecting = self._lists[name]
                return self._page(listing, asked, selecting(asked))
            case ["blogitems"]:
                return self._newest(int(asked.get("count", "6")))
            case ["agreementreports", number]:
                return self._reports(number)
            case ["organizations", number, "salescontact"]:
                return self._contact(number)
            case ["productcontainers" | "organizations" as name, number]:
                return self._one(self._lists[name][0].find(number))
        return _problem(404, "No such resource.")

    @cached_property
    def _lists(self) -> dict[str, tuple[Listing, Callable[[Mapping[str, str]], Fits]]]:
        """The lists that come in pages, and what their parameters select."""
        return {
            "productcontainers": (self.account.containers, _wanted_container),
            "agreements": (self.account.agreements, _wanted_agreement),
            "subscriptions": (self.account.subscriptions, _of_organization),
            "customertenants": (self.account.tenants, _of_organization),
            "organizations": (self.account.organizations, lambda asked: lambda row: True),
        }

    def _newest(self, count: int) -> Response:
        rows = [self._shaped(row) for row in self.account.blog_items]
        return JSONResponse({"Items": rows[:count], "TotalHits": len(rows)})

    def _contact(self, number: str) -> Response:
        organization = self.account.organizations.find(number)
        if organization is None:
            return _problem(404, "The organization does not exist.")
        nobody = dict.fromkeys(("FullName", "Email", "Phone"))
        return JSONResponse(organization["contact"] or nobody)

    def _reports(self, number: str) -> Response:
        if self.account.containers.find(number) is None:
            return _problem(404, "The product container does not exist.")
        rows = [
            self._shaped(row)
            for row in self.account.reports
            if str(row["ProductContainer"]["Id"]) == number
        ]
        return JSONResponse({"Items": rows, "TotalHits": len(rows)})

    def _page(self, listing: Listing, asked: Mapping[str, str], fits: Fits) -> Response:
        number, size = int(asked.get("page", "1")), int(asked.get("pagesize", "50"))
        if number < 1 or size < 1:
            raise ValueError("Page and PageSize begin with 1.")
        rows = listing.select(fits)
        shown = page_of(rows, number=number, size=min(size, self.largest))
        return JSONResponse({"Items": [self._shaped(r) for r in shown], "TotalHits": len(rows)})

    def _one(self, row: Row | None) -> Response:
        if row is None:
            return _problem(404, "The resource does not exist.")
        return JSONResponse(self._shaped(row))

    def _shaped(self, row: Row) -> Row:
        shown = public(row)
        if self.numbers:
            shown |= {name: NUMBERS[shown[name]] for name in _ENUMS if shown.get(name) in NUMBERS}
        return shown


def _of_organization(asked: Mapping[str, str]) -> Fits:
    wanted = asked.get("organizationid")
    return lambda row: wanted is None or str(row["Organization"]["Id"]) == wanted


def _wanted_container(asked: Mapping[str, str]) -> Fits:
    mine = _of_organization(asked)
    year, month = int(asked.get("year", "0")), int(asked.get("month", "0"))
    begin = f"{year:04}-{month:02}" if year and month else ""

    def fits(row: Row) -> bool:
        right_kind = asked.get("category", row["Category"]).lower() == row["Category"].lower()
        return mine(row) and right_kind and row["UsageMonth"].startswith(begin)

    return fits


def _wanted_agreement(asked: Mapping[str, str]) -> Fits:
    mine = _of_organization(asked)
    first, last = asked.get("enddatefrom", ""), asked.get("enddateto", "9999")
    return lambda row: mine(row) and first[:10] <= row["EndDate"][:10] <= last[:10]


def _problem(status: int, message: str) -> Response:
    body = {"ErrorCode": str(status), "Message": message, "Parameters": {}, "ObjectErrors": []}
    return JSONResponse(body, status_code=status)
