"""Help on what leaves and on each connector. Open to all; it tells no data."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.core import feed_schema, feeds
from app.errors import NotFound
from app.services import feeding
from app.services.pages.views import SORTS
from app.web import manuals
from app.web.render import render_plain
from app.web.routing import page_router
from app.web.site import site_of

router = page_router()


@router.get("/help/feed")
def feed_help(request: Request) -> Response:
    """The address that the feed's extension names as ``about``."""
    return render_plain(
        request,
        "help_feed.html",
        fields=feeds.ITEM_FIELDS,
        tabs=feeding.TABS,
        sorts=SORTS,
        most=feeding.MOST,
        schema=feeds.SCHEMA,
    )


@router.get("/help/feed.schema.json")
def schema() -> Response:
    """The feed as a JSON Schema."""
    return JSONResponse(feed_schema.schema(), media_type="application/schema+json")


@router.get("/help/events")
def events(request: Request) -> Response:
    """What can be told, to whom, and what a tool gets of it."""
    return render_plain(request, "help_page.html", name="events", page=manuals.guide("events"))


@router.get("/help/assistants")
def assistants(request: Request) -> Response:
    """How an assistant comes in, and what it may."""
    page = manuals.guide("assistants")
    return render_plain(request, "help_page.html", name="assistants", page=page)


@router.get("/help/webhooks")
def webhooks(request: Request) -> Response:
    """How a tool is called, and how it checks that."""
    return render_plain(request, "help_page.html", name="webhooks", page=manuals.guide("webhooks"))


@router.get("/help/api")
def api(request: Request) -> Response:
    """How the API is used, and all that it takes and gives, from its own description."""
    described = request.app.state.described(site_of(request).settings.public_url)
    lead, guide, parts = manuals.opened(manuals.guide("api"))
    return render_plain(
        request, "help_api.html", described=described, lead=lead, guide=guide, parts=parts
    )


@router.get("/help/connectors/{connector_id}")
def connector_help(request: Request, connector_id: str) -> Response:
    """The documentation of a connector, which its form links to."""
    if not manuals.is_there(connector_id):
        raise NotFound("There is no such page of help.")
    page = manuals.manual_of(connector_id)
    return render_plain(request, "help_page.html", name=connector_id, page=page)
