"""Settings: one's own profile and password."""

from typing import Annotated, Any

from fastapi import Form
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.errors import Invalid, NotAllowed
from app.services import accounts, digest_wishes
from app.web.fields import Text
from app.web.flash import Toast
from app.web.render import render, see_other
from app.web.routing import page_router
from app.web.sign_in import ZONES, signed_in
from app.web.site import site_of
from app.web.visit import Visit, acting, reading

router = page_router()
PATH = "/settings"
HOURS = tuple((str(hour), f"{hour:02}:00") for hour in range(24))


class ProfileForm(BaseModel):
    """What a person sets for themselves."""

    name: str = ""
    time_zone: str = ""


@router.get(PATH)
def show(request: Request) -> Response:
    """The profile."""
    with reading(request) as visit:
        return _profile(visit)


@router.post(PATH)
def save(request: Request, form: Annotated[ProfileForm, Form()]) -> Response:
    """Save the profile."""
    try:
        with acting(request) as visit:
            accounts.update_profile(visit.session, visit.user_id, **form.model_dump())
    except Invalid as error:
        with reading(request) as visit:
            return _profile(visit, typed=form.model_dump(), error=error)
    return see_other(request, PATH, Toast(said="Saved."))


@router.post(f"{PATH}/password")
def change_password(request: Request, new: Text, current: Text = "") -> Response:
    """Set a new password. Everybody who uses the old one, elsewhere too, has to sign in anew."""
    try:
        with reading(request) as visit:
            has_one = visit.user.password is not None
            known = accounts.credentials(visit.session, visit.user.email)
        if has_one:
            _prove(request, known, current)
        with acting(request) as visit:
            accounts.set_password(visit.session, visit.user_id, new)
            agent = request.headers.get("user-agent", "")
            token = accounts.open_session(
                visit.session, visit.user_id, now=visit.clock.now, agent=agent
            )
    except (Invalid, NotAllowed) as error:
        with reading(request) as visit:
            return _profile(visit, error=error)
    toast = Toast(said="The password is changed. Other browsers have to sign in anew.")
    return signed_in(request, token, see_other(request, PATH, toast))


def _prove(request: Request, known: accounts.Credentials, current: str) -> None:
    """The present password must be right; wrong ones count as at the sign-in page."""
    site = site_of(request)
    ok = accounts.verify(known, current, now=site.now())
    with site.database.write() as session:
        accounts.record_sign_in(session, known, ok=ok, now=site.now())
    if not ok:
        raise Invalid(
            "The password was not changed.", fields={"current": "This is not your password."}
        )


def _profile(
    visit: Visit, *, typed: dict[str, Any] | None = None, error: Invalid | NotAllowed | None = None
) -> Response:
    user = visit.user
    values = {"name": user.name, "time_zone": user.time_zone}
    return render(
        visit,
        "settings.html",
        status=422 if error else 200,
        typed=values | (typed or {}),
        wrong=error.message if error else "",
        errors=error.fields if isinstance(error, Invalid) else {"current": str(error or "")},
        zones=ZONES,
        digest=digest_wishes.rhythm_words(user) if user.digest_on else "",
        shortest=accounts.SHORTEST_PASSWORD,
    )
