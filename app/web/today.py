"""Today: the few things to do first."""

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

router = APIRouter()


@router.get("/")
def home() -> Response:
    """People begin at Today."""
    return RedirectResponse("/today", status_code=303)
