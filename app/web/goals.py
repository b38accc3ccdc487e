"""Goals: target, actual and pace of each."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.services.tracking import goals_page
from app.web.render import render
from app.web.routing import page_router
from app.web.visit import Visit, reading

router = page_router()


@router.get("/goals")
def show(request: Request) -> Response:
    """All goals, the ones behind their pace first."""
    with reading(request) as visit:
        return render(visit, "goals.html", parts=("goals",), **shown(visit))


def shown(visit: Visit) -> dict[str, Any]:
    """What the template shows."""
    return {"page": goals_page(visit.session, **visit.by)}
