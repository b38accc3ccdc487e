"""Ingram Micro, simulated: sign-in, the five searches, their details, limits and refusals.

Written from Ingram's YAML contract and its examples, not from the connector.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.ingram_micro import sandbox_shapes as shapes
from connectors.ingram_micro.sandbox_account import Account, is_held
from connectors.ingram_micro.sandbox_gate import CONNECTION, Gate, NotUnderstood, problem
from connectors.ingram_micro.sandbox_story import OPEN
from connectors.sdk.sandbox import ASGIApp, Listing, Row, SandboxClock, page_of

APPLICATION = "IM-ApplicationID"
CONTACT = "IM-CustomerContact"
MANY = 1_000
"""Rows from which on a selection is kept between calls: a bench asks for hundreds of pages."""


class Sandbox:
    """See ``connectors.sdk.sandbox``.

    account    the rows
    gate       credentials, headers seen, and the limit of 60 calls a minute and endpoint
    published  True: the shapes of Ingram's examples; False: those of its schema. They differ
               (a list around an object, numbers as text, one link or a list), and which of
               them the live platform sends is not known.
    """

    sign_in = "/oauth/"
    details = "/deals/(?!search)"
    bypasses: ClassVar[Mapping[str, str]] = {}

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        self._clock = clock
        self._selected: tuple[object, list[Row]] | None = None
        self.account = Account(self._today, seed=seed, size=size)
        self.gate = Gate(clock)
        self.published = True
        self.app: ASGIApp = Starlette(routes=self._routes())

    def config(self, base_url: str) -> Mapping[str, Any]:
        return {**CONNECTION, "base_url": base_url}

    def advance(self) -> list[str]:
        self._selected = None
        return self.account.advance(self._today)

    def drop(self, stream: str, count: int) -> list[str]:
        self._selected = None
        return self.account.drop(stream, count)

    def restore(self, stream: str) -> None:
        self._selected = None
        self.account.streams[stream].restore()

    def shuffle(self) -> None:
        self._selected = None
        for listing in self.account.streams.values():
            listing.reverse()

    @property
    def _today(self) -> date:
        return self._clock.now().astimezone(UTC).date()

    def _routes(self) -> list[Route]:
        v6, app, contact = "/resellers/v6", (APPLICATION,), (CONTACT,)
        return [
            Route("/oauth/oauth20/token", self._token, methods=["GET", "POST"]),
            self._call("POST", f"{v6}/renewals/search", self._renewals, wrapped=True),
            self._call("GET", f"{v6}/renewals/{{key}}", self._renewal),
            self._call("GET", f"{v6}/deals/search", self._deals),
            self._call("GET", f"{v6}/deals/{{key:path}}", self._deal, needs=app),
            self._call("GET", f"{v6}/quotes/search", self._quotes, trace="id", needs=contact),
            self._call("GET", f"{v6}/quotes/{{key}}", self._quote, trace="id"),
            self._call("GET", f"{v6}/invoices", self._invoices, needs=app),
            self._call("GET", f"{v6}.1/invoices/{{key}}", self._invoice, trace="id", needs=app),
            self._call("GET", f"{v6}/orders/search", self._orders, trace="id"),
        ]

    def _call(
        self,
        verb: str,
        path: str,
        answer: Callable[[Request, Any], Row | Response],
        *,
        trace: str = "traceid",
        needs: tuple[str, ...] = (),
        wrapped: bool = False,
    ) -> Route:
        """A route behind the gate. ``wrapped``: the examples put a list around each answer."""

        async def endpoint(request: Request) -> Response:
            around = wrapped and self.published
            refusal = self.gate.refusal(request, path, needs=needs, trace=trace, wrapped=around)
            if refusal is not None:
                return refusal
            try:
                body = await request.json() if await request.body() else None
                made = answer(request, body)
            except (NotUnderstood, ValueError) as error:
                return problem(400, f"{error}", trace=trace, wrapped=around)
            if isinstance(made, dict):
                made = JSONResponse([made] if around else made)
            made.headers.update(self.gate.limits(path))
            return made

        return Route(path, endpoint, methods=[verb])

    async def _token(self, request: Request) -> Response:
        return self.gate.token(
            await request.form() if request.method == "POST" else request.query_params
        )

    def _renewals(self, request: Request, body: Any) -> Row:
        wanted = body[0] if isinstance(body, list) and body else body or {}
        between = (wanted.get("dateType") or {}).get("expirationDate") or {}
        first, last = (_american(between.get(f"custom{end}Date")) for end in ("Start", "End"))
        status = ((wanted.get("status") or {}).get("OpporutinyStatus") or {}).get("value")

        def fits(row: Row) -> bool:
            is_open = row["status"] in OPEN
            return (
                (first or "") <= row["expirationDate"][:10] <= (last or "9999")
                and status in (None, "Open" if is_open else "Closed")
                and wanted.get("vendor") in (None, row["vendor"])
                and wanted.get("endUser") in (None, row["endUser"])
            )

        rows = self._select(self.account.renewals, fits, (first, last, str(wanted)))
        following = "/resellers/v6/renewals/search?page={page}"
        return _page(
            request, "renewals", rows, shapes.renewal, names=("page", "size"), following=following
        )

    def _renewal(self, request: Request, _: Any) -> Row | Response:
        row = self.account.renewals.find(request.path_params["key"])
        return shapes.renewal_detail(row) if row else _not_found("traceid")

    def _deals(self, request: Request, _: Any) -> Row:
        asked = request.query_params
        rows = self.account.deals.select(
            lambda row: all(
                asked.get(name, row[name]) == row[name] for name in ("dealId", "vendor", "endUser")
            )
        )
        # The leak: the path of an inner service.
        following = "/bids/v1/special-bidsB2B?Size={size}&Page={page}"
        return _page(
            request, "deals", rows, shapes.deal, names=("Page", "Size"), following=following
        )

    def _deal(self, request: Request, _: Any) -> Row | Response:
        vendor = request.query_params.get("vendorName")
        if not vendor:
            raise NotUnderstood("vendorName is required")
        row = self.account.deals.find(request.path_params["key"])
        if row is None or row["vendor"].casefold() != vendor.casefold():
            return _not_found("traceid")
        return shapes.deal_detail(row)

    def _quotes(self, request: Request, _: Any) -> Row | Response:
        first, last = _between(request, "quoteCreateDate-bt") or ("", "9999")
        if first:
            oldest = date.fromisoformat(last).toordinal() - date.fromisoformat(first).toordinal()
            if oldest > 365:
                raise NotUnderstood("the date range is longer than 365 days")
        rows = self.account.quotes.select(lambda row: first <= row["ingramQuoteDate"] <= last)
        if not rows:
            return _not_found("id")
        return _page(request, "quotes", rows, dict, most=25)

    def _quote(self, request: Request, _: Any) -> Row | Response:
        row = self.account.quotes.find(request.path_params["key"])
        return shapes.quote_detail(row) if row else _not_found("id")

    def _invoices(self, request: Request, _: Any) -> Row:
        asked = request.query_params
        first, last = asked.get("invoiceFromDueDate", ""), asked.get("invoiceToDueDate", "9999")
        rows = self.account.invoices.select(
            lambda row: (
                first <= row["invoiceDueDate"] <= last
                and asked.get("invoiceStatus", row["invoiceStatus"]) == row["invoiceStatus"]
            )
        )
        following = "/resellers/v6/invoices/?customerNumber=20-222222&page=1&pageNumber={page}"
        return _page(request, "invoices", rows, shapes.invoice, following=following)

    def _invoice(self, request: Request, _: Any) -> Row | Response:
        row = self.account.invoices.find(request.path_params["key"])
        return shapes.invoice_detail(row, published=self.published) if row else _not_found("id")

    def _orders(self, request: Request, _: Any) -> Row | Response:
        status = request.query_params.get("orderStatus")
        moving = self.account.moving.select(lambda row: not is_held(row))
        rows = [row for row in (*self.account.held, *moving) if status in (None, row["status"])]
        if not rows:
            return Response(status_code=204)

        def shape(row: Row) -> Row:
            return shapes.order(row, published=self.published)

        following = "/resellers/v6/orders/[original_parameters]&pageNumber={page}"
        page = _page(request, "orders", rows, shape, following=following)
        counts = ("recordsFound", "pageSize", "pageNumber")
        return {**page, **{name: str(page[name]) for name in counts}} if self.published else page

    def _select(self, listing: Listing, fits: Callable[[Row], bool], asked: object) -> list[Row]:
        if self._selected is not None and self._selected[0] == asked:
            return self._selected[1]
        rows = listing.select(fits)
        if len(rows) >= MANY:
            self._selected = (asked, rows)
        return rows


def _page(
    request: Request,
    key: str,
    rows: list[Row],
    shape: Callable[[Row], Row],
    *,
    names: tuple[str, str] = ("pageNumber", "pageSize"),
    most: int = 100,
    following: str = "",
) -> Row:
    """One page of a list, in its envelope."""
    number = int(request.query_params.get(names[0], "1"))
    size = min(int(request.query_params.get(names[1], "25")), most)
    if number < 1 or size < 1:
        raise NotUnderstood("Input passed is not in right or expected format.")
    page = {
        "recordsFound": len(rows),
        "pageSize": size,
        "pageNumber": number,
        key: [shape(row) for row in page_of(rows, number=number, size=size)],
    }
    if following and number * size < len(rows):
        page["nextPage"] = following.format(page=number + 1, size=size)
    return page


def _between(request: Request, name: str) -> tuple[str, str] | None:
    """Two dates, as two parameters or as one with a comma."""
    values = ",".join(request.query_params.getlist(name)).split(",")
    if values == [""]:
        return None
    if len(values) != 2:
        raise NotUnderstood(f"{name}: only 2 entries allowed")
    return values[0], values[1]


def _american(text: str | None) -> str | None:
    """MM/DD/YYYY as an ISO date; anything else is refused with ``ValueError``."""
    if not text:
        return None
    return datetime.strptime(text, "%m/%d/%Y").replace(tzinfo=UTC).date().isoformat()


def _not_found(trace: str) -> Response:
    return problem(404, "No records found for the provided criteria.", trace=trace)
