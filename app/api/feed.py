"""JSON Feed 1.1 at ``/feed.json``, for tools that have a token."""

from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from app.api.asking import Asked, asked
from app.api.tokens import allow, note_use
from app.core import feeds
from app.core.words import Clock
from app.services import feeding

router = APIRouter()

MEDIA_TYPE = "application/feed+json"


@router.api_route("/feed.json", methods=["GET", "HEAD"], include_in_schema=False)
async def feed(request: Request) -> Response:
    """The items of a view, with the filters of the inbox; ``next_url`` leads on.

    ``Authorization: Bearer <token>``. Answers 304 while nothing changed, which most tools
    ask most of the time: on SQLite without the way through a thread.
    """
    reply = _Reply(request, asked(request.query_params))
    if "if-none-match" in request.headers:
        same = reply.site.database.glance(reply.nothing_new)
        if same and not reply.use_is_due:
            return reply.unchanged()
    return await run_in_threadpool(reply.answer)


class _Reply:
    """The answer to one request for the feed."""

    def __init__(self, request: Request, wanted: Asked) -> None:
        self.request = request
        self.site = request.app.state.site
        self.view, self.after, self.limit = wanted.view, wanted.after, wanted.limit
        self.query = dict(wanted.query)
        self.clock = Clock(now=self.site.now(), zone=self.site.settings.zone)
        self.headers = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}

    @property
    def use_is_due(self) -> bool:
        """Whether the token's use is to be written down."""
        return getattr(self.request.state, "token_used", None) is not None

    def nothing_new(self, session: Session) -> bool:
        """Whether who asks has this already; raises ``TokenNeeded``."""
        allow(self.request, session, "read", now=self.clock.now)
        told = urlencode({**self.query, "after": self.after})
        self.headers["ETag"] = feeding.etag(session, self.view, self.clock, told)
        return _matches(self.request.headers, self.headers["ETag"])

    def answer(self) -> Response:
        """The page, or that nothing changed."""
        home = self.site.settings.public_url
        with self.site.database.read() as session:
            same = self.nothing_new(session)
            if not same:
                entries, cursor, extension = feeding.page(
                    session,
                    self.view,
                    clock=self.clock,
                    home=home,
                    after=self.after,
                    limit=self.limit,
                )
        note_use(self.request, now=self.clock.now)
        if same:
            return self.unchanged()
        document = feeds.feed(
            entries,
            title=f"Partner Inbox {self.site.settings.company}".strip(),
            home=home,
            feed_url=_url(home, self.query),
            next_url=_url(home, {**self.query, "after": cursor}) if cursor else None,
            extension=extension,
        )
        return Response(orjson.dumps(document), media_type=MEDIA_TYPE, headers=self.headers)

    def unchanged(self) -> Response:
        """304, without a body."""
        return Response(status_code=304, headers=self.headers)


def _matches(headers: Headers, tag: str) -> bool:
    given = headers.get("if-none-match", "")
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in given.split(","))


def _url(home: str, query: dict[str, str]) -> str:
    return f"{home}/feed.json" + (f"?{urlencode(query)}" if query else "")
