"""One item's own page, and what people do with items.

Every act is a form: without a script it leads back to where it was sent from, with a
toast; by htmx it answers with the places of the page that changed.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from app.core.snooze import morning_of
from app.core.whole import whole
from app.errors import Invalid
from app.services import acts, confirming, own_dates, pairs, undoing
from app.services.item import item_page
from app.services.pages import Act
from app.web.addresses import local
from app.web.changed import changed
from app.web.fields import Id, Text
from app.web.flash import Toast
from app.web.inbox import mark_read
from app.web.inbox_page import PATH
from app.web.render import by_htmx, places, render, see_other
from app.web.visit import Visit, acting, reading

router = APIRouter()
Items = Annotated[list[Id], Form()]
Version = Annotated[int | None, Form()]
CHANGE = "change"
"""What a form names in place of a moment, to snooze until the source changes the item."""


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
def done(request: Request, item: Items, next: Text = PATH, version: Version = None) -> Response:
    """Nothing is left to do."""
    with acting(request) as visit:
        also = own_dates.reminders(visit.session, item)
        act = acts.done(visit.session, [*item, *also], **visit.by, versions=seen(item, version))
    if also and len(item) == 1:
        act = replace(act, said="Done, and its reminder with it")
    return told(request, act, next)


@router.post("/items/reopen")
def reopen(request: Request, item: Items, next: Text = PATH, version: Version = None) -> Response:
    """There is something to do after all; also ends a snooze."""
    with acting(request) as visit:
        act = acts.reopen(visit.session, item, **visit.by, versions=seen(item, version))
    return told(request, act, next)


def seen(items: list[int], version: int | None) -> acts.Versions:
    """What the form of one item knew of it, so that nobody acts on what has changed since."""
    return acts.ANY if version is None or len(items) != 1 else {items[0]: version}


@router.post("/items/wait")
def wait(request: Request, item: Items, next: Text = PATH, version: Version = None) -> Response:
    """It is the vendor's turn."""
    with acting(request) as visit:
        act = acts.wait(visit.session, item, **visit.by, versions=seen(item, version))
    return told(request, act, next)


@router.post("/items/decline")
def decline(
    request: Request,
    item: Items,
    reason: Text = "",
    next: Text = PATH,
    version: Version = None,
) -> Response:
    """It is nothing for this team."""
    with acting(request) as visit:
        act = acts.decline(visit.session, item, reason, **visit.by, versions=seen(item, version))
    return told(request, act, next)


@router.post("/items/snooze")
def snooze(
    request: Request,
    *,
    item: Items,
    next: Text = PATH,
    until: Text = "",
    day: Text = "",
    version: Version = None,
) -> Response:
    """Out of sight until a moment, until the morning of a day, or until it changes."""
    with acting(request) as visit:
        at = moment(until, day, visit)
        act = acts.snooze(visit.session, item, at, **visit.by, versions=seen(item, version))
    return told(request, act, next)


def moment(until: str, day: str, visit: Visit) -> datetime | None:
    """The aware moment that the form names, None: when it changes; raises ``Invalid``."""
    if until == CHANGE:
        return None
    try:
        if not until:
            return morning_of(date.fromisoformat(day), visit.clock)
        at = datetime.fromisoformat(until)
    except ValueError:
        raise Invalid("That is not a day.", remedy="Choose a day from the calendar.") from None
    return at if at.tzinfo else at.replace(tzinfo=visit.clock.zone)


@router.post("/items/assign")
def assign(
    request: Request, item: Items, next: Text = PATH, owner: Text = "", version: Version = None
) -> Response:
    """Give it to somebody, or (no owner) to nobody."""
    person = whole(owner)
    if owner and person is None:
        raise Invalid("There is no such person.", remedy="Choose somebody from the list.")
    with acting(request) as visit:
        act = acts.assign(visit.session, item, person, **visit.by, versions=seen(item, version))
    return told(request, act, next)


@router.post("/items/backup")
def back_up(
    request: Request, item: Items, next: Text = PATH, backup: Text = "", version: Version = None
) -> Response:
    """Say who stands in for the owner, or (no backup) nobody."""
    person = whole(backup)
    if backup and person is None:
        raise Invalid("There is no such person.", remedy="Choose somebody from the list.")
    with acting(request) as visit:
        act = acts.back_up(visit.session, item, person, **visit.by, versions=seen(item, version))
    return told(request, act, next)


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
def same(request: Request, pair: Annotated[Id, Form()], next: Text = PATH) -> Response:
    """Two items are one thing."""
    with acting(request) as visit:
        act = pairs.same(visit.session, pair, **visit.by)
    return told(request, act, next, again=True)


@router.post("/items/different")
def different(request: Request, pair: Annotated[Id, Form()], next: Text = PATH) -> Response:
    """Two items are different things."""
    with acting(request) as visit:
        act = pairs.different(visit.session, pair, **visit.by)
    return told(request, act, next)


@router.post("/items/part")
def part(request: Request, item: Annotated[Id, Form()], next: Text = PATH) -> Response:
    """An item that was joined stands for itself again."""
    with acting(request) as visit:
        act = pairs.part(visit.session, item, **visit.by)
    return told(request, act, next, again=True)


@router.post("/undo")
def undo(request: Request, act: Text = "", next: Text = PATH) -> Response:
    """Take an act back, or one's last one; ``Conflict`` when somebody has gone on from it."""
    with acting(request) as visit:
        taken = undoing.undo(visit.session, act, **visit.by)
    return told(request, taken, next, again=True)


def told(
    request: Request, act: Act, after: str, *, again: bool = False, noted: bool = False
) -> Response:
    """Tell what was done, where the person is.

    ``again``: items may come back into lists. ``noted``: the note's field starts anew;
    after any other act it keeps what was typed so far.
    """
    toast = Toast(said=act.said, undo=act.undo)
    if not by_htmx(request):
        return see_other(request, local(after, PATH), toast)
    with reading(request) as visit:
        return places(visit, *changed(visit, act, again=again, keep_note=not noted), toast=toast)
