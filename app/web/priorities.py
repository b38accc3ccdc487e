"""Settings, Priorities: a slider for each vendor and program, and what Today would look like."""

import json
from collections.abc import Iterator
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from app.core.priority import WEIGHTS
from app.errors import Invalid
from app.services import priorities, weights
from app.services.priorities import Slider
from app.services.weights import Key, Steps
from app.web.fields import Submitted
from app.web.flash import Toast
from app.web.render import by_htmx, render, see_other
from app.web.routing import page_router
from app.web.visit import Visit, acting, reading

router = page_router()
PATH = "/settings/priorities"
SHOWN = "shown "
STEPS: dict[Any, int] = {str(step): step for step in WEIGHTS}


@router.get(PATH)
def show(request: Request) -> Response:
    """All weights; everybody may see them."""
    with reading(request) as visit:
        return render(visit, "priorities.html", parts=("preview",), **shown(visit))


@router.post(PATH)
def save(request: Request, form: Submitted) -> Response:
    """Save the weights, or (``then``) show what Today would look like with them."""
    moved, stood = dict(_steps(form, "")), dict(_steps(form, SHOWN))
    if form.get("then") == "show" or by_htmx(request):
        with reading(request) as visit:
            visit.admin()
            steps = priorities.chosen(visit.session, moved, stood)
            return render(visit, "priorities.html", parts=("preview",), **shown(visit, steps))
    with acting(request) as visit:
        visit.admin()
        steps = priorities.chosen(visit.session, moved, stood)
        act = weights.save(visit.session, steps, **visit.by)
    return see_other(request, PATH, Toast(said=act.said, undo=act.undo))


def shown(visit: Visit, steps: Steps | None = None) -> dict[str, Any]:
    """What the template shows."""
    page = priorities.priorities_page(visit.session, **visit.by, steps=steps)
    return {"page": page, "field": field}


def field(slider: Slider) -> str:
    """The name of a slider's field: names of vendors hold every sign that there is."""
    return json.dumps(slider.key)


def _steps(form: FormData, before: str) -> Iterator[tuple[Key, int]]:
    """The steps of the fields whose names begin so. Raises ``Invalid``."""
    for name, value in form.multi_items():
        if name.startswith(f"{before}["):
            if value not in STEPS:
                raise Invalid("There is no such weight.", remedy="Choose one of the five.")
            yield _key(name.removeprefix(before)), STEPS[value]


def _key(name: str) -> Key:
    try:
        vendor, program = json.loads(name)
    except (ValueError, TypeError, RecursionError):
        vendor = program = None
    if not isinstance(vendor, str) or not isinstance(program, str):
        raise Invalid("There is no such vendor or program.", remedy="Open the page again.")
    return vendor, program
