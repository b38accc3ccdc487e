"""A vendor's news, simulated, as JSON Feed, RSS and Atom."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sdk.sandbox import ASGIApp, Listing, Row, SandboxClock

TOKEN = "reader-7f21c0"  # noqa: S105 - the simulated address is the only secret it opens
SITE = "https://partners.sophos.example/news"
STORY = (
    (2, "Partner tiers: the yearly audit is on 31 March", "Program",
     "<p>Tiers for the coming year are fixed on <b>31 March</b>. Look at your status before.</p>"),
    (5, "New revenue thresholds are postponed", "Program",
     "<p>The thresholds that were to apply from April come into effect one year later.</p>"),
    (9, "Course release: Firewall Engineer v22", "Certification",
     "<p>Certificates of the earlier course stay valid until two years after its release.</p>"),
    (16, "Promotion: competitive upgrade", "Promotion",
     "<p>Deals registered before the end of the quarter qualify. <a href='/promo'>Terms</a></p>"),
    (31, "Price list of next quarter is available", "Pricing",
     "<ul><li>Download it in the portal</li><li>Valid from the first of the month</li></ul>"),
)  # fmt: skip


class Sandbox:
    """See ``connectors.sdk.sandbox``. ``config`` is the JSON feed, ``flavours`` all three."""

    bypasses: ClassVar[Mapping[str, str]] = {
        "C15": "A feed has no token that ends: its address is the secret, or each request carries "
        "user name and password.",
    }

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        self.clock = clock
        now = clock.now().replace(microsecond=0)
        told = [_row(f"news-{days}", title, kind, html, now - timedelta(days=days))
                for days, title, kind, html in STORY]  # fmt: skip
        more = [
            _row(f"old-{n}", f"Bulletin {n}", "Program", f"<p>Bulletin {n}</p>", now)
            for n in range(size)
        ]
        self._rows = Listing([*told, *more])
        self._turn = 0
        self.app: ASGIApp = Starlette(
            routes=[
                Route("/news/{token}/feed.json", self._guarded(self._json)),
                Route("/news/{token}/rss.xml", self._guarded(self._rss)),
                Route("/news/{token}/atom.xml", self._guarded(self._atom)),
            ]
        )

    def config(self, base_url: str) -> Mapping[str, Any]:
        return {"url": f"{base_url}/news/{TOKEN}/feed.json", "vendor": "Sophos"}

    def flavours(self, base_url: str) -> dict[str, Mapping[str, Any]]:
        """Settings for each format."""
        return {
            name: {"url": f"{base_url}/news/{TOKEN}/{name}", "vendor": "Sophos"}
            for name in ("feed.json", "rss.xml", "atom.xml")
        }

    def advance(self) -> list[str]:
        """Something is announced, then corrected."""
        self._turn += 1
        number, again = divmod(self._turn, 2)
        if again:
            title = f"Maintenance of the partner portal, part {number + 1}"
            html = "<p>The portal is away for two hours at the weekend.</p>"
            self._rows.add(_row(f"portal-{number + 1}", title, "Portal", html, self.clock.now()))
            return [f"“{title}” was announced"]
        title = f"Maintenance of the partner portal, part {number}: moved"
        self._rows.change(f"portal-{number}", title=title)
        return [f"“{title}” was corrected"]

    def drop(self, stream: str, count: int) -> list[str]:
        return self._rows.drop(count)

    def restore(self, stream: str) -> None:
        self._rows.restore()

    def shuffle(self) -> None:
        self._rows.reverse()

    def _guarded(self, make: Callable[[], Response]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            if request.path_params["token"] != TOKEN:
                return Response(status_code=404)
            made = make()
            tag = f'"{sha256(bytes(made.body)).hexdigest()[:16]}"'
            if request.headers.get("if-none-match") == tag:
                return Response(status_code=304, headers={"etag": tag})
            made.headers["etag"] = tag
            return made

        return answer

    def _json(self) -> Response:
        items = [
            {
                "id": row["id"],
                "url": f"{SITE}/{row['id']}",
                "title": row["title"],
                "content_html": row["html"],
                "date_published": row["at"].isoformat(),
                "authors": [{"name": "Partner team"}],
                "tags": [row["kind"]],
            }
            for row in self._rows
        ]
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": items}
        return JSONResponse(feed, media_type="application/feed+json")

    def _rss(self) -> Response:
        items = "".join(
            f"<item><guid isPermaLink='false'>{row['id']}</guid>"
            f"<title>{escape(row['title'])}</title><link>{SITE}/{row['id']}</link>"
            f"<pubDate>{format_datetime(row['at'])}</pubDate><category>{row['kind']}</category>"
            f"<description>{escape(row['html'])}</description></item>"
            for row in self._rows
        )
        head = f"<title>News</title><link>{SITE}</link><description>News</description>"
        body = f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>\n'
        return Response(body, media_type="application/rss+xml")

    def _atom(self) -> Response:
        entries = "".join(
            f"<entry><id>{row['id']}</id><title>{escape(row['title'])}</title>"
            f"<link href='{SITE}/{row['id']}'/><published>{row['at'].isoformat()}</published>"
            f"<updated>{row['at'].isoformat()}</updated><category term='{row['kind']}'/>"
            f"<author><name>Partner team</name></author>"
            f"<content type='html'>{escape(row['html'])}</content></entry>"
            for row in self._rows
        )
        head = f"<id>{SITE}</id><title>News</title><updated>2026-01-01T00:00:00Z</updated>"
        space = "http://www.w3.org/2005/Atom"
        body = f'<?xml version="1.0"?><feed xmlns="{space}">{head}{entries}</feed>\n'
        return Response(body, media_type="application/atom+xml")


def _row(id_: str, title: str, kind: str, html: str, at: datetime) -> Row:
    return {"id": id_, "title": title, "kind": kind, "html": html, "at": at}
