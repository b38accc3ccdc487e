"""The partner portal of Halden Networks, which exists nowhere else.

It answers in the ways that portals do: a cursor, a search by POST with offsets, page numbers,
an export in CSV as people in Europe get it, links to the next page.
"""

import csv
import io
from base64 import b64decode
from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.http_api import sandbox_story as story
from connectors.http_api.sandbox_declaration import DECLARATION
from connectors.sdk.sandbox import Listing, Row, SandboxClock, Tokens, page_of

CLIENT = "halden-partner-4711"
SECRET = "halden-secret-7c1f9e2ab4"  # noqa: S105  (of a platform that does not exist)
LIMIT = 50


class Sandbox:
    """A dozen renewals, deals, targets, reports and funds."""

    sign_in: ClassVar = "/oauth/"

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        today = clock.now().date()
        many = story.many_renewals(today, size, Random(seed))  # noqa: S311  (rows, no secrets)
        self.clock = clock
        self.tokens = Tokens(clock, lifetime=timedelta(minutes=30))
        self.lists = {
            "renewals": Listing([*story.renewals(today), *many]),
            "deals": Listing(story.deals(today), key="number"),
            "targets": Listing(story.targets(today)),
            "reports": Listing(story.reports(today), key="Report ID"),
            "funds": Listing(story.funds(today), key="code"),
        }
        self._turn = 0
        self.app = Starlette(
            routes=[
                Route("/oauth/token", self._token, methods=["POST"]),
                Route("/api/v2/renewals", self._renewals),
                Route("/api/v2/deals/search", self._deals, methods=["POST"]),
                Route("/api/v2/targets", self._targets),
                Route("/api/v2/reports.csv", self._reports),
                Route("/api/v2/funds", self._funds),
            ]
        )

    def config(self, base_url: str) -> Mapping[str, Any]:
        return {
            "declaration": DECLARATION.format(base=base_url),
            "client_id": CLIENT,
            "client_secret": SECRET,
        }

    def advance(self) -> list[str]:
        self._turn += 1
        if self._turn % 2:
            self.lists["renewals"].change("HR-102", state="ORDERED")
            return ["Renewal HR-102 was ordered"]
        later = self.clock.now().date() + timedelta(days=45)
        self.lists["renewals"].change("HR-103", endsOn=story.german(later))
        return ["Renewal HR-103 ends later"]

    def drop(self, stream: str, count: int) -> list[str]:
        return self.lists[stream].drop(count)

    def restore(self, stream: str) -> None:
        self.lists[stream].restore()

    def shuffle(self) -> None:
        for listing in self.lists.values():
            listing.reverse()

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        scheme, _, pair = request.headers.get("authorization", "").partition(" ")
        known = scheme == "Basic" and b64decode(pair).decode() == f"{CLIENT}:{SECRET}"
        if not known or form.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        if form.get("scope") != "partner.read":
            return JSONResponse({"error": "invalid_scope"}, status_code=400)
        return JSONResponse(
            {"access_token": self.tokens.issue(), "token_type": "Bearer", "expires_in": 1800}
        )

    async def _renewals(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        after = request.query_params.get("after")
        size = min(int(request.query_params.get("limit", LIMIT)), LIMIT)
        listing = self.lists["renewals"]
        rows = listing.after(after) if after else listing.select()
        more = rows[size - 1]["id"] if len(rows) > size else None
        return JSONResponse({"data": rows[:size], "meta": {"next": more}})

    async def _deals(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        asked = await request.json()
        rows = self.lists["deals"].select(lambda row: _is_asked(row, asked))
        page = rows[asked["skip"] : asked["skip"] + asked["take"]]
        return JSONResponse({"result": {"count": len(rows), "deals": page}})

    async def _targets(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        rows, asked = self.lists["targets"].select(), request.query_params
        page = page_of(rows, number=int(asked["page"]), size=int(asked["per_page"]))
        return JSONResponse({"items": page, "total": len(rows)})

    async def _reports(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        rows = self.lists["reports"].select()
        text = io.StringIO()
        table = csv.DictWriter(
            text, list(next(story.reports(self.clock.now().date()))), delimiter=";"
        )
        table.writeheader()
        table.writerows(rows)
        return Response(text.getvalue(), media_type="text/csv")

    async def _funds(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        after = request.query_params.get("after")
        rows = self.lists["funds"].after(after) if after else self.lists["funds"].select()
        more = f"{request.url.path}?after={rows[1]['code']}" if len(rows) > 2 else None
        return JSONResponse({"value": rows[:2], "links": {"next": more}})

    def _refused(self, request: Request) -> Response | None:
        if self.tokens.accepts(request.headers):
            return None
        return JSONResponse({"error": "invalid_token"}, status_code=401)


def _is_asked(row: Row, asked: Mapping[str, Any]) -> bool:
    day = row["expiresAt"][:10]
    in_time: bool = asked["expiresFrom"] <= day <= asked["expiresTo"]
    return in_time and row["state"] in asked["states"]
