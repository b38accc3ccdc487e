"""What one person marks for themselves: a star, read, unread. Forms like every act."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from app.services import personal
from app.web.doing import told
from app.web.fields import Id, Text
from app.web.inbox_page import PATH
from app.web.visit import acting

router = APIRouter()
Items = Annotated[list[Id], Form()]


@router.post("/items/star")
def star(request: Request, item: Items, next: Text = PATH) -> Response:
    """To be found again under Starred."""
    with acting(request) as visit:
        act = personal.star(visit.session, item, on=True, **visit.by)
    return told(request, act, next)


@router.post("/items/unstar")
def unstar(request: Request, item: Items, next: Text = PATH) -> Response:
    """No longer under Starred."""
    with acting(request) as visit:
        act = personal.star(visit.session, item, on=False, **visit.by)
    return told(request, act, next)


@router.post("/items/read")
def read(request: Request, item: Items, next: Text = PATH) -> Response:
    """Seen as it is now."""
    with acting(request) as visit:
        act = personal.read(visit.session, item, on=True, **visit.by)
    return told(request, act, next)


@router.post("/items/unread")
def unread(request: Request, item: Items, next: Text = PATH) -> Response:
    """To be looked at again."""
    with acting(request) as visit:
        act = personal.read(visit.session, item, on=False, **visit.by)
    return told(request, act, next)
