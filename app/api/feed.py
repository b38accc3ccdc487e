"""JSON Feed 1.1 at ``/feed.json``, for tools that have a token."""

from typing import Annotated
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import Headers

from app.api.tokens import allow, note_use
from app.core import feeds
from app.core.words import Clock
from app.services import feeding
from app.services.pages import TABS, View

router = APIRouter()

MEDIA_TYPE = "application/feed+json"


class FeedQuery(BaseModel):
    """The filters of the inbox, the cursor and the page's size (1 to 200 items)."""

    model_config = ConfigDict(extra="ignore")

    tab: str = "all"
    q: str = ""
    vendor: str = ""
    program: str = ""
    kind: str = ""
    source: str = ""
    after: str = ""
    limit: int = Field(default=50, ge=1, le=feeding.MOST)

    def view(self) -> View:
        """The view; an unknown tab is the first one."""
        filters = self.model_dump(exclude={"after", "limit", "tab"})
        return View(tab=self.tab if self.tab in TABS else "all", **filters)


@router.get("/feed.json", include_in_schema=False)
def feed(request: Request, query: Annotated[FeedQuery, Query()]) -> Response:
    """The items of a view, with the filters of the inbox; ``next_url`` leads on.

    ``Authorization: Bearer <token>``. Answers 304 while nothing changed.
    """
    site = request.app.state.site
    view = query.view()
    clock = Clock(now=site.now(), zone=site.settings.zone)
    home = site.settings.public_url
    asked = {**view.query(), **({"limit": str(query.limit)} if query.limit != 50 else {})}
    with site.database.read() as session:
        allow(request, session, "read", now=clock.now)
        tag = feeding.etag(session, clock, urlencode({**asked, "after": query.after}))
        headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
        same = _matches(request.headers, tag)
        if not same:
            entries, cursor, extension = feeding.page(
                session, view, clock=clock, home=home, after=query.after, limit=query.limit
            )
    note_use(request, now=clock.now)
    if same:
        return Response(status_code=304, headers=headers)
    document = feeds.feed(
        entries,
        title=f"Partner Inbox {site.settings.company}".strip(),
        home=home,
        feed_url=_url(home, asked),
        next_url=_url(home, {**asked, "after": cursor}) if cursor else None,
        extension=extension,
    )
    return Response(orjson.dumps(document), media_type=MEDIA_TYPE, headers=headers)


def _matches(headers: Headers, tag: str) -> bool:
    given = headers.get("if-none-match", "")
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in given.split(","))


def _url(home: str, query: dict[str, str]) -> str:
    return f"{home}/feed.json" + (f"?{urlencode(query)}" if query else "")
