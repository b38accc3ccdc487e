"""Help that programs link to: what stands in the feed. Open to all; it tells no data."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.core import feeds
from app.services import feeding
from app.web.render import render_plain

router = APIRouter()


@router.get("/help/feed")
def feed_help(request: Request) -> Response:
    """The address that the feed's extension names as ``about``."""
    return render_plain(
        request,
        "help_feed.html",
        fields=feeds.ITEM_FIELDS,
        tabs=feeding.TABS,
        most=feeding.MOST,
        schema=feeds.SCHEMA,
    )
