"""One item's own page, and what people do with items.

Every act is a form: without a script it leads back to where it was sent from, with a
toast; by htmx it answers with the places of the page that changed.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import Form
from starlette.requests import Request
from starlette.responses import Response

from app.services import confirming, pairs, recording, undoing
from app.services.conflicts import Did
from app.services.item import item_page
from app.services.states import Overtaken
from app.web import verbs
from app.web.doing import answer, collision, told
from app.web.fields import Id, Text
from app.web.inbox import mark_read
from app.web.inbox_page import PATH
from app.web.render import render
from app.web.routing import page_router
from app.web.sent import Form_
from app.web.site import site_of
from app.web.verbs import Verb
from app.web.visit import acting, reading

router = page_router()


@router.get("/items/{item_id:id}")
def show(request: Request, item_id: int) -> Response:
    """The item by itself: where links in mail, calendar and feed lead."""
    with reading(request) as visit:
        item = item_page(visit.session, item_id, **visit.by)
        response = render(visit, "item.html", parts=("detail",), item=item)
    if not item.row.read or item.mentioned:
        mark_read(request, item_id)
    return response


def _form_of(verb: Verb) -> Callable[..., Response]:
    def act(request: Request, sent: Form_) -> Response:
        return answer(request, sent, verb)

    return act


for _verb in verbs.ALL:
    router.add_api_route(f"/items/{_verb.path}", _form_of(_verb), methods=["POST"])


@router.post("/items/confirm")
def confirm(
    request: Request,
    item: Annotated[Id, Form()],
    proposal: Annotated[Id, Form()],
    on: Text = "",
    next: Text = PATH,
) -> Response:
    """What a notice's text names is a deadline."""
    with acting(request) as visit:
        act = confirming.confirm(visit.session, item, proposal, on, **visit.by)
    return told(request, act, next, again=True)


@router.post("/items/change")
def change(
    request: Request,
    item: Annotated[Id, Form()],
    proposal: Annotated[Id, Form()],
    on: Text = "",
    next: Text = PATH,
) -> Response:
    """What a notice's text names is the new value of a known deadline."""
    with acting(request) as visit:
        act = confirming.change(visit.session, item, proposal, on, **visit.by)
    return told(request, act, next, again=True)


@router.post("/items/dismiss")
def dismiss(
    request: Request,
    item: Annotated[Id, Form()],
    proposal: Annotated[Id, Form()],
    next: Text = PATH,
) -> Response:
    """What a notice's text names is no deadline."""
    with acting(request) as visit:
        act = confirming.dismiss(visit.session, item, proposal, **visit.by)
    return told(request, act, next)


@router.post("/items/same")
def same(
    request: Request,
    pair: Annotated[Id, Form()],
    keep: Annotated[Id | None, Form()] = None,
    reason: Text = "",
    next: Text = PATH,
) -> Response:
    """Two items are one thing, and one of them stands for both."""
    with acting(request) as visit:
        act = pairs.same(visit.session, pair, **visit.by, keep=keep, reason=reason)
    return told(request, act, next, again=True)


@router.post("/items/different")
def different(
    request: Request, pair: Annotated[Id, Form()], reason: Text = "", next: Text = PATH
) -> Response:
    """Two items are different things."""
    with acting(request) as visit:
        act = pairs.different(visit.session, pair, **visit.by, reason=reason)
    return told(request, act, next)


@router.post("/items/part")
def part(request: Request, item: Annotated[Id, Form()], next: Text = PATH) -> Response:
    """An item that was joined stands for itself again."""
    with acting(request) as visit:
        act = pairs.part(visit.session, item, **visit.by)
    return told(request, act, next, again=True)


@router.post("/undo")
def undo(request: Request, act: Text = "", then: Text = "", next: Text = PATH) -> Response:
    """Take an act back, or one's last one; ``then``: where somebody has gone on from it."""
    try:
        with acting(request) as visit:
            taken = undoing.undo(visit.session, act, then=then, **visit.by)
    except Overtaken as error:
        return _gone_on(request, act, error, next)
    site_of(request).show(taken)
    return told(request, taken, next, again=True)


def _gone_on(request: Request, act: str, error: Overtaken, after: str) -> Response:
    with reading(request) as visit:
        record = recording.own(visit.session, act, **visit.by)
        mine = Did(who="You", what=record.said, at=record.at)
        again = {"act": str(record.id)}
        of = record.items
        return collision(visit, error, mine, to="/undo", after=after, again=again, of=of)
