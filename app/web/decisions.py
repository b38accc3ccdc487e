"""To confirm: what texts seem to say, and what seems to be told twice."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.services.deciding import decisions_page
from app.web.render import render
from app.web.routing import page_router
from app.web.visit import Visit, reading

router = page_router()


@router.get("/decisions")
def show(request: Request) -> Response:
    """Everything that waits for a person's word."""
    with reading(request) as visit:
        return render(visit, "decisions.html", parts=("decisions",), **shown(visit))


def shown(visit: Visit) -> dict[str, Any]:
    """What the template shows."""
    return {"page": decisions_page(visit.session, clock=visit.clock)}
