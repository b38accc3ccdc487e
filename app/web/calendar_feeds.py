"""Settings: one's calendar feeds. The address of one is shown once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Form
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.core.ics import Kind, Standing
from app.core.words import due_day, due_full, plural
from app.errors import Invalid
from app.models import CalendarFeed
from app.services import calendar_entries, calendar_feeds
from app.services.calendar_feeds import ALARMS
from app.web.flash import Toast
from app.web.render import render, see_other
from app.web.routing import page_router
from app.web.visit import Visit, acting, reading

router = page_router()
PATH = "/settings/calendars"
ONE = f"{PATH}/{{feed_id:id}}"
FIRST = "tab=mine"
"""What is chosen before anybody chooses."""
KINDS = (
    (str(Kind.EVENT), "Events: every calendar program shows them"),
    (str(Kind.TODO), "To-dos: for Thunderbird, Nextcloud and Tasks.org"),
)


class CalendarForm(BaseModel):
    """A new calendar; an unticked box is not sent."""

    query: str = ""  # also of everything: of a form an empty field is none
    name: str = ""
    kind: str = Kind.EVENT
    busy: bool = False
    alarms: list[str] = []  # texts: a number that is none comes back with the form, too


@dataclass(frozen=True, kw_only=True)
class Made:
    """The two addresses of a new calendar, which are shown now and never again."""

    name: str
    https: str
    webcal: str


@dataclass(frozen=True, kw_only=True)
class FeedLine:
    """One calendar in the list; ``query`` is None where its view is gone."""

    id: int
    name: str
    hint: str
    query: str | None
    told: str
    created_at: datetime
    used_at: datetime | None
    reader: str


@router.get(PATH)
def show(request: Request, view: str = "") -> Response:
    """One's own calendars, and the form of a new one; ``view`` chooses what it shows."""
    with reading(request) as visit:
        return _page(visit, typed=CalendarForm(query=view or FIRST))


@router.post(PATH)
def add(request: Request, form: Annotated[CalendarForm, Form()]) -> Response:
    """Make a calendar and show its address once."""
    try:
        with acting(request) as visit:
            feed, secret = calendar_feeds.add(
                visit.session, user_id=visit.user_id, now=visit.clock.now, **form.model_dump()
            )
    except Invalid as error:
        with reading(request) as visit:
            return _page(visit, typed=form, error=error)
    home: str = visit.site.settings.public_url
    address = f"{home}/calendar/{secret}.ics"
    webcal = f"webcal://{address.partition('://')[2]}"
    with reading(request) as visit:
        return _page(visit, made=Made(name=feed.name, https=address, webcal=webcal))


@router.post(f"{ONE}/revoke")
def revoke(request: Request, feed_id: int) -> Response:
    """From now on its address opens nothing."""
    with acting(request) as visit:
        feed = calendar_feeds.revoke(
            visit.session, feed_id, user_id=visit.user_id, now=visit.clock.now
        )
        said = f"The address of “{feed.name}” opens nothing any more."
    return see_other(request, PATH, Toast(said=said))


@router.post(f"{ONE}/test")
def test(request: Request, feed_id: int) -> Response:
    """Look at what it holds, as its readers would."""
    with reading(request) as visit:
        opened = calendar_feeds.of_number(visit.session, feed_id, visit.user_id)
        found = calendar_entries.entries(
            visit.session, opened.view, home=visit.site.settings.public_url, **visit.by
        )
        live = [entry for entry in found if entry.standing is Standing.LIVE]
        said = f"“{opened.name}” holds {plural(len(live), 'date')}"
        if len(found) > len(live):
            said += f" and {len(found) - len(live):,} cancelled"
        clock = visit.clock
        ahead = (one for one in live if due_day(one.due, clock) >= clock.today)
        if (first := next(ahead, None)) is not None:
            said += f". Next: {first.title}, {due_full(first.due, clock)}"
    return see_other(request, PATH, Toast(said=f"{said}."))


def _page(
    visit: Visit,
    *,
    typed: CalendarForm | None = None,
    error: Invalid | None = None,
    made: Made | None = None,
) -> Response:
    feeds = calendar_feeds.of_user(visit.session, visit.user_id)
    response = render(
        visit,
        "settings_calendars.html",
        status=422 if error else 200,
        lines=[_line(visit, feed) for feed in feeds],
        views=calendar_feeds.choices(visit.session, visit.user_id),
        kinds=KINDS,
        alarms=ALARMS,
        typed=typed or CalendarForm(query=FIRST),
        wrong=str(error or ""),
        errors=error.fields if error else {},
        made=made,
    )
    if made is not None:
        response.headers["Cache-Control"] = "no-store"
    return response


def _line(visit: Visit, feed: CalendarFeed) -> FeedLine:
    assert feed.id is not None
    return FeedLine(
        id=feed.id,
        name=feed.name,
        hint=feed.hint,
        query=calendar_feeds.inbox_query(visit.session, feed),
        told=told(feed),
        created_at=feed.created_at,
        used_at=feed.used_at,
        reader=reader(feed),
    )


def told(feed: CalendarFeed) -> str:
    """How it is shown, in words."""
    rings = [ALARMS[days].lower() for days in feed.alarms if days in ALARMS]
    parts = (
        "to-dos" if feed.component == Kind.TODO else "events",
        "dates alone" if feed.busy else "",
        f"alarms {', '.join(rings)}" if rings else "",
    )
    return ", ".join(filter(None, parts))


def reader(feed: CalendarFeed) -> str:
    """What read it last, by the word that programs begin with, and from where."""
    name: str = (feed.agent.split("/", 1)[0].split() or ["an unnamed program"])[0]
    return f"{name} at {feed.host}" if feed.host else name
