"""Saved views: the page of all of them, and what is done with one. Every act is a form."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Form
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.services import saved
from app.services.pages import Act
from app.web.addresses import local
from app.web.fields import Id, Text, Tick
from app.web.flash import Toast
from app.web.render import render, see_other
from app.web.routing import page_router
from app.web.visit import Visit, acting, reading

router = page_router()
PATH = "/views"
ONE = f"{PATH}/{{view_id:id}}"


@router.get(PATH)
def show(request: Request) -> Response:
    """All of them."""
    with reading(request) as visit:
        return render(visit, "views.html", parts=("views",), **shown(visit))


def shown(visit: Visit) -> dict[str, Any]:
    """What the template shows."""
    return {"page": saved.page(visit.session, **visit.by)}


class ViewForm(BaseModel):
    """What is kept: an address's query, under a new name or, with ``into``, an old one."""

    query: str = ""
    name: str = ""
    shared: bool = False
    into: Id = 0
    next: str = PATH


@router.post(PATH)
def save(request: Request, form: Annotated[ViewForm, Form()]) -> Response:
    """Keep what an address shows: as a new view, or in the place of one."""
    if form.into:
        return _done(request, saved.change, form.into, form.query, next=form.next)
    return _done(request, saved.save, form.name, form.query, shared=form.shared, next=form.next)


@router.post(f"{ONE}/rename")
def rename(request: Request, view_id: int, name: Text = "", next: Text = PATH) -> Response:
    """Another name."""
    return _done(request, saved.rename, view_id, name, next=next)


@router.post(f"{ONE}/share")
def share(request: Request, view_id: int, on: Tick = False, next: Text = PATH) -> Response:
    """For the team, or for oneself."""
    return _done(request, saved.share, view_id, on=on, next=next)


@router.post(f"{ONE}/pin")
def pin(request: Request, view_id: int, on: Tick = False, next: Text = PATH) -> Response:
    """Beside one's own navigation, or not."""
    return _done(request, saved.pin, view_id, on=on, next=next)


@router.post(f"{ONE}/move")
def move(request: Request, view_id: int, up: Tick = False, next: Text = PATH) -> Response:
    """One place up or down."""
    return _done(request, saved.move, view_id, up=up, next=next)


@router.post(f"{ONE}/copy")
def copy(request: Request, view_id: int, next: Text = PATH) -> Response:
    """The same as a view of one's own."""
    return _done(request, saved.copy, view_id, next=next)


@router.post(f"{ONE}/delete")
def delete(request: Request, view_id: int, next: Text = PATH) -> Response:
    """Gone."""
    return _done(request, saved.delete, view_id, next=next)


def _done(
    request: Request, verb: Callable[..., Act], *args: object, next: str, **more: object
) -> Response:
    with acting(request) as visit:
        act = verb(visit.session, *args, **visit.by, **more)
    return see_other(request, local(next, PATH), Toast(said=act.said, undo=act.undo))
