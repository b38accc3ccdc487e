"""Settings: when each vendor's fiscal year begins."""

from starlette.requests import Request
from starlette.responses import Response

from app.errors import Invalid
from app.services import fiscal_years
from app.web.fields import Text
from app.web.flash import Toast
from app.web.render import render, see_other
from app.web.routing import page_router
from app.web.site import site_of
from app.web.visit import acting, reading

router = page_router()
PATH = "/settings/fiscal-years"


@router.get(PATH)
def show(request: Request) -> Response:
    """What is set, what vendors have published, and the form for one more."""
    return _page(request)


@router.post(PATH)
def save(request: Request, vendor: Text = "", year: Text = "") -> Response:
    """Keep one vendor's fiscal year; an empty one is forgotten."""
    try:
        with acting(request) as visit:
            act = fiscal_years.set_year(
                visit.session,
                vendor,
                year,
                vault=visit.site.vault,
                now=visit.clock.now,
                user_id=visit.user_id,
            )
    except Invalid as error:
        return _page(request, {"vendor": vendor, "year": year}, error)
    site_of(request).show(act)
    return see_other(request, PATH, Toast(said=f"{act.said}.", undo=act.undo))


def _page(
    request: Request, typed: dict[str, str] | None = None, error: Invalid | None = None
) -> Response:
    with reading(request) as visit:
        return render(
            visit,
            "settings_fiscal_years.html",
            status=422 if error else 200,
            told=fiscal_years.told(visit.session),
            known=fiscal_years.known(visit.session),
            typed=typed or {"vendor": "", "year": ""},
            wrong=error.message if error else "",
            errors=error.fields if error else {},
        )
