"""StreamOne Ion, simulated: refresh tokens that are good for one use, and three lists.

Written from the documentation of TD SYNNEX's own SDK, not from the connector.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sdk.sandbox import ASGIApp, Listing, Row, SandboxClock, Tokens
from connectors.td_synnex_ion import sandbox_story as story

LARGEST_PAGE = 50
REFRESH_LIFETIME = timedelta(days=32)


class OneUse:
    """Refresh tokens, each good for one use and for 32 days.

    valid   the one that is taken next
    given   how many were given in place of another
    """

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._made = 0
        self.given = 0
        self.issue()

    def issue(self) -> str:
        """Another one, as a person gets it in the portal; the one before it is of no use."""
        self._made += 1
        self.valid = f"{Tokens.MARK}refresh-{self._made:04d}"
        self._ends = self._clock.now() + REFRESH_LIFETIME
        return self.valid

    def use(self, token: object) -> str | None:
        """The next one in place of that one; None where it is used up, over or unknown."""
        if token != self.valid or self._clock.now() >= self._ends:
            return None
        self.given += 1
        return self.issue()


class Sandbox:
    """See ``connectors.sdk.sandbox``.

    refresh    the refresh tokens; ``config`` holds the one that is taken next
    announces  whether lists say how long they are, which Ion's documentation does not tell of
    """

    sign_in = "/oauth/token"
    optional = "cancellationAllowedUntilDate"
    bypasses: ClassVar[Mapping[str, str]] = {}

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        self._clock = clock
        now = clock.now()
        rows = [*story.subscriptions(now), *story.many_subscriptions(now, size, seed)]
        self.subscriptions = Listing(rows)
        self.customers = Listing(story.customers(now), key="name")
        self.orders = Listing(story.orders(now), key="name")
        self.refresh = OneUse(clock)
        self.tokens = Tokens(clock, lifetime=timedelta(hours=2))
        self.announces = True
        self._step = 0
        self.app: ASGIApp = Starlette(routes=self._routes())

    def config(self, base_url: str) -> Mapping[str, Any]:
        return {
            "base_url": base_url,
            "account_id": story.ACCOUNT,
            "refresh_token": self.refresh.valid,
        }

    def advance(self) -> list[str]:
        """One thing changes, in turn: a renewal is switched, an order released, one held."""
        changes = (self._switch_renewal, self._release_or_hold, self._renew)
        turn, step = divmod(self._step, len(changes))
        self._step += 1
        return changes[step](turn)

    def drop(self, stream: str, count: int) -> list[str]:
        if stream == "orders_on_hold":
            held = [row["name"] for row in self.orders if row["status"] == "ON_HOLD"][:count]
            self.orders.drop(count)
            return held
        rows = {row["id"]: row for row in self.subscriptions}
        gone = self.subscriptions.drop(count)
        until = "cancellationAllowedUntilDate"
        return [*gone, *(f"{number}:cancel" for number in gone if until in rows[number])]

    def restore(self, stream: str) -> None:
        (self.orders if stream == "orders_on_hold" else self.subscriptions).restore()

    def shuffle(self) -> None:
        for listing in (self.subscriptions, self.customers, self.orders):
            listing.reverse()

    def _routes(self) -> list[Route]:
        account = "/api/v3/accounts/{account}"
        return [
            Route("/oauth/token", self._token, methods=["POST"]),
            Route("/oauth/validateAccess", self._validate, methods=["POST"]),
            Route(f"{account}/subscriptions", self._guarded(self._subscriptions)),
            Route(f"{account}/customers", self._guarded(self._customers)),
            Route(f"{account}/orders", self._guarded(self._orders)),
        ]

    async def _token(self, request: Request) -> Response:
        fields = await request.form()
        following = None
        if fields.get("grant_type") == "refresh_token":
            following = self.refresh.use(fields.get("refresh_token"))
        if following is None:
            return _problem(400, "invalid_grant", "The refresh token is invalid.")
        token = {"access_token": self.tokens.issue(), "token_type": "Bearer", "expires_in": 7200}
        return JSONResponse({**token, "refresh_token": following})

    async def _validate(self, request: Request) -> Response:
        """Whether an access token is good: TD SYNNEX's SDK asks before each list."""
        token = (await request.form()).get("access_token")
        if not self.tokens.accepts({"authorization": f"Bearer {token}"}):
            return _problem(401, "unauthorized", "The access token is invalid.")
        return JSONResponse({})

    def _guarded(self, answer: Callable[[Request], Row]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            if not self.tokens.accepts(request.headers):
                return _problem(401, "unauthorized", "The access token is invalid.")
            if request.path_params["account"] != story.ACCOUNT:
                return _problem(404, "not_found", "There is no such account.")
            try:
                return JSONResponse(answer(request))
            except ValueError:
                return _problem(400, "bad_request", "A parameter cannot be read.")

        return endpoint

    def _subscriptions(self, request: Request) -> Row:
        asked = request.query_params
        status = asked.get("subscriptionStatus", "").casefold()
        rows = self.subscriptions.select(lambda row: status in ("", row["subscriptionStatus"]))
        start = int(asked.get("pagination.offset", "0"))
        size = min(int(asked.get("pagination.limit", "10")), LARGEST_PAGE)
        if start < 0 or size < 1:
            raise ValueError
        page = {"items": rows[start : start + size]}
        total = {"paginationResponse": {"totalSize": len(rows)}}
        return {**page, **total} if self.announces else page

    def _customers(self, request: Request) -> Row:
        return _by_token(request, "customers", self.customers, lambda row: True)

    def _orders(self, request: Request) -> Row:
        status = request.query_params.get("status")
        return _by_token(
            request, "orders", self.orders, lambda row: status in (None, row["status"])
        )

    def _switch_renewal(self, turn: int) -> list[str]:
        ahead = self.subscriptions.select(lambda row: "autoRenew" in row)
        if not ahead:
            return []
        row = ahead[turn % len(ahead)]
        renews = not row["autoRenew"]
        said = "ENABLED" if renews else "DISABLED"
        self.subscriptions.change(row["id"], autoRenew=renews, subscriptionRenewStatus=said)
        does = "renews by itself" if renews else "does not renew by itself"
        return [f"{row['subscriptionName']} of {row['customerName']} {does} now"]

    def _release_or_hold(self, turn: int) -> list[str]:
        wanted = "ON_HOLD" if turn % 2 == 0 else "IN_PROGRESS"
        found = self.orders.select(lambda row: row["status"] == wanted)
        if not found:
            return []
        held = wanted == "IN_PROGRESS"
        self.orders.change(found[0]["name"], status="ON_HOLD" if held else "IN_PROGRESS")
        number = found[0]["name"].rpartition("/")[2]
        return [f"Order {number} {'went on hold' if held else 'was released'}"]

    def _renew(self, turn: int) -> list[str]:
        """The next one to end is renewed for a year, with a new week in which to cancel it."""
        ahead = self.subscriptions.select(
            lambda row: row["subscriptionStatus"] == "active" and "renewalDate" in row,
            by=lambda row: row["renewalDate"],
        )
        if not ahead:
            return []
        ends = story.stamp(datetime.fromisoformat(ahead[0]["renewalDate"]), 365)
        until = story.stamp(self._clock.now(), 7)
        self.subscriptions.change(
            ahead[0]["id"],
            subscriptionEndDate=ends,
            renewalDate=ends,
            cancellationAllowedUntilDate=until,
        )
        what = f"{ahead[0]['subscriptionName']} of {ahead[0]['customerName']}"
        return [f"{what} was renewed until {ends[:10]}"]


def _by_token(request: Request, name: str, listing: Listing, fits: Callable[[Row], bool]) -> Row:
    """A page of a list whose token is the last row's key: nothing moves when a row goes.

    As Ion's interface does, it leaves out what is empty.
    """
    token = request.query_params.get("pageToken")
    size = min(int(request.query_params.get("pageSize", "10")), 2 if name == "orders" else 4)
    rows = [row for row in (listing.after(token) if token else listing) if fits(row)]
    page = rows[:size]
    following = {"nextPageToken": page[-1]["name"]} if len(rows) > size else {}
    return {**({name: page} if page else {}), **following}


def _problem(status: int, error: str, message: str) -> Response:
    body = {"error": error, "message": message, "code": status, "details": []}
    return JSONResponse(body, status_code=status)
