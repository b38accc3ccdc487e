"""One item's own page, and what people do with items.

Every act is a form: without a script it leads back to where it was sent from, with a
toast; by htmx it answers with the places of the page that changed.
"""

from typing import Annotated

from fastapi import APIRouter, Form
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
from app.web.sent import Form_
from app.web.visit import acting, reading

router = APIRouter()


@router.get("/items/{item_id:id}")
def show(request: Request, item_id: int) -> Response:
    """The item by itself: where links in mail, calendar and feed lead."""
    with reading(request) as visit:
        item = item_page(visit.session, item_id, **visit.by)
        response = render(visit, "item.html", parts=("detail",), item=item)
    if not item.row.read or item.mentioned:
        mark_read(request, item_id)
    return response


@router.post("/items/done")
def done(request: Request, sent: Form_) -> Response:
    """Nothing is left to do."""
    return answer(request, sent, verbs.DONE)


@router.post("/items/reopen")
def reopen(request: Request, sent: Form_) -> Response:
    """There is something to do after all; also ends a snooze."""
    return answer(request, sent, verbs.REOPEN)


@router.post("/items/wait")
def wait(request: Request, sent: Form_) -> Response:
    """It is the vendor's turn."""
    return answer(request, sent, verbs.WAIT)


@router.post("/items/decline")
def decline(request: Request, sent: Form_) -> Response:
    """It is nothing for this team."""
    return answer(request, sent, verbs.DECLINE)


@router.post("/items/snooze")
def snooze(request: Request, sent: Form_) -> Response:
    """Out of sight until a moment, until the morning of a day, or until it changes."""
    return answer(request, sent, verbs.SNOOZE)


@router.post("/items/assign")
def assign(request: Request, sent: Form_) -> Response:
    """Give it to somebody, or (no owner) to nobody."""
    return answer(request, sent, verbs.ASSIGN)


@router.post("/items/backup")
def back_up(request: Request, sent: Form_) -> Response:
    """Say who stands in for the owner, or (no backup) nobody."""
    return answer(request, sent, verbs.BACK_UP)


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
    return told(request, taken, next, again=True)


def _gone_on(request: Request, act: str, error: Overtaken, after: str) -> Response:
    with reading(request) as visit:
        record = recording.own(visit.session, act, **visit.by)
        mine = Did(who="You", what=record.said, at=record.at)
        again = {"act": str(record.id)}
        of = record.items
        return collision(visit, error, mine, to="/undo", after=after, again=again, of=of)
