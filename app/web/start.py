"""The first page of a new inbox: three ways to begin, and what is still to be done."""

from typing import Annotated, Any

from fastapi import Form
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.services import apart, beginning, company, digest_wishes, samples
from app.services.uploads import prune
from app.web.addresses import local
from app.web.fields import Text
from app.web.flash import Toast
from app.web.render import by_htmx, render, see_other
from app.web.routing import page_router
from app.web.settings import HOURS
from app.web.site import site_of
from app.web.visit import Visit, acting, reading

router = page_router()
PATH = "/start"


@router.get(PATH)
def show(request: Request) -> Response:
    """The three ways; while the sample is loaded the page asks for its progress once a second."""
    with reading(request) as visit:
        sample = apart.sample(visit.session)
        if by_htmx(request) and (sample is None or sample.read_at is not None):
            return Response(headers={"HX-Redirect": "/today"})
        return render(visit, "start.html", parts=("loading",), **_shown(visit))


def _shown(visit: Visit) -> dict[str, Any]:
    sample = apart.sample(visit.session)
    now = visit.clock.now
    return {
        "loading": sample is not None and sample.loading(now=now),
        "broke_off": sample is not None and sample.broke_off(now=now),
        "real": apart.has_real(visit.session),
        "steps": beginning.beginning(visit.session),
        "hours": HOURS,
        "mail": visit.site.settings.smtp_url is not None,
        "fixed": bool(visit.site.settings.company),
    }


@router.post("/sample/load")
def load(request: Request) -> Response:
    """Begin to load the sample company."""
    with reading(request) as visit:
        visit.admin()
    site_of(request).load_sample(visit.user_id)
    return see_other(request, PATH)


@router.get("/sample/wipe")
def ask_to_wipe(request: Request, next: str = PATH) -> Response:
    """Say plainly what goes and what stays."""
    with reading(request) as visit:
        return render(visit, "sample_wipe.html", next=local(next))


@router.post("/sample/wipe")
def wipe(request: Request, next: Text = PATH) -> Response:
    """All of it goes at once; then on to where the person wanted to go."""
    with acting(request) as visit:
        visit.admin()
        gone = samples.wipe(visit.session, now=visit.clock.now, user_id=visit.user_id)
    prune(visit.site.settings.uploads, removed=gone, now=visit.clock.now)
    said = "The sample company is gone. This inbox is yours." if gone else "There was no sample."
    return see_other(request, local(next), Toast(said=said))


class DigestForm(BaseModel):
    """When the digest comes; an unticked box is not sent."""

    digest_on: bool = False
    digest_hour: int = 7


@router.post(f"{PATH}/digest")
def choose_digest(request: Request, form: Annotated[DigestForm, Form()]) -> Response:
    """The hour of one's own digest."""
    with acting(request) as visit:
        digest_wishes.choose_hour(
            visit.session, visit.user_id, on=form.digest_on, hour=form.digest_hour
        )
        beginning.say(visit.session, beginning.DIGEST)
    said = f"Your digest comes at {form.digest_hour:02}:00." if form.digest_on else "No digest."
    return see_other(request, PATH, Toast(said=said))


@router.post(f"{PATH}/company")
def name_company(request: Request, name: Text) -> Response:
    """What stands on top of the page, and in mails."""
    with acting(request) as visit:
        visit.admin()
        company.rename(visit.session, name)
    return see_other(request, PATH, Toast(said="Saved."))


@router.post(f"{PATH}/hide")
def hide(request: Request) -> Response:
    """Show the first steps no more."""
    with acting(request) as visit:
        visit.admin()
        act = beginning.hide(visit.session, **visit.by)
    return see_other(request, "/today", Toast(said=act.said, undo=act.undo))
