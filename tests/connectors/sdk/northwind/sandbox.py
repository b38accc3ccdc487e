"""Northwind, simulated: a page-numbered list, a cursor list, tokens and a quota."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sdk.sandbox import ASGIApp, Listing, Quota, Row, SandboxClock, Tokens, page_of

CLIENT_ID = "northwind-partner-17"
SECRET = "northwind-secret-7Qm2"


class Sandbox:
    """See ``connectors.sdk.sandbox``."""

    sign_in = "/oauth/"
    bypasses: ClassVar[Mapping[str, str]] = {}

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        self.clock = clock
        self.tokens = Tokens(clock, lifetime=timedelta(hours=1))
        self.quota = Quota(clock, calls=60, seconds=60)
        random = Random(seed)
        start = clock.now()
        self.renewals = Listing(_renewal(n, start, random) for n in range(1, 6 + size))
        self.notices = Listing(_notice(n, start) for n in range(1, 6))
        self.app: ASGIApp = Starlette(
            routes=[
                Route("/oauth/token", self._token, methods=["POST"]),
                Route("/v1/renewals", self._renewals),
                Route("/v1/notices", self._notices),
            ]
        )

    def config(self, base_url: str) -> Mapping[str, Any]:
        return {"base_url": base_url, "client_id": CLIENT_ID, "client_secret": SECRET}

    def advance(self) -> list[str]:
        row = next(iter(self.renewals))
        moved = datetime.fromisoformat(row["expires"]) + timedelta(days=7)
        self.renewals.change(row["id"], expires=moved.isoformat())
        return [f"Renewal {row['id']} moved to {moved.date()}"]

    def drop(self, stream: str, count: int) -> list[str]:
        return self._listing(stream).drop(count)

    def restore(self, stream: str) -> None:
        self._listing(stream).restore()

    def shuffle(self) -> None:
        self.renewals.reverse()
        self.notices.reverse()

    def _listing(self, stream: str) -> Listing:
        return {"renewals": self.renewals, "notices": self.notices}[stream]

    def _refusal(self, request: Request) -> Response | None:
        if not self.tokens.accepts(request.headers):
            return JSONResponse({"message": "invalid token"}, status_code=401)
        if wait := self.quota.wait(request.url.path):
            headers = {"Retry-After": str(round(wait)), "X-Quota-Limit": str(self.quota.limit)}
            return JSONResponse({"message": "slow down"}, status_code=429, headers=headers)
        return None

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        if form.get("client_secret") != SECRET or form.get("client_id") != CLIENT_ID:
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        return JSONResponse({"access_token": self.tokens.issue(), "expires_in": "3600"})

    async def _renewals(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        number = int(request.query_params.get("page", "1"))
        size = min(int(request.query_params.get("size", "10")), 10)
        rows = self.renewals.select()
        items = page_of(rows, number=number, size=size)
        return JSONResponse({"total": len(rows), "page": number, "items": items})

    async def _notices(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        cursor = request.query_params.get("cursor")
        rows = self.notices.after(cursor) if cursor else self.notices.select()
        more = len(rows) > 2
        return JSONResponse({"notices": rows[:2], "next": rows[1]["id"] if more else None})


def _renewal(number: int, start: datetime, random: Random) -> Row:
    expires = (start + timedelta(days=random.randrange(-10, 200))).date()
    return {
        "id": 4419000 + number,
        "customer": random.choice(["Contoso", "Fabrikam", "Adatum"]),
        "vendor": random.choice(["Cisco", "Microsoft"]),
        "expires": f"{expires}T00:00:00",
        "value": f"{random.randrange(100, 90_000)}.50",
        "currency": "USD",
        "status": random.choice(["Open", "Quoted"]),
    }


def _notice(number: int, start: datetime) -> Row:
    return {
        "id": f"N-{number}",
        "subject": f"Program change {number}",
        "html": f"<p>Please read <b>section {number}</b>.</p>",
        "created": int((start - timedelta(days=number)).timestamp()),
        "link": f"https://partners.northwind.example/notices/{number}",
    }
