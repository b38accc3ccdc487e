"""Today: the few things to do first, and why."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.services.today import today_page
from app.web.render import render
from app.web.routing import page_router
from app.web.visit import Visit, reading

router = page_router()


@router.get("/")
def home() -> Response:
    """People begin at Today."""
    return RedirectResponse("/today", status_code=303)


@router.get("/today")
def show(request: Request) -> Response:
    """At most ten cards."""
    with reading(request) as visit:
        return render(visit, "today.html", parts=("today",), **shown(visit))


def shown(visit: Visit) -> dict[str, Any]:
    """What the template shows."""
    return {"page": today_page(visit.session, **visit.by)}
