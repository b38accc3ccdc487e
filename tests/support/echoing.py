"""The four built-in platforms on loopback, as they are at their worst: they tell everybody what
they were told. Every answer quotes the request and the secrets, in the forms in which servers do.
"""

import base64
import html
import json
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from tests.connectors.sdk.raw_server import Asked, Raw, RawServer, json_reply, reply
from tests.support.canaries import Canary

CLIENT_SECRET = Canary(
    name="Ingram's client secret", value='i/+ "&ab01KanarieIngramSecretXyz01<é\\='
)
SECRET_KEY = Canary(name="AWS's secret key", value="a+/ab02KanarieAwsSecretKeyXyz02=")
SESSION_TOKEN = Canary(name="AWS's session token", value="ab03KanarieAwsSessionTokenXyz03//+==")
BEARER = Canary(name="Ingram's token", value="ab04KanarieIngramBearerXyz04.x-y_z")
PATH = Canary(name="the calendar's path", value="private-ab05KanarieCalendarPathXyz05")
QUERY = Canary(name="the calendar's query", value="ab06KanarieCalendarQueryXyz06%2F%2B")
CALENDAR_PASSWORD = Canary(
    name="the calendar's password", value='p "ab07KanarieCalendarWordXyz07<ü\\'
)
SHARE = Canary(name="the spreadsheet's share link", value="ab08KanarieSheetShareLinkXyz08")
SHEET_PASSWORD = Canary(name="the spreadsheet's password", value="s/+ab09KanarieSheetWordXyz09'&")

OF: Mapping[str, tuple[Canary, ...]] = {
    "ingram": (CLIENT_SECRET, BEARER),
    "aws": (SESSION_TOKEN,),
    "calendar": (PATH, QUERY, CALENDAR_PASSWORD),
    "sheet": (SHARE, SHEET_PASSWORD),
}
"""What each platform is told. AWS's secret key signs, and never travels."""
HIDDEN = (*(secret for its in OF.values() for secret in its), SECRET_KEY)

LISTS = (
    *("EngagementInvitationSummaries", "OpportunitySummaries", "BenefitApplicationSummaries"),
    *("BenefitAllocationSummaries", "agreementViewSummaries", "PartnerSummaryList"),
)
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:good@calendar.example
DTSTAMP:20261101T000000Z
DTSTART;VALUE=DATE:20270115
SUMMARY:Review
{extra}
END:VEVENT
BEGIN:VEVENT
UID:bad@calendar.example
DTSTAMP:20261101T000000Z
DTSTART:{bad}
SUMMARY:Not readable
END:VEVENT
END:VCALENDAR
"""


def settings(vendor: RawServer) -> dict[str, dict[str, str]]:
    """Settings of a connection to each platform, by connector."""
    return {
        "ingram_micro": {
            "client_id": "xi-app",
            "client_secret": CLIENT_SECRET.value,
            "customer_number": "20-222222",
            "country_code": "US",
            "customer_contact": "rin@partner.example",
            "base_url": vendor.url("/ingram"),
        },
        "aws_partner_central": {
            "access_key_id": "AKIAEXAMPLEEXAMPLE00",
            "secret_access_key": SECRET_KEY.value,
            "session_token": SESSION_TOKEN.value,
            "endpoint_url": vendor.url("/aws"),
        },
        "calendar": {
            "url": vendor.url(f"/calendar/{PATH.value}/basic.ics?key={QUERY.value}"),
            "username": "rin",
            "password": CALENDAR_PASSWORD.value,
        },
        "spreadsheet": {
            "url": vendor.url(f"/sheet/partners.csv?share={SHARE.value}"),
            "username": "rin",
            "password": SHEET_PASSWORD.value,
        },
    }


def forms(value: str) -> Iterable[str]:
    """The ways in which a server writes what it was sent."""
    return (
        value,
        urllib.parse.quote(value, safe=""),
        urllib.parse.quote_plus(value),
        urllib.parse.unquote(value),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        html.escape(value),
        base64.b64encode(value.encode()).decode(),
    )


def echo(asked: Asked) -> str:
    """The request as it came, and what the platform knows, in every form."""
    known = [form for one in OF[_platform(asked)] for form in forms(one.value)]
    return " | ".join([_told(asked), urllib.parse.unquote(asked.target), *known])


def _told(asked: Asked) -> str:
    headers = [f"{name}: {value}" for name, value in asked.headers.items()]
    body = asked.body.decode("utf-8", "replace")
    return " | ".join([f"{asked.method} {asked.target}", *headers, body])


def _platform(asked: Asked) -> str:
    return asked.path.split("/")[1]


@dataclass
class Platforms:
    """All four on one server. ``how`` names the way in which they answer; see ``ANSWERS``."""

    server: RawServer
    elsewhere: RawServer
    how: str = "well"
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server.plan(self._answer)
        self.elsewhere.plan(lambda asked: reply("who are you?"))

    def _answer(self, asked: Asked) -> Raw:
        self.heard.append(_told(asked))
        if "oauth" in asked.path and not self.how.startswith("sign-in"):
            return json_reply({"access_token": BEARER.value, "expires_in": "3600"})
        return ANSWERS[self.how.removeprefix("sign-in ")](self, asked)

    def well(self, asked: Asked) -> Raw:
        """As when all is well; but rows quote the secrets, and one cannot be read."""
        match _platform(asked):
            case "ingram":
                return reply(status=204)
            case "aws":
                return json_reply({name: [] for name in LISTS})
            case "calendar":
                own = self.server.url(asked.target)
                extra = f"URL:{own}\nDESCRIPTION:See {own} or {CALENDAR_PASSWORD.value}"
                body = CALENDAR.format(extra=extra, bad=f"never {own} {echo(asked)}")
                return reply(body.replace("\n", "\r\n"), headers=[("ETag", f'"{QUERY.value}"')])
        own = self.server.url(asked.target)
        rows = [f"Report,Dell,2027-01-15,{own}", f"Claim,Dell,{SHARE.value} soon,{own}"]
        return reply(
            "\n".join(["Title,Vendor,Due,Notes", *rows]), headers=[("Content-Type", "text/csv")]
        )

    def garbage(self, asked: Asked) -> Raw:
        return reply(f'{{"told": "{echo(asked)}', headers=[("Content-Type", "application/json")])

    def page(self, asked: Asked) -> Raw:
        body = f"<html><form>Sign in <input type=password> {echo(asked)}</form></html>"
        return reply(body, headers=[("Content-Type", "text/html")])

    def redirect(self, asked: Asked) -> Raw:
        query = urllib.parse.urlencode({"told": echo(asked)})
        there = self.elsewhere.url(f"{asked.target.partition('?')[0]}?{query}")
        return reply(echo(asked), status=302, headers=[("Location", there)])

    def named_in_host(self, asked: Asked) -> Raw:
        (secret, *_) = OF[_platform(asked)]
        name = secret.value if secret.value.replace("-", "").isalnum() else "another"
        return reply(status=302, headers=[("Location", f"http://{name}.example.com/")])

    def fault(self, asked: Asked) -> Raw:
        """Errors as Ingram and AWS word them."""
        said = echo(asked)
        both = {
            "faultcode": said,
            "faultstring": said,
            "__type": "ValidationException",
            "Reason": said,
            "message": said,
            "errors": [{"message": said, "fields": [{"field": "query", "message": said}]}],
            "ErrorList": [{"FieldName": said, "Message": said}],
        }
        return json_reply(both, status=400)


def refusing(status: int, *headers: tuple[str, str]) -> Callable[[Platforms, Asked], Raw]:
    """That status, with all that was asked in its body and in a header."""

    def answer(_platforms: Platforms, asked: Asked) -> Raw:
        quoted = ("WWW-Authenticate", f"Basic realm={asked.target}")
        return reply(echo(asked), status=status, headers=[quoted, *headers])

    return answer


ANSWERS: Mapping[str, Callable[[Platforms, Asked], Raw]] = {
    "well": Platforms.well,
    "refused": refusing(401),
    "forbidden": refusing(403),
    "missing": refusing(404),
    "slow down": refusing(429, ("Retry-After", "86400")),
    "down": refusing(500, ("Retry-After", "86400")),
    "fault": Platforms.fault,
    "garbage": Platforms.garbage,
    "page": Platforms.page,
    "redirect": Platforms.redirect,
    "named in host": Platforms.named_in_host,
    "hung up": lambda _platforms, _asked: Raw(parts=[b"HTTP/1.1 200 OK\r\n"], close=True),
}
TELLING = ("well", "fault", "missing", "redirect", "named in host")
"""The ways that put most of what was said into an answer that is read."""
WAYS = (*ANSWERS, "sign-in refused", "sign-in fault", "sign-in garbage", "sign-in redirect")
