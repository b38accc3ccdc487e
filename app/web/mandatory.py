"""Settings, Rules: what cannot be declined."""

from typing import Annotated

from fastapi import Form
from starlette.requests import Request
from starlette.responses import Response

from app.services import mandatory
from app.web.flash import Toast
from app.web.render import see_other
from app.web.routing import page_router
from app.web.rules import PATH
from app.web.visit import acting

router = page_router()


@router.post(f"{PATH}/mandatory")
def choose(request: Request, name: Annotated[list[str], Form()] = []) -> Response:  # noqa: B006  (pydantic copies it)
    """The ticked categories and kinds can only be owned, or done with a proof."""
    with acting(request) as visit:
        visit.admin()
        act = mandatory.choose(visit.session, name, **visit.by)
    return see_other(request, f"{PATH}#mandatory", Toast(said=act.said, undo=act.undo))
