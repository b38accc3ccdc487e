"""Settings › Webhooks, for admins: which tools are called, and the log of every call."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import Form
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.core.notices import TO_TOOLS
from app.core.words import plural
from app.errors import AppError, Invalid
from app.notify.webhook import How
from app.services import calling, channel_views, channels, notice_pages, webhook_pages, webhooks
from app.services.webhook_pages import Shows
from app.web.fields import Id, Text
from app.web.flash import Toast
from app.web.render import render, see_other
from app.web.routing import page_router
from app.web.visit import Visit, acting, reading

router = page_router()
PATH = "/settings/webhooks"
ONE = f"{PATH}/{{channel_id:id}}"
SINCE = (
    ("1", "in the last hour"),
    ("24", "in the last day"),
    ("168", "in the last 7 days"),
    ("720", "in the last 30 days"),
)
"""Hours, in words."""


class HookForm(BaseModel):
    """A webhook as it is typed; no kinds: all of them."""

    name: str = ""
    address: str = ""
    query: str = ""
    wants: list[str] = []

    @property
    def kinds(self) -> list[str]:
        """Those there are of what was ticked; all of them are the same as none."""
        chosen = channels.CHOICES.intersection(self.wants)
        return [] if chosen >= TO_TOOLS else sorted(chosen)


@router.get(PATH)
def every(request: Request) -> Response:
    """All of them."""
    with reading(request) as visit:
        return _list(visit, HookForm())


@router.post(PATH)
def add(request: Request, form: Annotated[HookForm, Form()]) -> Response:
    """One more; its secret is shown this once."""
    try:
        with acting(request) as visit:
            visit.admin()
            added, secret = webhooks.add(
                visit.session,
                visit.site.vault,
                name=form.name,
                address=form.address,
                query=form.query,
                wants=form.kinds,
                user_id=visit.user_id,
                private_hosts=visit.site.settings.allowed_private_hosts,
                now=visit.clock.now,
            )
    except Invalid as error:
        with reading(request) as visit:
            return _list(visit, form, error=error)
    assert added.id is not None
    with reading(request) as visit:
        return _one(visit, added.id, secret=secret)


@router.get(ONE)
def one(request: Request, channel_id: int, before: Id = 0, show: str = "") -> Response:
    """One of them, with its log."""
    with reading(request) as visit:
        known = [one for one in Shows if one == show]
        return _one(visit, channel_id, before=before, shows=known[0] if known else Shows.ALL)


@router.post(ONE)
def change(request: Request, channel_id: int, form: Annotated[HookForm, Form()]) -> Response:
    """Another name, address or choice."""
    try:
        with acting(request) as visit:
            visit.admin()
            webhooks.change(
                visit.session,
                visit.site.vault,
                channel_id,
                name=form.name,
                address=form.address,
                query=form.query,
                wants=form.kinds,
                private_hosts=visit.site.settings.allowed_private_hosts,
            )
    except Invalid as error:
        with reading(request) as visit:
            return _one(visit, channel_id, typed=form, error=error)
    return see_other(request, _to(channel_id), Toast(said="Saved."))


@router.post(f"{ONE}/rotate")
def rotate(request: Request, channel_id: int) -> Response:
    """A new secret, shown this once; the old one signs along for a day."""
    with acting(request) as visit:
        visit.admin()
        secret = webhooks.rotate(visit.session, visit.site.vault, channel_id, now=visit.clock.now)
    with reading(request) as visit:
        return _one(visit, channel_id, secret=secret)


@router.post(f"{ONE}/stop")
def stop(request: Request, channel_id: int) -> Response:
    """It is called no more."""
    with acting(request) as visit:
        visit.admin()
        found = webhooks.get(visit.session, channel_id)
        channels.stop(visit.session, found, now=visit.clock.now)
    return see_other(request, _to(channel_id), Toast(said=f"{found.name} is called no more."))


@router.post(f"{ONE}/start")
def start(request: Request, channel_id: int) -> Response:
    """It is called again."""
    with acting(request) as visit:
        visit.admin()
        found = webhooks.get(visit.session, channel_id)
        channels.start(visit.session, found, user_id=visit.user_id, now=visit.clock.now)
    return see_other(request, _to(channel_id), Toast(said=f"{found.name} is called from now on."))


@router.post(f"{ONE}/remove")
def remove(request: Request, channel_id: int) -> Response:
    """Gone, with its log."""
    with acting(request) as visit:
        visit.admin()
        found = webhooks.get(visit.session, channel_id)
        channels.remove(visit.session, found)
    return see_other(request, PATH, Toast(said=f"{found.name} is removed."))


# Calls


@router.post(f"{ONE}/test")
def test(request: Request, channel_id: int) -> Response:
    """Call it now, and say what came of it."""
    with acting(request) as visit:
        visit.admin()
        delivery_id = calling.ping(visit.session, channel_id, now=visit.clock.now)
    return _called(request, channel_id, delivery_id)


@router.post(f"{ONE}/again")
def again(request: Request, channel_id: int, delivery: Annotated[Id, Form()] = 0) -> Response:
    """Make one call once more, now, and say what came of it."""
    with acting(request) as visit:
        visit.admin()
        calling.again(visit.session, channel_id, delivery, now=visit.clock.now)
    return _called(request, channel_id, delivery)


@router.post(f"{ONE}/all-again")
def all_again(request: Request, channel_id: int, hours: Text = "") -> Response:
    """Let all that failed since then be sent once more, one after the other."""
    chosen = int(hours) if hours in dict(SINCE) else 1
    with acting(request) as visit:
        visit.admin()
        since = visit.clock.now - timedelta(hours=chosen)
        count = calling.all_again(visit.session, channel_id, since=since, now=visit.clock.now)
    said = f"{plural(count, 'message')} will be sent again." if count else "Nothing failed."
    return see_other(request, _to(channel_id), Toast(said=said))


def _called(request: Request, channel_id: int, delivery_id: int) -> Response:
    with reading(request) as visit:
        site = visit.site
    outcome = site.call(delivery_id)
    if outcome is None:
        return see_other(request, _to(channel_id), Toast(said="It is being sent already."))
    good = outcome.how is How.SENT
    said = f"It was taken: {outcome.status}." if good else outcome.error
    return see_other(request, _to(channel_id), Toast(said=said, tone="" if good else "late"))


# Pages


def _to(channel_id: int) -> str:
    return f"{PATH}/{channel_id}"


def _list(visit: Visit, typed: HookForm, *, error: AppError | None = None) -> Response:
    visit.admin()
    return render(
        visit,
        "settings_webhooks.html",
        status=422 if error else 200,
        hooks=webhook_pages.lines(visit.session, visit.site.vault),
        **_form(visit, typed, error),
    )


def _one(
    visit: Visit,
    channel_id: int,
    *,
    before: int = 0,
    shows: Shows = Shows.ALL,
    typed: HookForm | None = None,
    error: AppError | None = None,
    secret: str = "",
) -> Response:
    visit.admin()
    page = webhook_pages.page(
        visit.session, visit.site.vault, channel_id, now=visit.clock.now, before=before, shows=shows
    )
    stored = HookForm(name=page.line.name, query=page.line.query, wants=list(page.wants))
    answer = render(
        visit,
        "settings_webhook.html",
        status=422 if error else 200,
        page=page,
        before=before,
        since=SINCE,
        secret=secret,
        **_form(visit, typed or stored, error),
    )
    if secret:
        answer.headers["Cache-Control"] = "no-store"  # not even in the browser's
    return answer


def _form(visit: Visit, typed: HookForm, error: AppError | None) -> dict[str, Any]:
    return {
        "typed": typed,
        "wrong": error.message if error else "",
        "errors": error.fields if isinstance(error, Invalid) else {},
        "kinds": notice_pages.kinds(),
        "views": channel_views.listed(
            {"": "Everything", **channel_views.options(visit.session, None)}, typed.query
        ),
    }
