"""Programs: memberships, funds, certifications and contacts."""

from starlette.requests import Request
from starlette.responses import Response

from app.services.programs import VIEWS, programs_page
from app.web.render import render
from app.web.routing import page_router
from app.web.visit import reading

router = page_router()


@router.get("/programs")
def show(request: Request, show: str = "programs") -> Response:
    """One of the four views; each is an address."""
    with reading(request) as visit:
        page = programs_page(visit.session, show, clock=visit.clock)
        return render(visit, "programs.html", page=page, views=VIEWS)
