"""A vendor's public program page, simulated."""

from collections.abc import Mapping
from hashlib import sha256
from html import escape
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from connectors.sdk.sandbox import ASGIApp, Listing, SandboxClock

TIERS = ("Silver: 1 certified engineer", "Gold: 2 certified engineers", "Platinum: 4 engineers")


class Sandbox:
    """See ``connectors.sdk.sandbox``. One page with a table of tiers."""

    bypasses: ClassVar[Mapping[str, str]] = {
        "C06": "The order of a page's lines is what it says: another order is a change.",
        "C07": "A page is one answer and gives one notice: there are no pages of rows to break.",
        "C08": "A page holds no list of rows that could be missing.",
        "C10": "A page has no rows and no fields that could be damaged one by one.",
        "C15": "The page is public: there is no sign-in.",
        "C20": "There are no text fields to change one by one; tests/connectors/web_page has it.",
    }

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        lines = [*TIERS, *(f"Note {number}" for number in range(size))]
        self._rows = Listing({"id": str(n), "text": text} for n, text in enumerate(lines))
        self._turn = 0
        self.app: ASGIApp = Starlette(routes=[Route("/partners/program-guide", self._page)])

    def config(self, base_url: str) -> Mapping[str, Any]:
        return {
            "url": f"{base_url}/partners/program-guide",
            "selector": "#tiers, main",
            "vendor": "Fortinet",
        }

    def advance(self) -> list[str]:
        """A requirement is raised, and lowered again."""
        self._turn += 1
        people = 3 if self._turn % 2 else 2
        self._rows.change("1", text=f"Gold: {people} certified engineers")
        return [f"Gold asks for {people} certified engineers now"]

    def drop(self, stream: str, count: int) -> list[str]:
        return self._rows.drop(count)

    def restore(self, stream: str) -> None:
        self._rows.restore()

    async def _page(self, request: Request) -> Response:
        tiers = "".join(f"<li>{escape(row['text'])}</li>" for row in self._rows)
        body = (
            "<!doctype html><html><head><title>Partner program guide</title>"
            "<script>var seen = 1</script></head><body><nav><a href='/'>Home</a></nav>"
            f"<main><h1>Program guide</h1><ul id='tiers'>{tiers}</ul></main>"
            "<footer>Updated 3 minutes ago</footer></body></html>"
        )
        tag = f'"{sha256(body.encode()).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"etag": tag})
        return HTMLResponse(body, headers={"etag": tag})
