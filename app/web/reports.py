"""Reports: what is due to whom."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.services.tracking import reports_page
from app.web.render import render
from app.web.routing import page_router
from app.web.visit import Visit, reading

router = page_router()


@router.get("/reports")
def show(request: Request) -> Response:
    """Open reports by due date, then the ones done lately."""
    with reading(request) as visit:
        return render(visit, "reports.html", parts=("reports",), **shown(visit))


def shown(visit: Visit) -> dict[str, Any]:
    """What the template shows."""
    return {"page": reports_page(visit.session, **visit.by)}
