"""Calendar servers, simulated: Nextcloud with tasks, Google, Outlook."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from random import Random
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from connectors.calendar import sandbox_story as story
from connectors.calendar.sandbox_ics import calendar
from connectors.sdk.sandbox import ASGIApp, Listing, Row, SandboxClock

TOKEN = "private-4d0e1b7c9a2f"  # noqa: S105 - the simulated address is the only secret it opens
PATHS = {
    "nextcloud": f"/remote.php/dav/public-calendars/{TOKEN}",
    "google": f"/calendar/ical/team%40northwind.example/{TOKEN}/basic.ics",
    "outlook": f"/owa/calendar/{TOKEN}/calendar.ics",
}
VENDORS = "Fortinet, Sophos, AWS, Microsoft, Cisco, Dell, HPE, VMware, Ingram Micro"


class Sandbox:
    """See ``connectors.sdk.sandbox``. ``config`` is the team calendar, ``flavours`` all three."""

    bypasses: ClassVar[Mapping[str, str]] = {
        "C08": "A calendar has no list that could be missing: a file without entries is an empty "
        "calendar, and one without its end is C09's.",
        "C15": "A calendar has no token that ends: its address is the secret, or each request "
        "carries user name and password.",
    }

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        self.clock = clock
        self._random = Random(seed)  # noqa: S311 - sample data that repeats, no secret
        self._start = clock.now().replace(microsecond=0)
        filler = story.filler(size, self._start, self._random)
        self._events = Listing([*story.single_events(self._start), *filler])
        self._series = [story.past_event(self._start), *story.repeated_events(self._start)]
        self._tasks = Listing(story.tasks(self._start))
        self._turn = 0
        self.app: ASGIApp = Starlette(
            routes=[
                Route("/remote.php/dav/public-calendars/{token}", self._nextcloud),
                Route("/calendar/ical/{owner}/{token}/basic.ics", self._google),
                Route("/owa/calendar/{token}/calendar.ics", self._outlook),
            ]
        )

    def config(self, base_url: str) -> Mapping[str, Any]:
        return {"url": f"{base_url}{PATHS['nextcloud']}?export", "vendor": VENDORS}

    def flavours(self, base_url: str) -> dict[str, Mapping[str, Any]]:
        """Settings for each kind of server that is simulated here."""
        return {
            "nextcloud": self.config(base_url),
            "google": {"url": f"{base_url}{PATHS['google']}", "vendor": "Fortinet"},
            "outlook": {"url": f"{base_url}{PATHS['outlook']}", "vendor": "Dell"},
        }

    def advance(self) -> list[str]:
        turns: list[Callable[[], list[str]]] = [self._move, self._cancel, self._finish, self._add]
        told = turns[self._turn % len(turns)]()
        self._turn += 1
        return told

    def drop(self, stream: str, count: int) -> list[str]:
        """Takes single events only: a series is many rows of the connector's stream."""
        return self._events.drop(count)

    def restore(self, stream: str) -> None:
        self._events.restore()

    def shuffle(self) -> None:
        self._events.reverse()
        self._tasks.reverse()
        self._series.reverse()

    def _coming(self) -> list[Row]:
        """Single events that are still ahead and take place, the nearest first."""
        today = self.clock.now().date()
        return self._events.select(
            lambda row: _first(row) > today and row.get("STATUS") != "CANCELLED", by=_first
        )

    def _move(self) -> list[str]:
        row = self._coming()[0]
        by = timedelta(days=self._random.choice([3, 7, 14]))
        dates = {name: when + by for name, when in row["dates"].items()}
        self._change(row, dates=dates)
        return [f"“{row['SUMMARY']}” moved to {_first(row)}"]

    def _cancel(self) -> list[str]:
        row = self._coming()[-1]
        self._change(row, STATUS="CANCELLED")
        return [f"“{row['SUMMARY']}” was cancelled"]

    def _finish(self) -> list[str]:
        for row in self._tasks.select(lambda task: task["STATUS"] != "COMPLETED"):
            self._change(row, STATUS="COMPLETED")
            return [f"“{row['SUMMARY']}” was completed"]
        return []

    def _add(self) -> list[str]:
        day = self.clock.now().date() + timedelta(days=self._random.randrange(10, 60))
        uid = f"added-{self._turn}@calendar.northwind.example"
        title = "Fortinet: registration for the spring campaign closes"
        row = story.entry("VEVENT", uid, self._start, SUMMARY=title, dates=story.all_day(day))
        self._events.add(row | {"changed": self.clock.now().replace(microsecond=0)})
        return [f"“{title}” was added for {day}"]

    def _change(self, row: Row, **fields: Any) -> None:
        row.update(fields, sequence=row["sequence"] + 1)
        row["changed"] = self.clock.now().replace(microsecond=0)

    async def _nextcloud(self, request: Request) -> Response:
        """Team calendar and task list; knows ETags."""
        head = [
            "PRODID:-//SabreDAV//SabreDAV 4.7.0//EN",
            "X-WR-CALNAME:Partner team",
            "X-APPLE-CALENDAR-COLOR:#0082c9",
            "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
            *story.BERLIN,
        ]
        body = calendar(head, [*self._events, *self._series, *self._tasks])
        tag = f'"{sha256(body).hexdigest()[:16]}"'
        return self._answer(request, body, tag)

    async def _google(self, request: Request) -> Response:
        """One series with HTML in its description; writes the time of asking into each entry."""
        head = [
            "PRODID:-//Google Inc//Google Calendar 70.9054//EN",
            "CALSCALE:GREGORIAN",
            "METHOD:PUBLISH",
            "X-WR-CALNAME:Fortinet partner events",
            "X-WR-TIMEZONE:Europe/Berlin",
        ]
        rows = [row for row in self._series if row["id"].startswith("fortinet")]
        rich = "Agenda:<br><ul><li>Pipeline</li><li><b>Certified</b> people</li></ul>"
        body = calendar(
            head, [row | {"DESCRIPTION": rich} for row in rows], dtstamp=self.clock.now()
        )
        return self._answer(request, body, None)

    async def _outlook(self, request: Request) -> Response:
        """Windows zone names, HTML beside the text, Microsoft's own properties."""
        head = [
            "METHOD:PUBLISH",
            "PRODID:Microsoft Exchange Server 2010",
            "X-WR-CALNAME:Dell partner calendar",
            *story.OUTLOOK_ZONE,
        ]
        begins = datetime.combine(self._start.date() + timedelta(days=8), time(10, 0))
        row = story.entry(
            "VEVENT",
            "040000008200E00074C5B7101A82E008",
            self._start,
            SUMMARY="Dell: partner program update",
            DESCRIPTION="Thresholds of the coming program year.\n",
            STATUS="CONFIRMED",
            tzid="Central Standard Time",
            dates={"DTSTART": begins, "DTEND": begins + timedelta(hours=1)},
            RRULE="FREQ=MONTHLY;COUNT=6;INTERVAL=1;BYDAY=2TU",
            extra=[
                "CLASS:PUBLIC",
                "PRIORITY:5",
                "TRANSP:OPAQUE",
                "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
                "X-ALT-DESC;FMTTYPE=text/html:<html><body><p>New <b>tiers</b>.</p></body></html>",
            ],
        )
        return self._answer(request, calendar(head, [row]), None)

    def _answer(self, request: Request, body: bytes, tag: str | None) -> Response:
        if request.path_params["token"] != TOKEN:
            return PlainTextResponse("Not Found", status_code=404)
        headers = {"ETag": tag} if tag else {}
        if tag and request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


def _first(row: Row) -> date:
    start: date = row["dates"]["DTSTART"]
    return start.date() if isinstance(start, datetime) else start
