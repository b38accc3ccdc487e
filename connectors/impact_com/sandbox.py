"""impact.com, simulated: Basic sign-in, four lists with their counters as text, limits, refusals.

Written from impact.com's OpenAPI documents, not from the connector. What they leave out (paging,
limits, the shape of errors) is as others tell of the live API.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, date
from random import Random
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.impact_com import sandbox_story as story
from connectors.sdk.sandbox import ASGIApp, Listing, Quota, Row, SandboxClock, page_of

ACCOUNT_SID = "IRsandbox7Lgz6o7Utox1"
AUTH_TOKEN = "impact-secret-T8bcCRLi"  # noqa: S105 - of a simulation

_STATUSES = {"ACTIVE", "DECLINED", "EXPIRED", "PENDING", "UPCOMING"}


class Sandbox:
    """See ``connectors.sdk.sandbox``.

    quota    1,000 calls an hour
    scopes   what the access token may read; a list that is missing here is refused with 403
    heard    the "Accept" and "IR-Version" of every call
    largest  rows on a page at most, so that a small account has several
    """

    optional = r"EndDate|Terms"
    bypasses: ClassVar[Mapping[str, str]] = {
        "C15": "Account SID and Auth Token sign every request: there is no token that ends."
    }

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        self._clock = clock
        self._step = 0
        today = self._today
        random = Random(seed)  # noqa: S311 - sample data, no secret
        self.tasks = Listing(
            [*story.tasks(today), *story.many_tasks(today, size, random)], key="Id"
        )
        self.contracts = Listing(story.contracts(today), key="Id")
        self.invoices = Listing(story.invoices(today), key="Id")
        self.programs = Listing(story.programs(today), key="CampaignId")
        self.quota = Quota(clock, calls=1000, seconds=3600)
        self.scopes = {"Tasks", "Contracts", "Invoices", "Campaigns"}
        self.heard: set[tuple[str, str]] = set()
        self.largest = 40
        self._lists = {
            "tasks": self.tasks,
            "contracts": self.contracts,
            "invoices": self.invoices,
            "programs": self.programs,
        }
        self.app: ASGIApp = Starlette(
            routes=[
                self._call("Tasks", lambda request: list(self.tasks)),
                self._call("Contracts", self._contracts),
                self._call("Invoices", lambda request: list(self.invoices)),
                self._call("Campaigns", lambda request: list(self.programs)),
            ]
        )

    def config(self, base_url: str) -> Mapping[str, Any]:
        return {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "base_url": base_url}

    def drop(self, stream: str, count: int) -> list[str]:
        listing = self._lists[stream]
        before = {str(row[listing.key]): row for row in listing}
        ids = {"contracts": _ids_of_contract, "invoices": _ids_of_invoice}.get(stream)
        gone = listing.drop(count)
        return [id_ for key in gone for id_ in (ids(before[key]) if ids else [key])]

    def restore(self, stream: str) -> None:
        self._lists[stream].restore()

    def shuffle(self) -> None:
        for listing in self._lists.values():
            listing.reverse()

    @property
    def _today(self) -> date:
        return self._clock.now().astimezone(UTC).date()

    def _call(self, name: str, rows: Callable[[Request], list[Row]]) -> Route:
        async def endpoint(request: Request) -> Response:
            if refusal := self._refusal(request, name):
                return refusal
            try:
                return JSONResponse(self._page(request, name, rows(request)))
            except ValueError as error:
                return _problem(400, "Invalid parameters", errors=[("Page", f"{error}")])

        return Route(f"/Mediapartners/{{sid}}/{name}", endpoint, methods=["GET"])

    def _refusal(self, request: Request, name: str) -> Response | None:
        said = request.headers
        self.heard.add((said.get("accept", ""), said.get("ir-version", "")))
        pair = b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
        signed = request.headers.get("authorization") == f"Basic {pair}"
        if not signed or request.path_params["sid"] != ACCOUNT_SID:
            return _problem(401, "Authentication failed")
        if name not in self.scopes:
            return _problem(403, "Access denied for this access token")
        if "json" not in request.headers.get("accept", ""):
            return Response("<ImpactRadiusResponse/>", media_type="application/xml")
        if wait := self.quota.wait():
            reset = int(self._clock.now().timestamp() + wait)
            told = {"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": "0"}
            headers = {**told, "X-RateLimit-Reset": str(reset)}
            return _problem(429, "Rate limit exceeded", headers=headers)
        return None

    def _contracts(self, request: Request) -> list[Row]:
        status = request.query_params.get("Status", "ACTIVE")
        if status not in _STATUSES:
            raise ValueError(f"unknown Status {status}")
        return self.contracts.select(lambda row: row["Status"] == status)

    def _page(self, request: Request, name: str, rows: list[Row]) -> Row:
        asked = request.query_params
        number, size = int(asked.get("Page", "1")), int(asked.get("PageSize", "100"))
        if number < 1 or size < 1:
            raise ValueError("Page and PageSize begin at 1")
        size = min(size, self.largest)
        pages = max(1, -(-len(rows) // size))
        here = f"{request.url.path}?PageSize={size}&Page="
        return {
            "@page": str(number),
            "@numpages": str(pages),
            "@pagesize": str(size),
            "@total": str(len(rows)),
            "@uri": f"{here}{number}",
            "@nextpageuri": f"{here}{number + 1}" if number < pages else "",
            name: page_of(rows, number=number, size=size),
        }

    def advance(self) -> list[str]:
        """One thing changes, in turn: a task, a contract, a tier, a payout, a new task."""
        changes: tuple[Callable[[int], list[str]], ...] = (
            self._task_moves_on,
            self._contract_is_prolonged,
            self._tier_is_raised,
            self._payout_is_paid,
            self._task_is_given,
        )
        turn, step = divmod(self._step, len(changes))
        self._step += 1
        return changes[step](turn)

    def _task_moves_on(self, turn: int) -> list[str]:
        for row in self.tasks.select(lambda row: row["Details"]["State"] in ("NEW", "INPROGRESS")):
            state = "INPROGRESS" if row["Details"]["State"] == "NEW" else "COMPLETED"
            self.tasks.change(row["Id"], Details={**row["Details"], "State": state})
            return [f"Task {row['Id']} is {state} now"]
        return []

    def _contract_is_prolonged(self, turn: int) -> list[str]:
        for row in self.contracts.select(lambda row: row["Status"] == "ACTIVE" and row["EndDate"]):
            until = story.stamp(self._today, 365 + turn)
            self.contracts.change(row["Id"], EndDate=until)
            return [f"Contract {row['Id']} was prolonged until {until[:10]}"]
        return []

    def _tier_is_raised(self, turn: int) -> list[str]:
        for row in self.contracts.select(lambda row: row["Status"] == "ACTIVE"):
            terms = deepcopy(row["Terms"])
            tiers = terms["EventPayouts"][0].get("PerformanceBonus", {}).get("Tiers")
            if tiers:
                tiers[-1]["RevenueThreshold"] = f"{80_000 + 5_000 * turn}.00"
                self.contracts.change(row["Id"], Terms=terms)
                return [f"The last tier of {row['Id']} begins at {80_000 + 5_000 * turn} now"]
        return []

    def _payout_is_paid(self, turn: int) -> list[str]:
        for row in self.invoices:
            lines = deepcopy(row["LineItems"])
            for line in lines:
                if line["Status"] != "PAID":
                    line |= {"Status": "PAID", "PaidDate": story.stamp(self._today, 0)}
                    self.invoices.change(row["Id"], LineItems=lines)
                    return [f"{line['CampaignName']} paid {line['TotalItemAmount']}"]
        return []

    def _task_is_given(self, turn: int) -> list[str]:
        row = next(story.tasks(self._today))
        number = str(3_600_000 + turn)
        self.tasks.add({**row, "Id": number})
        return [f"Task {number} was given"]


def _ids_of_contract(row: Row) -> list[str]:
    """What a contract is known by: its end, and the tiers of its bonuses."""
    ids = [row["Id"]] if row["EndDate"] else []
    for payout in row["Terms"]["EventPayouts"]:
        tiers = payout.get("PerformanceBonus", {}).get("Tiers", [])
        ids += [
            f"{row['Id']}:{payout['EventTypeId']}:tier {place}"
            for place, _ in enumerate(tiers, start=1)
        ]
    return ids


def _ids_of_invoice(row: Row) -> list[str]:
    fields = ("CampaignId", "Description", "EventMonthYear")
    return [":".join((row["Id"], *(line[name] for name in fields))) for line in row["LineItems"]]


def _problem(
    status: int,
    message: str,
    *,
    errors: list[tuple[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    body: Row = {"Status": "ERROR", "Message": message}
    if errors:
        body["Errors"] = [{"Field": field, "Message": text} for field, text in errors]
    return JSONResponse(body, status_code=status, headers=dict(headers or {}))
