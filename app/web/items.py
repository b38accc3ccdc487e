"""One item's own page, and what people do with items.

Every act is a form: without a script it leads back to where it was sent from, with a
toast; by htmx it answers with the places of the page that changed.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Form
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from app.core.snooze import morning_of
from app.errors import Invalid
from app.services import acts, inbox
from app.services.item import item_page
from app.services.pages import GROUPS, LISTED, Act
from app.web import today
from app.web.addresses import here, local
from app.web.flash import Toast
from app.web.inbox import listed, mark_read, opened
from app.web.inbox_page import PATH, view_of
from app.web.render import Place, by_htmx, fragment, places, render, see_other
from app.web.visit import Visit, acting, reading

router = APIRouter()
Items = Annotated[list[int], Form()]
Text = Annotated[str, Form()]
Version = Annotated[int | None, Form()]


@router.get("/items/{item_id}")
def show(request: Request, item_id: int) -> Response:
    """The item by itself: where links in mail, calendar and feed lead."""
    with reading(request) as visit:
        item = item_page(visit.session, item_id, **visit.by)
        response = render(visit, "item.html", parts=("detail",), item=item)
    if not item.row.read:
        mark_read(request, item_id)
    return response


@router.post("/items/done")
def done(request: Request, item: Items, next: Text = PATH, version: Version = None) -> Response:
    """Nothing is left to do."""
    with acting(request) as visit:
        act = acts.done(visit.session, item, **visit.by, versions=seen(item, version))
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


@router.post("/items/snooze")
def snooze(
    request: Request, item: Items, next: Text = PATH, until: Text = "", day: Text = ""
) -> Response:
    """Out of sight until a moment, or until the morning of a day."""
    with acting(request) as visit:
        act = acts.snooze(visit.session, item, moment(until, day, visit), **visit.by)
    return told(request, act, next)


def moment(until: str, day: str, visit: Visit) -> datetime:
    """The aware moment that the form names; raises ``Invalid``."""
    try:
        if not until:
            return morning_of(date.fromisoformat(day), visit.clock)
        at = datetime.fromisoformat(until)
    except ValueError:
        raise Invalid("That is not a day.", remedy="Choose a day from the calendar.") from None
    return at if at.tzinfo else at.replace(tzinfo=visit.clock.zone)


@router.post("/items/assign")
def assign(request: Request, item: Items, next: Text = PATH, owner: Text = "") -> Response:
    """Give it to somebody, or (no owner) to nobody."""
    if owner and not owner.isdecimal():
        raise Invalid("There is no such person.", remedy="Choose somebody from the list.")
    with acting(request) as visit:
        act = acts.assign(visit.session, item, int(owner) if owner else None, **visit.by)
    return told(request, act, next)


@router.post("/items/note")
def note(request: Request, item: Annotated[int, Form()], text: Text, next: Text = PATH) -> Response:
    """Write something down for the team."""
    with acting(request) as visit:
        act = acts.note(visit.session, item, text, **visit.by)
    return told(request, act, next)


@router.post("/undo")
def undo(request: Request, act: Text, next: Text = PATH) -> Response:
    """Take an act back; raises ``Conflict`` when somebody has gone on from it."""
    with acting(request) as visit:
        taken = acts.undo(visit.session, act, **visit.by)
    return told(request, taken, next, again=True)


def told(request: Request, act: Act, after: str, *, again: bool = False) -> Response:
    """Tell what was done, where the person is. ``again``: items may come back into lists."""
    toast = Toast(said=act.said, undo=act.undo)
    if not by_htmx(request):
        return see_other(request, local(after, PATH), toast)
    with reading(request) as visit:
        return places(visit, *changed(visit, act, again=again), toast=toast)


def changed(visit: Visit, act: Act, *, again: bool) -> list[Place]:
    """What looks different now on the page where the person is."""
    parts = urlsplit(here(visit.request))
    query = QueryParams(parse_qsl(parts.query))
    if parts.path == "/today":
        return [
            Place(
                target="#today", html=fragment(visit, "today.html", "today", **today.shown(visit))
            )
        ]
    if parts.path == PATH:
        return _in_list(visit, act, query, again=again)
    if parts.path.startswith("/items/"):
        item = opened(visit, parts.path.removeprefix("/items/"))
        return [Place(target="#detail", html=fragment(visit, "item.html", "detail", item=item))]
    return []


def _in_list(visit: Visit, act: Act, query: QueryParams, *, again: bool) -> list[Place]:
    """The acted rows, the heads' counts and the tabs; rows that came back need the whole list."""
    names = listed(visit, view_of(query)) | {"item": opened(visit, query.get("item"))}

    def part(name: str) -> Place:
        return Place(target=f"#{name}", html=fragment(visit, "inbox.html", name, **names))

    if again:
        return [part("inbox"), part("detail")]
    return [
        *_rows(visit, act, names),
        *_heads(visit, names),
        *map(part, ("tabs", "stake", "detail")),
    ]


def _rows(visit: Visit, act: Act, names: dict[str, Any]) -> Iterator[Place]:
    """Each acted row as it is now, or its going where it no longer belongs to the view."""
    macros = _macros(visit)
    view = names["page"].view
    current = names["item"].row.id if names["item"] else None
    for item_id in act.items:
        row = inbox.row_in_view(visit.session, view, item_id, **visit.by)
        if row is None:
            yield Place(target=f"#row-{item_id}", swap="delete")
        else:
            html = macros.row(row, names["open"], current, visit.clock)
            yield Place(target=f"#row-{item_id}", html=html)


def _heads(visit: Visit, names: dict[str, Any]) -> Iterator[Place]:
    """Each group's head with its new count, or its going with the group's last row."""
    macros = _macros(visit)
    heads = {head.key: head for head in names["page"].heads}
    for key in (*GROUPS, LISTED):
        if key in heads:
            yield Place(target=f"#head-{key}", html=macros.group_head(heads[key]))
        else:
            yield Place(target=f"#head-{key}", swap="delete")


def _macros(visit: Visit) -> Any:
    return visit.site.templates.get_template("macros.html").module
