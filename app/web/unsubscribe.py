"""Stopping the digest, or mail at once, and having it again, by the link in it, with no sign-in.

Mail programs send the request (RFC 8058) by themselves, from their own servers: the signed link
alone says that it is right. Looking at it does nothing, for scanners look at all links.
"""

from typing import Annotated

from fastapi import Form
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.errors import NotFound
from app.models import User
from app.services import unsubscribing
from app.services.unsubscribing import Mails
from app.web.render import render_plain
from app.web.routing import page_router
from app.web.site import site_of

router = page_router()
BELOW = f"{unsubscribing.PATH}/"
ONE = f"{BELOW}{{of}}/{{token}}"
ONE_CLICK = "One-Click"


@router.get(ONE)
def ask(request: Request, of: str, token: str) -> Response:
    """A page whose button stops it."""
    with site_of(request).database.read() as session:
        return _page(request, *_whose(request, session, of, token), token=token)


@router.post(ONE)
def stop(
    request: Request,
    of: str,
    token: str,
    how: Annotated[str, Form(alias="List-Unsubscribe")] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Stop it: what a mail program asks for, or the page's button; or have it ``again``, for who
    never signs in. Anything else is asked first.
    """
    if how != ONE_CLICK and not again:
        return ask(request, of, token)
    with site_of(request).database.write() as session:
        user, mails = _whose(request, session, of, token)
        unsubscribing.switch(user, on=how != ONE_CLICK, of=mails)
        return _page(request, user, mails, token=token, again=how != ONE_CLICK)


def _whose(request: Request, session: Session, of: str, token: str) -> tuple[User, Mails]:
    if of in [*Mails]:
        user = unsubscribing.whose(session, site_of(request).vault, token, of=Mails(of))
        if user is not None:
            return user, Mails(of)
    raise NotFound(
        "This link stops no mail any more.",
        remedy="Sign in, and switch the mail off in Settings.",
    )


def _page(request: Request, user: User, of: Mails, *, token: str, again: bool = False) -> Response:
    return render_plain(
        request,
        "unsubscribe.html",
        to=user.email,
        token=token,
        of=of,
        again=again,
        stopped=unsubscribing.stopped(user, of=of),
    )
