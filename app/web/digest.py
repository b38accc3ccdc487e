"""Settings: one's own digest. When it comes, what it tells, what it says now, what became of it."""

from typing import Annotated

from fastapi import Form
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.core.outlines import trimmed
from app.errors import Invalid
from app.notify.digest import MOST_ROWS
from app.services import digest_wishes, digest_words, digesting
from app.services.digest_wishes import DAILY, DAYS, WEEKLY, Wishes
from app.web.flash import Toast
from app.web.render import render, see_other
from app.web.routing import page_router
from app.web.settings import HOURS
from app.web.sign_in import ZONES
from app.web.site import site_of
from app.web.visit import Visit, acting, reading

router = page_router()
PATH = "/settings/digest"


class DigestForm(BaseModel):
    """What a person wants of their digest; an unticked box is not sent."""

    on: bool = False
    zone: str = ""
    hour: int = 7
    rhythm: str = DAILY
    days: list[str] = []
    weekday: str = "1"
    country: str = ""
    region: str = ""
    views: list[str] = []
    always: bool = False

    @property
    def wishes(self) -> Wishes:
        """As the services take them. A region of another country than the one chosen is none."""
        given = self.model_dump(exclude={"country", "region", "days"})
        of_country = self.region.partition("-")[0] == self.country
        off = self.region if self.region and of_country else self.country
        return Wishes(**given, days="".join(self.days), off=off)


@router.get(PATH)
def show(request: Request) -> Response:
    """The form, and the last ten."""
    with reading(request) as visit:
        return _page(visit)


@router.post(PATH)
def save(request: Request, form: Annotated[DigestForm, Form()]) -> Response:
    """Keep what the form says."""
    try:
        with acting(request) as visit:
            digest_wishes.choose(visit.session, visit.user_id, form.wishes)
    except Invalid as error:
        with reading(request) as visit:
            return _page(visit, typed=form.wishes, error=error)
    return see_other(request, PATH, Toast(said="Saved."))


@router.get(f"{PATH}/preview")
def preview(request: Request) -> Response:
    """What it says now; nothing is sent, nothing is noted."""
    with reading(request) as visit:
        digest = digesting.compose(visit.session, visit.user, clock=visit.clock)
        outline = digest_words.outline_of(digest, visit.clock, home="", company=visit.company)
        shown = trimmed(outline, MOST_ROWS, least=digest.cut)
        return render(visit, "settings_digest_preview.html", mail=shown)


@router.post(f"{PATH}/now")
def send_now(request: Request) -> Response:
    """Send it at once, beside that of the day."""
    return _sent(request)


@router.post(f"{PATH}/{{entry_id:id}}/again")
def send_again(request: Request, entry_id: int) -> Response:
    """Send one again that may not have arrived."""
    return _sent(request, entry_id)


def _sent(request: Request, entry_id: int = 0) -> Response:
    """No transaction is open while the mail server is asked."""
    with reading(request) as visit:
        visit.real()
        user_id = visit.user_id
        to = visit.user.email
    lacks = site_of(request).send_digest(user_id, entry_id)
    return see_other(request, PATH, Toast(said=lacks or f"Sent to {to}."))


def _page(visit: Visit, *, typed: Wishes | None = None, error: Invalid | None = None) -> Response:
    wishes = typed or digest_wishes.of(visit.user)
    page = digest_wishes.page(visit.session, visit.user_id, off=wishes.off, clock=visit.clock)
    return render(
        visit,
        "settings_digest.html",
        status=422 if error else 200,
        page=page,
        typed=wishes,
        country=wishes.off.partition("-")[0],
        wrong=error.message if error else "",
        errors=error.fields if error else {},
        zones=ZONES,
        hours=HOURS,
        days=DAYS,
        rhythms=((DAILY, "On these days"), (WEEKLY, "Once a week")),
        mail=visit.site.settings.smtp_url is not None,
    )
