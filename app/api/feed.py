"""JSON Feed 1.1 at ``/feed.json``, for tools that have a token."""

from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from app.api.asking import Asked, asked
from app.api.tokens import allow, note_use, use_is_due
from app.api.unchanged import HOLDS, Holds
from app.core import feeds
from app.core.words import Clock
from app.services import apart, company, feeding
from app.services.revisions import revision

router = APIRouter()

PATH = "/feed.json"
MEDIA_TYPE = "application/feed+json"


@router.api_route(PATH, methods=["GET", "HEAD"], include_in_schema=False)
async def feed(request: Request) -> Response:
    """The items of a view, with the filters of the inbox; ``next_url`` leads on.

    ``Authorization: Bearer <token>``. On SQLite what is found at a glance is answered from the
    event loop: the way through a thread and back takes longer than the answer.
    """
    reply = _Reply(request, asked(request.query_params))
    made: Response | None = None if reply.view.q else reply.site.database.glance(reply.made)
    if made is None:
        return await run_in_threadpool(reply.answer)
    if use_is_due(request):
        await run_in_threadpool(note_use, request, now=reply.clock.now)
    return made


class _Reply:
    """The answer to one request for the feed."""

    def __init__(self, request: Request, wanted: Asked) -> None:
        self.request = request
        self.site = request.app.state.site
        self.view, self.after, self.limit = wanted.view, wanted.after, wanted.limit
        self.query = dict(wanted.query)
        self.clock = Clock(now=self.site.now(), zone=self.site.settings.zone)

    def answer(self) -> Response:
        """The answer, with all the time that it takes."""
        with self.site.database.read() as session:
            made = self.made(session)
        note_use(self.request, now=self.clock.now)
        return made

    def made(self, session: Session) -> Response:
        """The page, or 304 for whoever has it already. Raises ``TokenNeeded``."""
        known_until = allow(self.request, session, "read", now=self.clock.now)
        told = urlencode({**self.query, "after": self.after})
        tag = feeding.etag(session, self.view, self.clock, told)
        headers = {"Cache-Control": "private, no-cache", "Vary": "Authorization", "ETag": tag}
        if _matches(self.request.headers, tag):
            until = min(known_until, feeding.holds_until(session, self.view, self.clock))
            setattr(self.request.state, HOLDS, Holds(revision(session), until))
            return Response(status_code=304, headers=headers)
        document = orjson.dumps(self._document(session))
        return Response(document, media_type=MEDIA_TYPE, headers=headers)

    def _document(self, session: Session) -> dict[str, Any]:
        home = self.site.settings.public_url
        entries, cursor, extension = feeding.page(
            session, self.view, clock=self.clock, home=home, after=self.after, limit=self.limit
        )
        return feeds.feed(
            entries,
            title=self._title(session),
            home=home,
            feed_url=_url(home, self.query),
            next_url=_url(home, {**self.query, "after": cursor}) if cursor else None,
            extension=extension,
        )

    def _title(self, session: Session) -> str:
        of = company.name(session, self.site.settings.company)
        sample = "(sample company, nothing of it is real)" if apart.sample(session) else ""
        return " ".join(filter(None, ("Partner Inbox", of, sample)))


def _matches(headers: Headers, tag: str) -> bool:
    given = headers.get("if-none-match", "")
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in given.split(","))


def _url(home: str, query: dict[str, str]) -> str:
    return f"{home}{PATH}" + (f"?{urlencode(query)}" if query else "")
