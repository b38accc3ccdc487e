"""Settings for admins: the people, and tokens for tools. A secret is shown once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.errors import AppError, Conflict, Invalid
from app.services import accounts, handing, people, tokens
from app.web.fields import Text, Tick
from app.web.flash import Toast
from app.web.render import render, see_other
from app.web.routing import page_router
from app.web.sign_in import ZONES
from app.web.visit import Visit, acting, reading

router = page_router()
PEOPLE, TOKENS = "/settings/people", "/settings/tokens"
LIFETIMES = (("", "Never"), ("30", "In 30 days"), ("90", "In 90 days"), ("365", "In a year"))


# People


@router.get(PEOPLE)
def everyone(request: Request) -> Response:
    """Who may sign in."""
    with reading(request) as visit:
        return _people(visit)


@router.post(PEOPLE)
def add_person(
    request: Request, name: Text, email: Text, time_zone: Text = "", admin: Tick = False
) -> Response:
    """Add a person and show the link with which they sign in for the first time, once."""
    try:
        with acting(request) as visit:
            visit.admin()
            zone = time_zone or visit.site.settings.time_zone
            added = accounts.add_user(
                visit.session,
                email=email,
                name=name,
                is_admin=admin,
                time_zone=zone,
                now=visit.clock.now,
            )
            assert added.id is not None
            link = people.link_for(visit.session, added.id, now=visit.clock.now)
    except (Invalid, Conflict) as error:
        typed = {"name": name, "email": email, "time_zone": time_zone, "admin": admin}
        with reading(request) as visit:
            return _people(visit, typed=typed, error=error)
    with reading(request) as visit:
        return _people(visit, made=(added.name, _address(visit, link)))


@router.post(f"{PEOPLE}/{{user_id:id}}/link")
def make_link(request: Request, user_id: int) -> Response:
    """A new link for somebody who has no password, or forgot it; shown once."""
    with acting(request) as visit:
        visit.admin()
        link = people.link_for(visit.session, user_id, now=visit.clock.now)
        name = accounts.user(visit.session, user_id).name
    with reading(request) as visit:
        return _people(visit, made=(name, _address(visit, link)))


@router.post(f"{PEOPLE}/{{user_id:id}}/active")
def set_active(request: Request, user_id: int, active: Tick = False) -> Response:
    """Let somebody in again, or sign them out for good, once nothing hangs on them."""
    with reading(request) as visit:
        visit.admin()
        hangs = not active and handing.person_page(visit.session, user_id, **visit.by).hangs
    if hangs:
        return see_other(request, f"{PEOPLE}/{user_id}/hand-over?leaves=1")
    with acting(request) as visit:
        visit.admin()
        person = people.set_active(visit.session, user_id, active=active)
    may = "may sign in again" if active else "is signed out and may not come in any more"
    return see_other(request, PEOPLE, Toast(said=f"{person.name} {may}."))


@router.post(f"{PEOPLE}/{{user_id:id}}/admin")
def set_admin(request: Request, user_id: int, admin: Tick = False) -> Response:
    """Make somebody an admin, or no longer one."""
    with acting(request) as visit:
        visit.admin()
        person = people.set_admin(visit.session, user_id, admin=admin)
    may = "is an admin now" if admin else "is no admin any more"
    return see_other(request, PEOPLE, Toast(said=f"{person.name} {may}."))


def _address(visit: Visit, link: str) -> str:
    return f"{visit.site.settings.public_url}/link/{link}"


def _people(
    visit: Visit,
    *,
    typed: dict[str, Any] | None = None,
    error: AppError | None = None,
    made: tuple[str, str] | None = None,
) -> Response:
    visit.admin()
    empty = {"name": "", "email": "", "admin": False, "time_zone": visit.site.settings.time_zone}
    return _once(
        made,
        render(
            visit,
            "settings_people.html",
            status=422 if error else 200,
            people=people.everyone(visit.session),
            typed=empty | (typed or {}),
            wrong=str(error or ""),
            errors=error.fields if isinstance(error, Invalid) else {},
            zones=ZONES,
            made=made,
        ),
    )


# Tokens for tools


@router.get(TOKENS)
def tokens_page(request: Request) -> Response:
    """What tools may read and do."""
    with reading(request) as visit:
        return _tokens(visit)


@router.post(TOKENS)
def add_token(
    request: Request, name: Text, days: Text = "", read: Tick = False, act: Tick = False
) -> Response:
    """Make a token and show it once; whoever makes it is who acts by it."""
    scopes = [scope for scope, ticked in ((tokens.READ, read), (tokens.ACT, act)) if ticked]
    try:
        with acting(request) as visit:
            visit.admin()
            until = visit.clock.now + timedelta(days=int(days)) if days in LASTS else None
            token = tokens.add_token(
                visit.session,
                name=name,
                scope=" ".join(scopes),
                now=visit.clock.now,
                user_id=visit.user_id,
                expires_at=until,
            )
    except (Invalid, Conflict) as error:
        with reading(request) as visit:
            return _tokens(visit, typed=name, ticked=scopes, days=days, error=error)
    with reading(request) as visit:
        return _tokens(visit, made=(name.strip(), token))


LASTS = frozenset(value for value, _label in LIFETIMES if value)


@router.post(f"{TOKENS}/{{token_id:id}}/revoke")
def revoke(request: Request, token_id: int) -> Response:
    """From now on it opens nothing."""
    with acting(request) as visit:
        visit.admin()
        tokens.revoke_token(visit.session, token_id, now=visit.clock.now)
    return see_other(request, TOKENS, Toast(said="The token opens nothing any more."))


def _tokens(
    visit: Visit,
    *,
    typed: str = "",
    ticked: Sequence[str] = (tokens.READ,),
    days: str = "",
    error: AppError | None = None,
    made: tuple[str, str] | None = None,
) -> Response:
    visit.admin()
    all_tokens = tokens.tokens(visit.session)
    return _once(
        made,
        render(
            visit,
            "settings_tokens.html",
            status=422 if error else 200,
            tokens=all_tokens,
            shut_out=people.shut_out(visit.session),
            names=people.names(visit.session, {token.user_id for token in all_tokens}),
            typed=typed,
            ticked=ticked,
            days=days,
            wrong=str(error or ""),
            errors=error.fields if isinstance(error, Invalid) else {},
            scopes=tokens.SCOPES,
            lifetimes=LIFETIMES,
            home=visit.site.settings.public_url,
            made=made,
        ),
    )


def _once(made: object, response: Response) -> Response:
    """A page that shows a secret stays in no cache, not even in the browser's."""
    if made:
        response.headers["Cache-Control"] = "no-store"
    return response
