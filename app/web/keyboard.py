"""Settings: one's own keyboard. Each act with its keys, to be changed, or switched off."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from app.services import own_keys
from app.web import keys
from app.web.fields import Submitted
from app.web.flash import Toast
from app.web.render import render, see_other
from app.web.routing import page_router
from app.web.visit import Visit, acting, reading

router = page_router()
PATH = "/settings/keyboard"


@router.get(PATH)
def show(request: Request) -> Response:
    """Every act with the keys that this person has for it."""
    with reading(request) as visit:
        return _page(visit)


@router.post(PATH)
def save(request: Request, form: Submitted) -> Response:
    """Keep what was typed; with ``usual`` everything is as it was made."""
    if form.get("usual"):
        return _keep(request, {}, on=True, said="Every key is as usual again")
    typed = {name: str(value) for name, value in form.multi_items()}
    choice = keys.choice_of(typed)
    if choice.faults:
        with reading(request) as visit:
            return _page(visit, typed=typed, faults=choice.faults)
    return _keep(request, choice.own, on="shortcuts" in typed, said="Keys saved")


def _keep(request: Request, own: Mapping[str, list[str]], *, on: bool, said: str) -> Response:
    with acting(request) as visit:
        act = own_keys.keep(visit.session, own, shortcuts=on, said=said, **visit.by)
    return see_other(request, PATH, Toast(said=act.said, undo=act.undo))


def _page(
    visit: Visit,
    *,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> Response:
    return render(
        visit,
        "settings_keyboard.html",
        status=422 if faults else 200,
        lines=keys.choices(visit.user, typed),
        on=visit.user.shortcuts if typed is None else "shortcuts" in typed,
        faults=faults or {},
    )
