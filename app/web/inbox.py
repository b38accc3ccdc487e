"""The inbox: its list, and one item beside it. The whole state of it stands in the address."""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.core.whole import whole
from app.services import comments, inbox, item, personal
from app.services.pages import ItemPage, View
from app.web.inbox_page import PARTS, PATH, around_list, title_of, view_of
from app.web.render import PRIVATE, by_htmx, render
from app.web.routing import page_router
from app.web.templating import address, count_words
from app.web.visit import Visit, acting, reading

router = page_router()


@router.get(PATH)
def show(request: Request) -> Response:
    """The list, with the item that the address names open beside it."""
    query = request.query_params
    view = view_of(query)
    with reading(request) as visit:
        names = listed(visit, view, after=query.get("after", ""))
        names["every"] = query.get("select") == "all"
        open_item = opened(visit, query.get("item"))
        response = render(visit, "inbox.html", parts=PARTS, item=open_item, **names)
    if by_htmx(request):
        _canonical(request, response, view)
    if open_item is not None and (not open_item.row.read or open_item.mentioned):
        mark_read(request, open_item.row.id)
    return response


@router.get(f"{PATH}/new")
def new(request: Request) -> Response:
    """Whether items came since the list was shown: asked every minute, so mostly with nothing."""
    query = request.query_params
    view, seen = view_of(query), whole(query.get("seen", "")) or 0
    with reading(request) as visit:
        tag = inbox.etag_of_new(visit.session, view, seen, **visit.by)
        headers = {"ETag": tag, "Cache-Control": PRIVATE, "Vary": "Cookie"}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        come = inbox.come_since(visit.session, view, seen, **visit.by)
        unread = inbox.unread(visit.session, **visit.by)
        html = new_bar(visit, view, seen=seen, come=come, unread=unread)
    return HTMLResponse(html, headers=headers)


def new_bar(visit: Visit, view: View, *, seen: int, come: int, unread: int) -> str:
    """The place above the list, and the window's title."""
    macros: Any = visit.site.templates.get_template("macros.html").module
    bar = str(macros.fresh({"view": view, "newest": seen}, come))
    count = f"({count_words(unread)}) " if unread else ""
    return f"<title>{count}{title_of(view)} · Partner Inbox</title>{bar}"


def listed(visit: Visit, view: View, *, after: str = "") -> dict[str, Any]:
    """The list and the addresses that the template needs around it."""
    page = inbox.inbox_page(visit.session, view, **visit.by, after=after)
    return {"page": page, **around_list(page)}


def around(visit: Visit, view: View) -> dict[str, Any]:
    """The same without the rows."""
    page = inbox.without_rows(visit.session, view, **visit.by)
    return {"page": page, **around_list(page)}


def opened(visit: Visit, item_id: str | None) -> ItemPage | None:
    """The item that the address names; raises ``NotFound``."""
    number = whole(item_id or "")
    return None if number is None else item.item_page(visit.session, number, **visit.by)


def mark_read(request: Request, item_id: int) -> None:
    """Opening an item marks it read, and what names this person in it as seen; for them alone."""
    with acting(request, on_items=True) as visit:
        personal.mark_seen(visit.session, item_id, **visit.by)
        comments.seen(visit.session, item_id, user_id=visit.user_id, now=visit.clock.now)


def _canonical(request: Request, response: Response, view: View) -> None:
    """The address without the empty fields that a form sends; typing makes no history."""
    target = request.headers.get("hx-target", "").partition("#")[2]
    header = {"inbox": "HX-Push-Url", "results": "HX-Replace-Url"}.get(target)
    if header:
        response.headers[header] = address(PATH, view.query())
