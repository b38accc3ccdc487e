"""Overview: what will we lose this quarter?"""

from starlette.requests import Request
from starlette.responses import Response

from app.services.overview import overview_page
from app.web.render import render
from app.web.routing import page_router
from app.web.visit import reading

router = page_router()


@router.get("/overview")
def show(request: Request) -> Response:
    """Money by week, by outcome and by vendor, and the goals behind pace."""
    with reading(request) as visit:
        return render(visit, "overview.html", page=overview_page(visit.session, **visit.by))
