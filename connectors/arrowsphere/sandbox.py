"""ArrowSphere, simulated: four lists behind one key, in the dialects of Arrow's two SDKs.

Written from the payloads with which Arrow tests its PHP and its Node SDK, not from the connector.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from random import Random
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.arrowsphere import sandbox_story as story
from connectors.sdk.sandbox import ASGIApp, Listing, Row, SandboxClock, page_of

KEY = "arrow-api-key-3Hn8Zq"
TOKEN = "arrow-access-token-7Lw2"  # noqa: S105 - of a simulation
PATH = "/index.php/api"


class Sandbox:
    """See ``connectors.sdk.sandbox``.

    node        True: dates and switches as Arrow's Node SDK tests them (days, true and false);
                False: as its PHP SDK documents them (seconds, 0 and 1). Which of them the live
                platform sends is unknown.
    token_only  True: notifications are shown to an access token only, as the PHP SDK has it
    largest     the most rows of a page, however many are asked for
    """

    optional = r"dateEnd|license\.(end_date|next_renewal_date)"
    bypasses: ClassVar[Mapping[str, str]] = {
        "C15": "ArrowSphere gives API keys, which do not expire and need no sign-in.",
    }

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        self._clock = clock
        self.node = False
        self.token_only = False
        self.largest = 100
        today, random = self._today, Random(seed)  # noqa: S311 - sample data, no secret
        licences = [*story.licences(today), *story.many_licences(today, size, random)]
        self.subscriptions = Listing(story.subscriptions(today), key="reference")
        self.licences = Listing(licences, key="partner_ref")
        self.notifications = Listing(story.notifications(today), key="id")
        self.campaigns = Listing(story.campaigns(today), key="reference")
        self.streams = {
            "programs": self.subscriptions,
            "licences": self.licences,
            "notifications": self.notifications,
            "campaigns": self.campaigns,
        }
        self._step = 0
        self.app: ASGIApp = Starlette(
            routes=[
                self._call("GET", "/whoami", self._whoami),
                self._call("GET", "/subscriptions", self._subscriptions),
                self._call("POST", "/licenses/v2/find", self._licences),
                self._call("GET", "/notification", self._notifications),
                self._call("GET", "/campaigns/v2/active", self._campaigns),
            ]
        )

    def config(self, base_url: str) -> Mapping[str, Any]:
        return {
            "base_url": f"{base_url}{PATH}",
            "api_key": KEY,
            "notification_token": TOKEN,
        }

    def drop(self, stream: str, count: int) -> list[str]:
        """The ids of the records that go: an enrolment goes with its end."""
        ends = {row["reference"] for row in self.subscriptions if row["dateEnd"]}
        gone = self.streams[stream].drop(count)
        return gone + [f"{reference}:end" for reference in gone if reference in ends]

    def restore(self, stream: str) -> None:
        self.streams[stream].restore()

    def shuffle(self) -> None:
        for listing in self.streams.values():
            listing.reverse()

    def advance(self) -> list[str]:
        """One thing changes, in turn: a licence, a notification, an enrolment, a campaign."""
        changes: tuple[Callable[[int], list[str]], ...] = (
            self._licence_is_prolonged,
            self._something_is_told,
            self._enrolment_moves_on,
            self._campaign_is_prolonged,
        )
        turn, step = divmod(self._step, len(changes))
        self._step += 1
        return changes[step](turn)

    def _licence_is_prolonged(self, turn: int) -> list[str]:
        rows = self.licences.select(lambda row: row["end_date"] is not None)
        if not rows:
            return []
        row = rows[turn % len(rows)]
        later = story.moment(date.fromisoformat(row["end_date"][:10]), 360)
        renews = later if row["auto_renew"] else None
        self.licences.change(row["partner_ref"], end_date=later, next_renewal_date=renews)
        return [f"Licence {row['partner_ref']} was prolonged until {later[:10]}"]

    def _something_is_told(self, turn: int) -> list[str]:
        subject = f"License upgrade {turn + 1}"
        told = story.notification(self._today, 1000 + turn, subject, "Done.", 0)
        self.notifications.add(told)
        return [f"ArrowSphere told: {subject}"]

    def _enrolment_moves_on(self, turn: int) -> list[str]:
        for row in self.subscriptions.select(lambda row: row["status"] == "In progress"):
            validated = story.stamp(self._today, 0)
            self.subscriptions.change(
                row["reference"], status="Validated", dateValidation=validated
            )
            return [f"The enrolment in {row['name']} was validated"]
        for row in self.subscriptions.select(lambda row: row["status"] == "Validated")[:1]:
            self.subscriptions.change(row["reference"], level=f"Level {turn}")
            return [f"The enrolment in {row['name']} has another level"]
        return []

    def _campaign_is_prolonged(self, turn: int) -> list[str]:
        for row in self.campaigns.select(lambda row: row["endDate"] is not None)[:1]:
            later = story.day(date.fromisoformat(row["endDate"]), 14)
            self.campaigns.change(row["reference"], endDate=later)
            return [f"The campaign {row['name']} lasts until {later}"]
        return []

    @property
    def _today(self) -> date:
        return self._clock.now().astimezone(UTC).date()

    def _call(self, verb: str, path: str, answer: Callable[[Request, Any], Response]) -> Route:
        """A route behind the key."""

        async def endpoint(request: Request) -> Response:
            if request.headers.get("apikey") != KEY:
                return JSONResponse({"status": 401}, status_code=401)
            try:
                body = await request.json() if verb == "POST" else None
                return answer(request, body)
            except ValueError:
                return JSONResponse({"status": 400}, status_code=400)

        return Route(f"{PATH}{path}", endpoint, methods=[verb])

    def _whoami(self, request: Request, _: Any) -> Response:
        return _data(
            {"companyName": "Halden Systems", "reference": "XSP12345", "countryCode": "DK"}
        )

    def _subscriptions(self, request: Request, _: Any) -> Response:
        return _data([self._enrolment(row) for row in self.subscriptions])

    def _enrolment(self, row: Row) -> Row:
        if not self.node:
            return row
        names = ("dateDemand", "dateValidation", "dateEnd")
        return row | {name: row[name] and f"{row[name][:10]}T00:00:00.000Z" for name in names}

    def _licences(self, request: Request, asked: Any) -> Response:
        enabled = asked.get("filters", {}).get("license.isEnabled")
        rows = self.licences.select(
            lambda row: enabled is None or row["isEnabled"] is enabled,
            by=lambda row: row["end_date"] or "9999",
        )
        number = int(request.query_params.get("page", "1"))
        size = min(int(request.query_params.get("per_page", "25")), self.largest)
        if number < 1 or size < 1:
            raise ValueError("pages and their sizes begin with 1")
        shown = page_of(rows, number=number, size=size)
        pages = -(-len(rows) // size)
        return JSONResponse(
            {
                "results": [{"license": row, "offer": {"name": row["offer"]}} for row in shown],
                "filters": [],
                "pagination": self._pagination(number, size, pages, len(rows)),
            }
        )

    def _pagination(self, number: int, size: int, pages: int, total: int) -> Row:
        following = f"/licenses/v2/find?page={number + 1}" if number < pages else None
        links = {"total": total, "next": following, "previous": None}
        if self.node:
            return {"perPage": size, "currentPage": number, "totalPage": pages, **links}
        return {"per_page": size, "current_page": number, "total_page": pages, **links}

    def _notifications(self, request: Request, _: Any) -> Response:
        if self.token_only and request.headers.get("authorization") != TOKEN:
            return JSONResponse({"status": 401}, status_code=401)
        after = request.query_params.get("searchAfter")
        size = min(int(request.query_params.get("perPage", "10")), self.largest)
        rows = self.notifications.after(after) if after else self.notifications.select()
        shown = rows[:size]
        answer = {"status": 200, "data": {"notifications": [self._told(row) for row in shown]}}
        if not self.node:
            last = shown[-1]["id"] if len(rows) > size else None
            answer["pagination"] = {"searchAfter": last} if last else {}
        return JSONResponse(answer)

    def _told(self, row: Row) -> Row:
        if not self.node:
            return row
        days = {
            name: f"{datetime.fromtimestamp(row[name], UTC):%Y-%m-%d}"
            for name in ("created", "expires")
        }
        return {**row, **days, "hasBeenRead": bool(row["hasBeenRead"])}

    def _campaigns(self, request: Request, _: Any) -> Response:
        place = request.query_params["location"]
        return _data([row for row in self.campaigns if place in row["rules"]["locations"]])


def _data(data: Any) -> Response:
    return JSONResponse({"status": 200, "data": data})
