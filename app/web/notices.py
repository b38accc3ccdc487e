"""Settings › Notices: what people are told at once, by their mail and in chats."""

from typing import Annotated, Any

from fastapi import Form
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.core.notices import TO_PEOPLE
from app.errors import AppError, Invalid
from app.models import Channel, ChannelKind
from app.notify import chat
from app.notify.errors import NotSent
from app.services import accounts, channel_views, channels, gathering, notice_pages
from app.services.notice_pages import ChannelLine
from app.web.flash import Toast
from app.web.render import render, see_other
from app.web.routing import page_router
from app.web.visit import Visit, acting, reading

router = page_router()
PATH = "/settings/notices"
ONE = f"{PATH}/{{channel_id:id}}"
OWN, TEAM = "own", "team"


class MailForm(BaseModel):
    """What a person wants by mail at once; an unticked box is not sent."""

    on: bool = False
    query: str = ""
    wants: list[str] = []


class ChatForm(BaseModel):
    """A chat as it is typed. ``whose``: one's own, or the team's."""

    name: str = ""
    address: str = ""
    whose: str = OWN
    query: str = ""
    wants: list[str] = []


def kinds_of(wants: list[str]) -> list[str]:
    """Those there are of what was ticked; the usual ones are the same as none chosen.

    Raises ``Invalid`` where nothing is ticked: that is what "stop" is for.
    """
    chosen = channels.CHOICES.intersection(wants)
    if not chosen:
        told = {"wants": "Tick at least one, or stop it."}
        raise Invalid("It would tell nothing.", fields=told)
    return [] if chosen == TO_PEOPLE else sorted(chosen)


@router.get(PATH)
def every(request: Request) -> Response:
    """One's own mail, and the chats."""
    with reading(request) as visit:
        return _list(visit)


@router.post(f"{PATH}/mail")
def change_mail(request: Request, form: Annotated[MailForm, Form()]) -> Response:
    """What one's own mail tells at once."""
    try:
        with acting(request) as visit:
            accounts.user(visit.session, visit.user_id).notices_on = form.on
            if form.on:
                channels.change(
                    visit.session,
                    channels.own_mail(visit.session, visit.user),
                    name="Mail",
                    query=form.query,
                    wants=kinds_of(form.wants),
                    vault=visit.site.vault,
                )
    except Invalid as error:
        with reading(request) as visit:
            return _list(visit, mail=form, error=error)
    return see_other(request, PATH, Toast(said="Saved."))


@router.post(f"{PATH}/mail/test")
def test_mail(request: Request) -> Response:
    """Mail oneself a test, and say what came of it."""
    with acting(request) as visit:
        own = channels.own_mail(visit.session, visit.user)
        delivery_id = gathering.put_test(visit.session, own.id or 0, now=visit.clock.now)
    return _tried(request, delivery_id, PATH)


@router.post(PATH)
def add(request: Request, form: Annotated[ChatForm, Form()]) -> Response:
    """One more chat."""
    try:
        wants = kinds_of(form.wants)
        service = _service(request, form.address)
        with acting(request) as visit:
            if form.whose == TEAM:
                visit.admin()
            added = channels.add(
                visit.session,
                kind=ChannelKind.CHAT,
                name=form.name,
                address=form.address,
                service=service,
                user_id=None if form.whose == TEAM else visit.user_id,
                query=form.query,
                wants=wants,
                vault=visit.site.vault,
                now=visit.clock.now,
                created_by_id=visit.user_id,
            )
    except Invalid as error:
        with reading(request) as visit:
            return _list(visit, typed=form, error=error)
    said = f"{added.name} is told from now on. Send a test to see it arrive."
    return see_other(request, _to(added.id or 0), Toast(said=said))


@router.get(ONE)
def one(request: Request, channel_id: int) -> Response:
    """One chat, with its last messages."""
    with reading(request) as visit:
        return _one(visit, _chat(visit, channel_id))


@router.post(ONE)
def change(request: Request, channel_id: int, form: Annotated[ChatForm, Form()]) -> Response:
    """Another name, address or choice."""
    try:
        service = _service(request, form.address) if form.address.strip() else ""
        with acting(request) as visit:
            channels.change(
                visit.session,
                _chat(visit, channel_id),
                name=form.name,
                address=form.address.strip(),
                service=service,
                query=form.query,
                wants=kinds_of(form.wants),
                vault=visit.site.vault,
            )
    except Invalid as error:
        with reading(request) as visit:
            return _one(visit, _chat(visit, channel_id), typed=form, error=error)
    return see_other(request, _to(channel_id), Toast(said="Saved."))


@router.post(f"{ONE}/stop")
def stop(request: Request, channel_id: int) -> Response:
    """It is told nothing more."""
    with acting(request) as visit:
        found = _chat(visit, channel_id)
        channels.stop(visit.session, found, now=visit.clock.now)
    return see_other(request, _to(channel_id), Toast(said=f"{found.name} is told nothing more."))


@router.post(f"{ONE}/start")
def start(request: Request, channel_id: int) -> Response:
    """It is told again of what happens."""
    with acting(request) as visit:
        found = _chat(visit, channel_id)
        channels.start(visit.session, found, user_id=visit.user_id, now=visit.clock.now)
    return see_other(request, _to(channel_id), Toast(said=f"{found.name} is told from now on."))


@router.post(f"{ONE}/remove")
def remove(request: Request, channel_id: int) -> Response:
    """Gone, with its address."""
    with acting(request) as visit:
        found = _chat(visit, channel_id)
        channels.remove(visit.session, found)
    return see_other(request, PATH, Toast(said=f"{found.name} is removed."))


@router.post(f"{ONE}/test")
def test(request: Request, channel_id: int) -> Response:
    """Say something there now, and say here what came of it."""
    with acting(request) as visit:
        found = _chat(visit, channel_id)
        delivery_id = gathering.put_test(visit.session, found.id or 0, now=visit.clock.now)
    return _tried(request, delivery_id, _to(channel_id))


def _tried(request: Request, delivery_id: int, to: str) -> Response:
    with reading(request) as visit:
        site = visit.site
    wrong = site.say(delivery_id)
    said = wrong or "It was sent. Look whether it arrived."
    return see_other(request, to, Toast(said=said, tone="late" if wrong else ""))


def _service(request: Request, address: str) -> str:
    """What an address leads to, asked of what speaks to it. Raises ``Invalid``."""
    with reading(request) as visit:
        hosts = visit.site.settings.allowed_private_hosts
    try:
        return chat.service_of(chat.Target(address=address.strip(), private_hosts=hosts))
    except NotSent as error:
        raise Invalid(error.message, fields={"address": error.message}) from None


# Pages


def _to(channel_id: int) -> str:
    return f"{PATH}/{channel_id}"


def _chat(visit: Visit, channel_id: int) -> Channel:
    return channels.get(visit.session, channel_id, visit.user, kind=ChannelKind.CHAT)


def _list(
    visit: Visit,
    *,
    mail: MailForm | None = None,
    typed: ChatForm | None = None,
    error: AppError | None = None,
) -> Response:
    can = visit.site.settings.smtp_url is not None
    own = notice_pages.mail(visit.session, visit.user, can=can)
    stored = MailForm(on=visit.user.notices_on, query=own.query, wants=sorted(own.wants))
    return render(
        visit,
        "settings_notices.html",
        status=422 if error else 200,
        own=own,
        can=can,
        mail=mail or stored,
        chats=notice_pages.chats(visit.session, visit.site.vault, visit.user),
        installed=chat.installed(),
        lacks=chat.LACKS,
        mail_views=_views(visit, (mail or stored).query, "What I own or back up", visit.user_id),
        of_mail=mail is not None,
        **_form(visit, typed or ChatForm(wants=sorted(TO_PEOPLE)), error),
    )


def _one(
    visit: Visit,
    channel: Channel,
    *,
    typed: ChatForm | None = None,
    error: AppError | None = None,
) -> Response:
    line = notice_pages.chat(visit.session, visit.site.vault, channel)
    return render(
        visit,
        "settings_notice.html",
        status=422 if error else 200,
        line=line,
        messages=notice_pages.messages(visit.session, line.id),
        **_form(visit, typed or _stored(line), error, line=line),
    )


def _stored(line: ChannelLine) -> ChatForm:
    whose = TEAM if line.is_team else OWN
    return ChatForm(name=line.name, whose=whose, query=line.query, wants=sorted(line.wants))


def _form(
    visit: Visit, typed: ChatForm, error: AppError | None, *, line: ChannelLine | None = None
) -> dict[str, Any]:
    whose = None if line is not None and line.is_team else visit.user_id
    return {
        "typed": typed,
        "wrong": error.message if error else "",
        "errors": error.fields if isinstance(error, Invalid) else {},
        "kinds": notice_pages.kinds(),
        "views": _views(visit, typed.query, _everything(visit, line), whose),
    }


def _everything(visit: Visit, line: ChannelLine | None) -> str:
    """What a chat is told of without a view."""
    if line is not None:
        return "Everything" if line.is_team else "What I own or back up"
    if visit.user.is_admin:
        return "No view: the team's tells everything, mine what I own or back up"
    return "What I own or back up"


def _views(visit: Visit, chosen: str, everything: str, whose: int | None) -> list[tuple[str, str]]:
    views = {"": everything, **channel_views.options(visit.session, whose)}
    return channel_views.listed(views, chosen)
