"""Changes: what the sources changed since somebody looked, and the mark that it was seen."""

from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import Form
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from app.services import looks
from app.services.news import changes_page
from app.services.pages import ChangesView
from app.web.addresses import here, local
from app.web.fields import Id, Text
from app.web.flash import Toast
from app.web.render import Place, by_htmx, part, places, render, see_other
from app.web.routing import page_router
from app.web.visit import Visit, acting, reading

router = page_router()
PATH = "/changes"


@router.get(PATH)
def show(request: Request) -> Response:
    """What changed, in the span and with the filters that the address names."""
    with reading(request) as visit:
        names = shown(visit, request.query_params)
        return render(visit, "changes.html", parts=("changes",), **names)


@router.post("/changes/seen")
def seen(request: Request, up_to: Annotated[Id, Form()], next: Text = PATH) -> Response:
    """What was shown is seen; what came since is not."""
    with acting(request) as visit:
        act = looks.mark(visit.session, up_to, **visit.by)
    toast = Toast(said=act.said, undo=act.undo)
    if not by_htmx(request):
        return see_other(request, local(next, PATH), toast)
    with reading(request) as visit:
        return places(visit, *again(visit, query_here(request)), toast=toast)


def query_here(request: Request) -> QueryParams:
    """The query of the page on which the person acts."""
    return QueryParams(parse_qsl(urlsplit(here(request)).query))


def view_of(query: QueryParams) -> ChangesView:
    """The view that an address names; what it does not know it takes as not said."""
    since = query.get("since", "")
    return ChangesView(
        since=since if since in looks.SINCE else looks.LOOK,
        vendor=query.get("vendor", ""),
        program=query.get("program", ""),
        only=query.get("only") == "1",
    )


def shown(visit: Visit, query: QueryParams) -> dict[str, Any]:
    """What the template shows."""
    page = changes_page(
        visit.session,
        view_of(query),
        **visit.by,
        after=query.get("after", ""),
        up_to=query.get("to", ""),
    )
    return {"page": page, "since": looks.SINCE, "views": SHOWN_BY}


def again(visit: Visit, query: QueryParams) -> list[Place]:
    """The page's changing part after an act: from the beginning of the span."""
    kept = QueryParams({name: query[name] for name in query if name not in ("after", "to")})
    return [part(visit, "changes.html", "changes", **shown(visit, kept))]


SHOWN_BY = {
    "program": "",
    "fund": "funds",
    "certification": "certifications",
    "contact": "contacts",
}
"""Which view of the programs page shows a reference record."""
