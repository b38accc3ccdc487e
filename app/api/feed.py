"""JSON Feed 1.1 at ``/feed.json``, for tools that have a token."""

from collections.abc import Mapping
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.api.asking import Asked, asked, opened, ours
from app.api.conditional import mark, packed
from app.api.tokens import admitted, holds_until, note_use, use_is_due
from app.api.unchanged import HOLDS, Holds
from app.core import feeds
from app.core.words import Clock
from app.services import apart, company, feeding
from app.services.feeding import NOBODY
from app.services.revisions import revision

router = APIRouter()

PATH = "/feed.json"
MEDIA_TYPE = "application/feed+json"
LARGEST = 240_000
"""Bytes of one page: of entries that are long fewer stand on it."""


@router.api_route(PATH, methods=["GET", "HEAD"], include_in_schema=False)
async def feed(request: Request) -> Response:
    """The items of a view, with the filters of the inbox; ``next_url`` leads on.

    ``Authorization: Bearer <token>``. On SQLite what is found at a glance is answered from the
    event loop: the way through a thread and back takes longer than the answer.
    """
    reply = _Reply(request, asked(request.query_params))
    may_search = reply.view.q or reply.saved is not None
    made: Response | None = None if may_search else reply.site.database.glance(reply.made)
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
        self.view, self.saved = wanted.view, wanted.saved
        self.after, self.limit = wanted.after, wanted.limit
        self.query = dict(wanted.query)
        self.clock = Clock(now=self.site.now(), zone=self.site.settings.zone)
        self.reader, self.name = NOBODY, ""

    def answer(self) -> Response:
        """The answer, with all the time that it takes."""
        with self.site.database.read() as session:
            made = self.made(session)
        note_use(self.request, now=self.clock.now)
        return made

    def made(self, session: Session) -> Response:
        """The page, or 304 for whoever has it already. Raises ``TokenNeeded``, ``Problem``."""
        token = admitted(self.request, session, "read", now=self.clock.now)
        if self.saved is not None:
            self._open(session, self.saved, token.user_id)
        told = urlencode({**self.query, "after": self.after})
        known = mark(
            (str(self.site.database.url), PATH, told, self.reader),
            feeding.etag(session, self.view, self.clock, f"{told}-{self.reader}"),
            self.clock.now,
        )
        vary = "Authorization, Accept-Encoding"
        headers = {"Cache-Control": "private, no-cache", "Vary": vary, **known.headers}
        if known.is_known(self.request.headers):
            until = feeding.holds_until(session, self.view, self.clock)
            ends = min(until, holds_until(token, self.clock.now))
            setattr(self.request.state, HOLDS, Holds(revision(session), ends))
            return Response(status_code=304, headers=headers)
        body = self._document(session)
        return packed(body, self.request.headers, headers | {"Content-Type": MEDIA_TYPE})

    def _open(self, session: Session, view_id: int, user_id: int | None) -> None:
        """Show a saved view: a shared one, or one of the person's whose token this is."""
        self.view, self.name = opened(session, view_id, user_id)
        self.reader = user_id or NOBODY
        ours(self.view, self.after)

    def _document(self, session: Session) -> bytes:
        """One page, of fewer entries where they are large."""
        limit, body = self.limit, self._page(session, self.limit)
        while len(body) > LARGEST and limit > 1:
            limit = max(1, limit * LARGEST // len(body) - 1)
            body = self._page(session, limit)
        return body

    def _page(self, session: Session, limit: int) -> bytes:
        home: str = self.site.settings.public_url
        page = feeding.page(
            session,
            self.view,
            clock=self.clock,
            home=home,
            after=self.after,
            limit=limit,
            reader=self.reader,
        )
        of = company.name(session, self.site.settings.company)
        document = feeds.feed(
            page.entries,
            title=self._title(of, sample=apart.sample(session) is not None),
            author=of or "Partner Inbox",
            home=home,
            icon=home + self.site.assets.url("icon.svg"),
            feed_url=_url(home, self.query),
            next_url=_url(home, {**self.query, "after": page.after}) if page.after else None,
            extension=page.extension,
        )
        return orjson.dumps(document)

    def _title(self, of: str, *, sample: bool) -> str:
        warning = "(sample company, nothing of it is real)" if sample else ""
        title = " ".join(filter(None, ("Partner Inbox", of, warning)))
        return f"{self.name} · {title}" if self.name else title


def _url(home: str, query: Mapping[str, str]) -> str:
    return f"{home}{PATH}" + (f"?{urlencode(query)}" if query else "")
