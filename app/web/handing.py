"""Settings › People › one of them: what hangs on them, and handing it over.

An admin may for everybody, everybody for themselves.
"""

from typing import Annotated

from fastapi import Form
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.core.whole import whole
from app.errors import Invalid
from app.services import handing, people
from app.web.admin import PEOPLE
from app.web.fields import Id
from app.web.flash import Toast
from app.web.render import render, see_other
from app.web.routing import page_router
from app.web.visit import Visit, acting, reading

router = page_router()
PATH = f"{PEOPLE}/{{person_id:id}}"
NOBODY = "nobody"
"""What the form sends for "leave them unowned"."""


class Handing(BaseModel):
    """To whom (an id, or ``NOBODY``), the note, the last line of history that was seen, and
    whether the person may not sign in any more afterwards.
    """

    to: str = ""
    note: str = ""
    seen: Id = 0
    leaves: bool = False


@router.get(PATH)
def show(request: Request, person_id: int) -> Response:
    """What if this person leaves?"""
    with reading(request) as visit:
        _may(visit, person_id)
        page = handing.person_page(visit.session, person_id, **visit.by)
        return render(visit, "settings_person.html", page=page)


@router.get(f"{PATH}/hand-over")
def ask(
    request: Request, person_id: int, to: str = "", note: str = "", leaves: bool = False
) -> Response:
    """What will be handed over, before it is."""
    with reading(request) as visit:
        return _ask(visit, person_id, Handing(to=to, note=note, leaves=leaves))


@router.post(f"{PATH}/hand-over")
def hand_over(request: Request, person_id: int, form: Annotated[Handing, Form()]) -> Response:
    """Everything that hangs on them goes to somebody else."""
    try:
        with acting(request) as visit:
            _may(visit, person_id)
            if form.leaves:
                visit.admin()
            act = handing.hand_over(
                visit.session,
                person_id,
                _to(form.to),
                note=form.note,
                seen=form.seen,
                **visit.by,
            )
            gone = form.leaves and people.set_active(visit.session, person_id, active=False)
    except Invalid as error:
        with reading(request) as visit:
            return _ask(visit, person_id, form, error)
    said = f"{act.said} {gone.name} may not sign in any more." if gone else act.said
    return see_other(request, f"{PEOPLE}/{person_id}", Toast(said=said, undo=act.undo))


def _may(visit: Visit, person_id: int) -> None:
    if visit.user_id != person_id:
        visit.admin()


def _to(typed: str) -> int | None:
    to = whole(typed)
    if to is None and typed != NOBODY:
        raise Invalid("Nothing was handed over.", fields={"to": "Choose who takes it over."})
    return to


def _ask(visit: Visit, person_id: int, typed: Handing, error: Invalid | None = None) -> Response:
    _may(visit, person_id)
    page = handing.person_page(visit.session, person_id, **visit.by)
    chosen = next((one.name for one in page.people if str(one.id) == typed.to), "")
    return render(
        visit,
        "settings_hand_over.html",
        status=422 if error else 200,
        page=page,
        typed=typed,
        chosen="nobody" if typed.to == NOBODY else chosen,
        wrong=str(error or ""),
        errors=error.fields if error else {},
        longest=handing.LONGEST_NOTE,
    )
