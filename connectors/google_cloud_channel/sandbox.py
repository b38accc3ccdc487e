"""The Cloud Channel API, simulated: a signed sign-in and five lists with page tokens.

Written from Google's discovery document, not from the connector.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.google_cloud_channel import sandbox_story as story
from connectors.google_cloud_channel.sandbox_sign_in import USER, SignIn, key_file
from connectors.sdk.sandbox import ASGIApp, Listing, Row, SandboxClock

_SMALL = {"customers": 3, "entitlements": 40, "skus": 20, "offers": 4, "channelPartnerLinks": 3}
"""Rows on a page at most: Google may give fewer than asked for, and here it does."""


class Sandbox:
    """See ``connectors.sdk.sandbox``.

    gate         who may sign in
    distributor  whether the account is one: only then it has links
    """

    sign_in = "/token"
    optional = r"(commitmentSettings|trialSettings)(\.endTime)? |endTime "
    bypasses: ClassVar[Mapping[str, str]] = {}

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        self._clock = clock
        now = clock.now()
        rows = [*story.entitlements(now), *story.many_entitlements(now, size, seed)]
        self.customers = Listing(story.customers(now), key="name")
        self.entitlements = Listing(rows, key="name")
        self.skus = Listing(story.skus(), key="name")
        self.offers = Listing(story.offers(now), key="name")
        self.links = Listing(story.links(now), key="name")
        self.gate = SignIn(clock)
        self.distributor = True
        self._step = 0
        self.app: ASGIApp = Starlette(routes=self._routes())

    def config(self, base_url: str) -> Mapping[str, Any]:
        token_uri = f"{base_url}/token"
        return {
            "account_id": story.ACCOUNT.removeprefix("accounts/"),
            "acting_user": USER,
            "service_account_key": key_file(token_uri),
            "token_url": token_uri,
            "base_url": base_url,
            "distributor": True,
        }

    def advance(self) -> list[str]:
        """One thing changes, in turn: a renewal is switched, a link answered, an offer extended."""
        changes = (self._switch_renewal, self._answer_link, self._extend_offer)
        turn, step = divmod(self._step, len(changes))
        self._step += 1
        return changes[step](turn)

    def drop(self, stream: str, count: int) -> list[str]:
        listing = self._streams[stream]
        rows = {row["name"]: row for row in listing}
        gone = listing.drop(count)
        if stream != "entitlements":
            return gone
        return [
            f"{name}{suffix}"
            for name in gone
            for part, suffix in (("commitmentSettings", ""), ("trialSettings", ":trial"))
            if part in rows[name]
        ]

    def restore(self, stream: str) -> None:
        self._streams[stream].restore()

    def shuffle(self) -> None:
        for listing in (*self._streams.values(), self.customers, self.skus):
            listing.reverse()

    @property
    def _streams(self) -> dict[str, Listing]:
        return {
            "entitlements": self.entitlements,
            "offers": self.offers,
            "channel_partner_links": self.links,
        }

    def _routes(self) -> list[Route]:
        account = "/v1/accounts/{account}"
        return [
            Route("/token", self._token, methods=["POST"]),
            Route(f"{account}/customers", self._guarded(self._customers)),
            Route(f"{account}/customers/{{customer}}/entitlements", self._guarded(self._held)),
            Route(f"{account}/offers", self._guarded(self._offers)),
            Route(f"{account}/channelPartnerLinks", self._guarded(self._links)),
            Route("/v1/products/{product}/skus", self._guarded(self._skus)),
        ]

    async def _token(self, request: Request) -> Response:
        return self.gate.answer(await request.form())

    def _guarded(self, answer: Callable[[Request], Row | Response]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            if not self.gate.tokens.accepts(request.headers):
                return _problem(401, "UNAUTHENTICATED", "Request had invalid credentials.")
            asked = request.path_params.get("account", request.query_params.get("account", ""))
            if asked.removeprefix("accounts/") != story.ACCOUNT.removeprefix("accounts/"):
                return _problem(403, "PERMISSION_DENIED", "The caller has no permission.")
            try:
                made = answer(request)
            except ValueError:
                return _problem(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
            return made if isinstance(made, Response) else JSONResponse(made)

        return endpoint

    def _customers(self, request: Request) -> Row:
        return _page(request, "customers", self.customers, most=50, usual=10)

    def _held(self, request: Request) -> Row | Response:
        whose = f"{story.ACCOUNT}/customers/{request.path_params['customer']}"
        if self.customers.find(whose) is None:
            return _problem(404, "NOT_FOUND", "Requested entity was not found.")

        def fits(row: Row) -> bool:
            return bool(row["name"].startswith(f"{whose}/"))

        return _page(request, "entitlements", self.entitlements, fits, most=100, usual=50)

    def _offers(self, request: Request) -> Row:
        return _page(request, "offers", self.offers, most=1000, usual=500)

    def _skus(self, request: Request) -> Row:
        product = request.path_params["product"]

        def fits(row: Row) -> bool:
            return product in ("-", row["name"].split("/")[1])

        return _page(request, "skus", self.skus, fits, most=1000, usual=100)

    def _links(self, request: Request) -> Row | Response:
        if not self.distributor:
            return _problem(403, "PERMISSION_DENIED", "The caller is no distributor.")
        page = _page(request, "channelPartnerLinks", self.links, most=200, usual=25)
        if request.query_params.get("view") != "FULL":
            for row in page.get("channelPartnerLinks", ()):
                row.pop("channelPartnerCloudIdentityInfo", None)
        return page

    def _switch_renewal(self, turn: int) -> list[str]:
        held = self.entitlements.select(lambda row: "commitmentSettings" in row)
        if not held:
            return []
        row = held[turn % len(held)]
        settings = row["commitmentSettings"]
        renewal = dict(settings["renewalSettings"])
        renews = renewal.pop("enableRenewal", False)
        if not renews:
            renewal["enableRenewal"] = True
        changed = {**settings, "renewalSettings": renewal}
        self.entitlements.change(row["name"], commitmentSettings=changed)
        number = row["name"].rpartition("/")[2]
        return [f"Entitlement {number} {'does not renew' if renews else 'renews'} by itself now"]

    def _answer_link(self, turn: int) -> list[str]:
        """An invited reseller accepts, or a new one is invited."""
        invited = self.links.select(lambda row: row["linkState"] == "INVITED")
        if invited:
            self.links.change(invited[0]["name"], linkState="ACTIVE")
            domain = invited[0]["channelPartnerCloudIdentityInfo"]["primaryDomain"]
            return [f"{domain} accepted the invitation"]
        like = next(story.links(self._clock.now()))
        name = f"{story.ACCOUNT}/channelPartnerLinks/CN{turn:03d}"
        self.links.add({**like, "name": name})
        return ["Another reseller was invited"]

    def _extend_offer(self, turn: int) -> list[str]:
        ending = self.offers.select(lambda row: "endTime" in row)
        if not ending:
            return []
        row = ending[turn % len(ending)]
        ends = story.moment(self._clock.now(), 100 + turn)
        self.offers.change(row["name"], endTime=ends)
        return [f"The offer {row['marketingInfo']['displayName']} goes on until {ends[:10]}"]


def _page(
    request: Request,
    name: str,
    listing: Listing,
    fits: Callable[[Row], bool] = lambda row: True,
    *,
    most: int,
    usual: int,
) -> Row:
    """One page. A token names the row before it: nothing moves when another one goes."""
    size = int(request.query_params.get("pageSize", usual)) or usual
    if size < 0:
        raise ValueError
    size = min(size, most, _SMALL[name])
    token = request.query_params.get("pageToken")
    rest: Iterable[Row] = listing.after(_opened(token)) if token else listing
    rows = [dict(row) for row in rest if fits(row)]
    page = rows[:size]
    more = {"nextPageToken": _sealed(page[-1]["name"])} if len(rows) > size else {}
    return {**({name: page} if page else {}), **more}


def _sealed(name: str) -> str:
    return urlsafe_b64encode(name.encode()).decode()


def _opened(token: str) -> str:
    return urlsafe_b64decode(token).decode()


def _problem(status: int, reason: str, message: str) -> Response:
    body = {"error": {"code": status, "message": message, "status": reason}}
    return JSONResponse(body, status_code=status)
