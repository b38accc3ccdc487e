"""Microsoft's partner platforms, simulated: one sign-in, three APIs with three ways to page.

Written from Microsoft's documents and samples, not from the connector. Each API lies under its own
name, and says in its links the address that Microsoft's own would say.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.microsoft.sandbox_changes import Tenant
from connectors.microsoft.sandbox_gate import (
    CLIENT_ID,
    CLIENT_SECRET,
    REFRESH_TOKEN,
    TENANT,
    Gate,
    problem,
)
from connectors.sdk.sandbox import ASGIApp, Listing, Row, SandboxClock

BOM = b"\xef\xbb\xbf"
GRAPH = "https://graph.microsoft.com"


class Sandbox:
    """See ``connectors.sdk.sandbox``. ``most`` is the largest page that any list gives."""

    sign_in = "/oauth2/token"
    bypasses: ClassVar[Mapping[str, str]] = {}

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        self._clock = clock
        self.tenant = Tenant(self._today, size=size)
        self.gate = Gate(clock)
        self.most = 4 if size < 1000 else 1000
        self.app: ASGIApp = Starlette(routes=self._routes())

    def config(self, base_url: str) -> Mapping[str, Any]:
        return {
            "tenant_id": TENANT,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": REFRESH_TOKEN,
            "promotions_country": "US",
            "read_security_score": True,
            "graph_url": f"{base_url}/graph",
            "partner_center_url": f"{base_url}/partner-center",
            "referrals_url": f"{base_url}/referrals",
            "sign_in_url": f"{base_url}/login",
        }

    def advance(self) -> list[str]:
        return self.tenant.advance(self._today)

    def drop(self, stream: str, count: int) -> list[str]:
        return self.tenant.drop(stream, count)

    def restore(self, stream: str) -> None:
        self.tenant.streams[stream].restore()

    @property
    def _today(self) -> date:
        return self._clock.now().astimezone(UTC).date()

    def _routes(self) -> list[Route]:
        graph, security = "/graph/v1.0", "/graph/beta/security/partner/securityScore"
        center = "/partner-center/v1"
        gdap, posts = "DelegatedAdminRelationship.Read.All", "ServiceMessage.Read.All"
        score = "PartnerSecurity.Read.All"
        return [
            Route("/login/{tenant}/oauth2/token", self._token, methods=["POST"]),
            self._call(
                f"{graph}/tenantRelationships/delegatedAdminRelationships",
                gdap,
                self._relationships,
            ),
            self._call(f"{graph}/admin/serviceAnnouncement/messages", posts, self._messages),
            self._call(security, score, self._score),
            self._call(f"{security}/requirements", score, self._requirements),
            self._call(f"{center}/customers", "Partner Center", self._customers),
            self._call(
                f"{center}/customers/{{customer}}/subscriptions",
                "Partner Center",
                self._subscriptions,
            ),
            self._call(f"{center}/productpromotions", "Partner Center", self._promotions),
            self._call("/referrals/v1.0/engagements/referrals", "Referrals user", self._referrals),
        ]

    def _call(self, path: str, right: str, answer: Callable[[Request], Row | Response]) -> Route:
        api = path.split("/")[1]

        async def endpoint(request: Request) -> Response:
            refused = self.gate.refusal(request, api, right)
            made = refused or answer(request)
            if isinstance(made, Response):
                return made
            response = JSONResponse(made)
            if api != "partner-center":
                return response
            body = BOM + bytes(response.body)
            return Response(body, media_type="application/json; charset=utf-8")

        return Route(path, endpoint)

    async def _token(self, request: Request) -> Response:
        fields = await request.form()
        return self.gate.token(request.path_params["tenant"], dict(fields))

    def _relationships(self, request: Request) -> Row:
        """By an opaque token. The count, where it is wanted, is that of the whole list."""
        path = "tenantRelationships/delegatedAdminRelationships"
        size = min(int(request.query_params.get("$top", "300")), self.most)
        rows, last = _behind(
            self.tenant.relationships, request.query_params.get("$skiptoken"), size
        )
        link = f"{GRAPH}/v1.0/{path}?$top={size}&$skiptoken={last}"
        total = len(self.tenant.relationships) if "$count" in request.query_params else None
        return _odata(rows, f"{GRAPH}/v1.0/$metadata#{path}", link if last else None, total)

    def _messages(self, request: Request) -> Row:
        """By a number of rows to skip: a list that shrinks meanwhile moves under the reader."""
        path = "admin/serviceAnnouncement/messages"
        wanted = request.headers.get("prefer", "").rpartition("=")[2]
        size = min(int(wanted) if wanted.isdecimal() else 100, self.most)
        begin = int(request.query_params.get("$skip", "0"))
        rows = list(self.tenant.messages)
        end = begin + size
        link = f"{GRAPH}/v1.0/{path}?$count=true&$skip={end}" if end < len(rows) else None
        total = len(rows) if "$count" in request.query_params else None
        return _odata(rows[begin:end], f"{GRAPH}/v1.0/$metadata#{path}", link, total)

    def _score(self, request: Request) -> Row:
        rows = list(self.tenant.requirements)
        active = [row for row in rows if row["state"] == "active"]
        points = sum(row["score"] for row in active)
        most = sum(row["maxScore"] for row in active)
        return {
            "@odata.type": "#microsoft.graph.partner.security.partnerSecurityScore",
            "updatedDateTime": f"{self._today}T00:00:00Z",
            "lastRefreshDateTime": f"{self._today}T00:00:00Z",
            "currentScore": round(100 * points / most, 2) if most else 0,
            "maxScore": 100.0,
        }

    def _requirements(self, request: Request) -> Row:
        return {"value": list(self.tenant.requirements)}

    def _customers(self, request: Request) -> Row:
        """By a continuation token in a header; the total is only that of the page."""
        size = min(int(request.query_params.get("size", "40")), self.most)
        token = request.headers.get("ms-continuationtoken")
        after = token if request.query_params.get("seekOperation") == "Next" else None
        rows, last = _behind(self.tenant.customers, after, size)
        links: Row = {"self": _link(f"/customers?size={size}")}
        if last:
            links["next"] = _link(f"/customers?size={size}&seekOperation=Next", last)
        return {**_collection(rows), "links": links}

    def _subscriptions(self, request: Request) -> Row | Response:
        key = request.path_params["customer"]
        if self.tenant.customers.find(key) is None:
            return problem("partner-center", 404, "", "The customer was not found.")
        rows = self.tenant.subscriptions.select(lambda row: row["customer"] == key)
        return _collection([{k: v for k, v in row.items() if k != "customer"} for row in rows])

    def _promotions(self, request: Request) -> Row | Response:
        asked = request.query_params
        if asked.get("segment") != "commercial" or len(asked.get("country", "")) != 2:
            return problem("partner-center", 400, "", "Segment or country is not valid.")
        return _collection(list(self.tenant.promotions))

    def _referrals(self, request: Request) -> Row:
        """The link is plain http and lacks a part of the path, as Microsoft's sample has it."""
        size = min(int(request.query_params.get("$top", "100")), self.most)
        rows, last = _behind(self.tenant.referrals, request.query_params.get("$skiptoken"), size)
        link = f"http://api.partner.microsoft.com/v1.0/referrals?$skiptoken={last}"
        context = "http://api.partner.microsoft.com/v1.0/$metadata#Referrals"
        return _odata(rows, context, link if last else None, len(rows))


def _behind(listing: Listing, after: str | None, size: int) -> tuple[list[Row], str | None]:
    """The rows behind a key, and the key to go on from; None at the end."""
    rows = listing.after(after) if after else list(listing)
    page = rows[:size]
    return page, str(page[-1]["id"]) if len(rows) > size else None


def _odata(rows: list[Row], context: str, link: str | None, total: int | None) -> Row:
    count = {} if total is None else {"@odata.count": total}
    following = {} if link is None else {"@odata.nextLink": link}
    return {"@odata.context": context, **count, **following, "value": rows}


def _collection(rows: list[Row]) -> Row:
    return {
        "totalCount": len(rows),
        "items": rows,
        "attributes": {"objectType": "Collection"},
    }


def _link(uri: str, token: str | None = None) -> Row:
    headers = [{"key": "MS-ContinuationToken", "value": token}] if token else []
    return {"uri": uri, "method": "GET", "headers": headers}
