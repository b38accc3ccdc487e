"""Stopping the digest by the link in it, without signing in (RFC 8058).

Mail programs send the request by themselves, from their own servers: the signed link alone says
that it is right. Looking at it does nothing, for scanners look at all links.
"""

from typing import Annotated

from fastapi import APIRouter, Form
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.errors import NotFound
from app.models import User
from app.services import unsubscribing
from app.web.render import render_plain
from app.web.site import site_of

router = APIRouter()
BELOW = f"{unsubscribing.PATH}/"
ONE = f"{BELOW}{{token}}"
ONE_CLICK = "One-Click"


@router.get(ONE)
def ask(request: Request, token: str) -> Response:
    """A page whose button stops it."""
    with site_of(request).database.read() as session:
        return _page(request, _whose(request, session, token), token)


@router.post(ONE)
def stop(
    request: Request,
    token: str,
    how: Annotated[str, Form(alias="List-Unsubscribe")] = "",
) -> Response:
    """Stop it: what a mail program asks for, or the page's button. Anything else is asked first."""
    if how != ONE_CLICK:
        return ask(request, token)
    with site_of(request).database.write() as session:
        user = _whose(request, session, token)
        unsubscribing.stop(session, user.id or 0)
        return _page(request, user, token, stopped=True)


def _whose(request: Request, session: Session, token: str) -> User:
    user = unsubscribing.whose(session, site_of(request).vault, token)
    if user is None:
        raise NotFound(
            "This link stops no digest any more.",
            remedy="Sign in, and switch it off in Settings, Digest.",
        )
    return user


def _page(request: Request, user: User, token: str, *, stopped: bool = False) -> Response:
    return render_plain(
        request,
        "unsubscribe.html",
        to=user.email,
        token=token,
        stopped=stopped or not user.digest_on,
    )
