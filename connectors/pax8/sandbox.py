"""Pax8, simulated: sign-in, subscriptions, companies, invoices, drafts, quotes, refusals.

Written from Pax8's OpenAPI documents and their examples, not from the connector.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.pax8.sandbox_account import Account
from connectors.sdk.sandbox import ASGIApp, Row, SandboxClock, Tokens, page_of

CLIENT_ID = "pax8-app-31f0"
CLIENT_SECRET = "pax8-secret-9Kq2vX"  # noqa: S105 - of a simulation

_SORTS = {
    "companies": {"name", "city", "country", "stateOrProvince", "postalCode"},
    "subscriptions": {
        f"{field},{way}"
        for field in ("quantity", "startDate", "endDate", "createdDate", "billingStart", "price")
        for way in ("asc", "desc")
    },
    "invoices": {
        *("invoiceDate", "dueDate", "status", "partnerName", "total", "balance"),
        "carriedBalance",
    },
    "draftItems": set[str](),
    "quotes": {
        *("id", "status", "client.name", "createdBy", "createdOn", "updatedOn"),
        *("totals.initialTotal", "totals.recurringTotal"),
    },
}


class Sandbox:
    """See ``connectors.sdk.sandbox``.

    account   the rows
    largest   rows on a page at most: the contract allows to ask for 200, and a page may be
              shorter, so that a small account has several
    """

    sign_in = "/v1/token"
    details = "/(quotes|companies)/"
    optional = r"commitmentTerm(\.endDate)?|endDate"
    bypasses: ClassVar[Mapping[str, str]] = {}

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        self.account = Account(clock, seed=seed, size=size)
        self.tokens = Tokens(clock, lifetime=timedelta(seconds=86_400))
        self.largest = 40
        self.app: ASGIApp = Starlette(routes=self._routes())

    def config(self, base_url: str) -> Mapping[str, Any]:
        return {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "base_url": base_url}

    def advance(self) -> list[str]:
        return self.account.advance()

    def drop(self, stream: str, count: int) -> list[str]:
        return self.account.drop(stream, count)

    def restore(self, stream: str) -> None:
        self.account.restore(stream)

    def shuffle(self) -> None:
        self.account.reverse()

    def _routes(self) -> list[Route]:
        return [
            Route("/v1/token", self._token, methods=["POST"]),
            self._call("/v1/companies", self._companies),
            self._call("/v1/companies/{key}", self._company),
            self._call("/v1/subscriptions", self._subscriptions),
            self._call("/v1/invoices", self._invoices),
            self._call("/v1/invoices/draftItems", self._drafts),
            self._call("/v2/quotes", self._quotes),
            self._call("/v2/quotes/{key}", self._quote),
        ]

    def _call(self, path: str, answer: Callable[[Request], Row | Response]) -> Route:
        async def endpoint(request: Request) -> Response:
            if not self.tokens.accepts(request.headers):
                return _unauthorized()
            made = answer(request)
            return made if isinstance(made, Response) else JSONResponse(made)

        return Route(path, endpoint, methods=["GET"])

    async def _token(self, request: Request) -> Response:
        wanted = {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "audience": "https://api.pax8.com",
            "grant_type": "client_credentials",
        }
        if await request.json() != wanted:
            return _unauthorized()
        token = {"access_token": self.tokens.issue(), "expires_in": 86_400, "token_type": "Bearer"}
        return JSONResponse(token)

    def _companies(self, request: Request) -> Row | Response:
        status = request.query_params.get("status")
        shown = {status} if status else {"Active", "Inactive"}
        rows = self.account.companies.select(lambda row: row["status"] in shown)
        return self._page(request, "companies", rows)

    def _company(self, request: Request) -> Row | Response:
        row = self.account.companies.find(request.path_params["key"])
        return row or _problem(request, 404, "Company not found")

    def _subscriptions(self, request: Request) -> Row | Response:
        company, status = (request.query_params.get(name) for name in ("companyId", "status"))
        if company and self.account.companies.find(company) is None:
            return _problem(request, 403, "Invalid companyId")
        rows = self.account.subscriptions()
        wanted = {"companyId": company, "status": status}
        fits = {name: value for name, value in wanted.items() if value}
        rows = [row for row in rows if all(row[name] == value for name, value in fits.items())]
        return self._page(request, "subscriptions", rows)

    def _invoices(self, request: Request) -> Row | Response:
        rows = self.account.invoices.select(by=lambda row: (row["invoiceDate"], row["id"]))
        return self._page(request, "invoices", rows)

    def _drafts(self, request: Request) -> Row | Response:
        offset = request.query_params.get("monthOffset", "1")
        if offset not in {"0", "1"}:
            return _problem(request, 422, "monthOffset must be 0 or 1")
        rows = [_without(row, "id") for row in self.account.drafts[int(offset)]]
        return self._page(request, "draftItems", rows)

    def _quotes(self, request: Request) -> Row | Response:
        if request.query_params.get("account", "user") not in {"user", "partner"}:
            return _problem(request, 400, "account must be user or partner")
        rows = self.account.quotes.select(by=lambda row: row["createdOn"])
        counts = {"total": 1, "msp": 0, "custom": 0}
        listed = [{**_without(row, "expiresOn"), "lineItemCounts": counts} for row in rows]
        page = self._page(request, "quotes", listed, size="limit")
        if isinstance(page, dict):
            states = ("accepted", "closed", "declined", "draft", "expired", "sent")
            told = [row["status"] for row in rows]
            page["statusCounts"] = {state: told.count(state) for state in states}
        return page

    def _quote(self, request: Request) -> Row | Response:
        row = self.account.quotes.find(request.path_params["key"])
        return _whole(row) if row else _problem(request, 400, "Quote not found")

    def _page(
        self, request: Request, name: str, rows: list[Row], *, size: str = "size"
    ) -> Row | Response:
        asked = request.query_params
        number, most = int(asked.get("page", "0")), int(asked.get(size, "10"))
        if number < 0 or not 1 <= most <= 200:
            return _problem(request, 400, f"page or {size} is out of range")
        if "sort" in asked and asked["sort"] not in _SORTS[name]:
            return _problem(request, 422, f"sort must be one of {sorted(_SORTS[name])}")
        most = min(most, self.largest)
        counts = {"size": most, "totalElements": len(rows), "totalPages": -(-len(rows) // most)}
        content = page_of(rows, number=number, size=most, first=0)
        return {"content": content, "page": {**counts, "number": number}}


def _without(row: Row, field: str) -> Row:
    return {name: value for name, value in row.items() if name != field}


def _whole(row: Row) -> Row:
    """A quote in its own answer: its end, its partner, one line, all six totals."""
    none = {"amount": 0, "currency": "USD"}
    names = ("initialCost", "initialProfit", "recurringCost", "recurringProfit")
    totals = {**dict.fromkeys(names, none), **row["totals"]}
    number, created = row["id"], row["createdOn"]
    return {
        **_without(row, "updatedOn"),
        "attachments": [
            {
                "createdBy": {"fullName": row["createdBy"], "id": number, "role": "PARTNER"},
                "createdOn": created,
                "id": number,
                "name": "terms.pdf",
                "order": 0,
                "type": "PDF",
                "url": "https://files.example/terms.pdf",
            }
        ],
        "createdByEmail": "r.sato@partner.example",
        "introMessage": "Hello",
        "lineItems": {
            "billingTerm": "Monthly",
            "cost": none,
            "effectiveDate": created,
            "id": number,
            "note": "",
            "price": none,
            "product": {
                "id": number,
                "isMspOnly": False,
                "name": "Seats",
                "sku": "S",
                "type": "Standalone",
            },
            "quantity": 1,
            "totals": totals,
        },
        "partner": {
            "city": "Denver",
            "id": number,
            "name": "Sato Cloud Services",
            "postcode": "80210",
            "stateOrProvinceCode": "CO",
            "street": "1 Main Street",
        },
        "termsAndDisclaimers": "Prices are valid until the quote expires.",
        "totals": totals,
    }


def _unauthorized() -> Response:
    refusal = {"error": "access_denied", "error_description": "Unauthorized"}
    return JSONResponse(refusal, status_code=401)


def _problem(request: Request, status: int, message: str) -> Response:
    body = {"type": f"HTTP_{status}", "message": message, "instance": request.url.path}
    return JSONResponse({**body, "status": status, "details": []}, status_code=status)
