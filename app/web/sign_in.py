"""Signing in and out, and the links that work once."""

from typing import Annotated

from fastapi import Form
from pydantic import BaseModel
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.core.zones import zones
from app.errors import AppError, Conflict, Invalid, NotAllowed
from app.services import accounts, company
from app.web.addresses import local
from app.web.cookies import drop_cookie, set_cookie
from app.web.fields import Text
from app.web.flash import Toast
from app.web.render import render_plain, see_other
from app.web.routing import page_router
from app.web.site import site_of
from app.web.visit import SESSION, session_token

router = page_router()

LOST = "You had been signed out, so what you last did was not saved. Do it again."
WRONG = "That e-mail address and password do not belong together."
ZONES = tuple((zone, zone.replace("_", " ")) for zone in sorted(zones()))


@router.get("/sign-in")
def sign_in_form(request: Request, next: str = "/", lost: str = "") -> Response:
    """The form, or how to begin where nobody has an account yet.

    ``lost``: the sign-in had run out amid an act, which therefore was not saved.
    """
    with site_of(request).database.read() as session:
        people = accounts.user_count(session)
    return _form(request, next, lost, people=people)


@router.post("/sign-in")
def sign_in(
    request: Request, email: Text, password: Text, next: Text = "/", lost: Text = ""
) -> Response:
    """Verify between two transactions: Argon2 is slow and must not hold the write lock."""
    site = site_of(request)
    now = site.now()
    with site.database.read() as session:
        known = accounts.credentials(session, email)
    try:
        ok = accounts.verify(known, password, now=now)
    except NotAllowed as error:
        return _form(request, next, lost, email=email, wrong=str(error), status=429)
    with site.database.write() as session:
        user = accounts.record_sign_in(session, known, ok=ok, now=now)
        token = _begin(request, session, user.id) if user is not None else None
    if token is None:
        return _form(request, next, lost, email=email, wrong=WRONG, status=422)
    toast = Toast(said=LOST, tone="late") if lost else None
    return signed_in(request, token, see_other(request, local(next), toast))


def _form(
    request: Request,
    to: str,
    lost: str,
    *,
    people: int = 1,
    email: str = "",
    wrong: str = "",
    status: int = 200,
) -> Response:
    return render_plain(
        request,
        "sign_in.html",
        status=status,
        next=local(to),
        lost=bool(lost),
        people=people,
        email=email,
        wrong=wrong,
    )


def _begin(request: Request, session: Session, user_id: int | None) -> str:
    """A new session under a new id; whatever this browser had before is over."""
    assert user_id is not None
    before = session_token(request)
    if before:
        accounts.close_session(session, before)
    agent = request.headers.get("user-agent", "")
    return accounts.open_session(session, user_id, now=site_of(request).now(), agent=agent)


def _enter(request: Request, token: str, to: str) -> Response:
    return signed_in(request, token, RedirectResponse(to, status_code=303))


def signed_in(request: Request, token: str, response: Response) -> Response:
    """The answer, with the cookie of that session."""
    seconds = int(accounts.ABSOLUTE.total_seconds())
    set_cookie(response, SESSION, token, https=site_of(request).https, seconds=seconds)
    return response


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """The session ends on the server, not only in the browser."""
    site = site_of(request)
    token = session_token(request)
    if token:
        with site.database.write() as session:
            accounts.close_session(session, token)
    response = RedirectResponse("/sign-in", status_code=303)
    drop_cookie(response, SESSION, https=site.https)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


# Links that work once. Looking at one does not use it up: mail scanners look at all links.


@router.get("/link/{token}")
def link_form(request: Request, token: str) -> Response:
    """A page whose button uses the link; the script presses it."""
    with site_of(request).database.read() as session:
        good = accounts.link_is_good(session, token, accounts.SIGN_IN, now=site_of(request).now())
    status = 200 if good else 410
    return render_plain(request, "link.html", status=status, token=token, good=good)


@router.post("/link/{token}")
def link_enter(request: Request, token: str) -> Response:
    """Sign in by the link."""
    site = site_of(request)
    try:
        with site.database.write() as session:
            link = accounts.use_link(session, token, accounts.SIGN_IN, now=site.now())
            cookie = _begin(request, session, link.user_id)
    except NotAllowed:
        return render_plain(request, "link.html", status=410, token=token, good=False)
    return _enter(request, cookie, "/")


@router.get("/set-up/{token}")
def set_up_form(request: Request, token: str) -> Response:
    """The form for the first person, who is the admin."""
    site = site_of(request)
    with site.database.read() as session:
        if not accounts.link_is_good(session, token, accounts.SETUP, now=site.now()):
            return render_plain(request, "link.html", status=410, token=token, good=False)
    return _set_up(request, token, time_zone=site.settings.time_zone)


class SetUpForm(BaseModel):
    """What the first person types."""

    name: str
    email: str
    password: str
    time_zone: str
    company: str = ""


@router.post("/set-up/{token}")
def set_up(request: Request, token: str, form: Annotated[SetUpForm, Form()]) -> Response:
    """Make the admin and sign them in; a form that cannot be taken does not use the link up."""
    site = site_of(request)
    try:
        with site.database.write() as session:
            accounts.use_link(session, token, accounts.SETUP, now=site.now())
            typed = form.model_dump(exclude={"company"})
            user = accounts.add_user(session, **typed, is_admin=True, now=site.now())
            company.rename(session, form.company)
            cookie = _begin(request, session, user.id)
    except NotAllowed:
        return render_plain(request, "link.html", status=410, token=token, good=False)
    except (Invalid, Conflict) as error:
        return _set_up(request, token, **form.model_dump(exclude={"password"}), error=error)
    return _enter(request, cookie, "/start")


def _set_up(
    request: Request, token: str, *, error: AppError | None = None, **typed: str
) -> Response:
    return render_plain(
        request,
        "set_up.html",
        status=422 if error else 200,
        token=token,
        typed={"name": "", "email": "", "company": ""} | typed,
        fixed=bool(site_of(request).settings.company),
        wrong=str(error) if error else "",
        errors=error.fields if isinstance(error, Invalid) else {},
        zones=ZONES,
        shortest=accounts.SHORTEST_PASSWORD,
    )
