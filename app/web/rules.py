"""Settings: who gets what. Everybody may read the rules, admins keep them."""

from typing import Annotated

from fastapi import Form
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.core.mandatory import CHOICES
from app.errors import Invalid, NotFound
from app.services import mandatory, ruling, ruling_now
from app.web.fields import Id
from app.web.flash import Toast
from app.web.render import render, see_other
from app.web.routing import page_router
from app.web.visit import Visit, acting, reading

router = page_router()
PATH = "/settings/rules"


class RuleForm(BaseModel):
    """A rule as it is typed; of people their ids."""

    program: str = ""
    vendor: str = ""
    category: str = ""
    owner: str = ""
    backup: str = ""


@router.get(PATH)
def every(request: Request) -> Response:
    """All rules, in the order in which they are asked."""
    with reading(request) as visit:
        return _rules(visit, RuleForm().model_dump())


@router.post(PATH)
def add(request: Request, form: Annotated[RuleForm, Form()]) -> Response:
    """One more rule."""
    return _save(request, None, form.model_dump())


@router.get(f"{PATH}/{{rule_id:id}}")
def edit(request: Request, rule_id: int) -> Response:
    """One rule, to be changed."""
    with reading(request) as visit:
        visit.admin()
        typed = ruling.typed_of(ruling.get(visit.session, rule_id))
        return _rules(visit, typed, rule_id=rule_id)


@router.post(f"{PATH}/{{rule_id:id}}")
def change(request: Request, rule_id: int, form: Annotated[RuleForm, Form()]) -> Response:
    """Another text for a rule."""
    return _save(request, rule_id, form.model_dump())


@router.post(f"{PATH}/{{rule_id:id}}/delete")
def delete(request: Request, rule_id: int) -> Response:
    """The rule decides no more."""
    with acting(request) as visit:
        visit.admin()
        act = ruling.delete(visit.session, rule_id, **visit.by)
    said = f"{act.said}. What it gave stays where it is."
    return see_other(request, PATH, Toast(said=said, undo=act.undo))


@router.get(f"{PATH}/{{rule_id:id}}/now")
def foresee(request: Request, rule_id: int) -> Response:
    """What the rule would give of that which is there and nobody's."""
    with reading(request) as visit:
        visit.admin()
        try:
            page = ruling_now.foresee(visit.session, rule_id, **visit.by)
        except NotFound:  # its making was undone here
            return see_other(request, PATH)
        return render(visit, "settings_rule_now.html", page=page)


@router.post(f"{PATH}/{{rule_id:id}}/now")
def give(request: Request, rule_id: int, seen: Annotated[Id, Form()] = 0) -> Response:
    """Give it, as one act."""
    with acting(request) as visit:
        visit.admin()
        act = ruling_now.apply(visit.session, rule_id, seen, **visit.by)
    return see_other(request, PATH, Toast(said=act.said, undo=act.undo))


def _save(request: Request, rule_id: int | None, typed: ruling.Typed) -> Response:
    try:
        with acting(request) as visit:
            visit.admin()
            rule, act = ruling.save(visit.session, rule_id, typed, **visit.by)
    except Invalid as error:
        with reading(request) as visit:
            return _rules(visit, typed, rule_id=rule_id, error=error)
    said = f"{act.said}. It holds for everything new from now on."
    return see_other(request, f"{PATH}/{rule.id}/now", Toast(said=said, undo=act.undo))


def _rules(
    visit: Visit,
    typed: ruling.Typed,
    *,
    rule_id: int | None = None,
    error: Invalid | None = None,
) -> Response:
    return render(
        visit,
        "settings_rules.html",
        status=422 if error else 200,
        page=ruling.rules_page(visit.session),
        mandatory=mandatory.names(visit.session),
        choices=CHOICES,
        typed=typed,
        rule_id=rule_id,
        wrong=str(error or ""),
        errors=error.fields if error else {},
    )
