"""What people mark for themselves: a star, read, unread. One form for one item and for many."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.web import verbs
from app.web.doing import answer
from app.web.sent import Form_

router = APIRouter()


@router.post("/items/star")
def star(request: Request, sent: Form_) -> Response:
    """To be found again under Starred."""
    return answer(request, sent, verbs.STAR)


@router.post("/items/unstar")
def unstar(request: Request, sent: Form_) -> Response:
    """No longer under Starred."""
    return answer(request, sent, verbs.UNSTAR)


@router.post("/items/read")
def read(request: Request, sent: Form_) -> Response:
    """Seen as it is now."""
    return answer(request, sent, verbs.READ)


@router.post("/items/unread")
def unread(request: Request, sent: Form_) -> Response:
    """To be looked at again."""
    return answer(request, sent, verbs.UNREAD)
