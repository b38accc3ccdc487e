"""Calendars at ``/calendar/<secret>.ics``, for programs that can send nothing but an address."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.api.conditional import mark, packed
from app.api.unchanged import HOLDS, Holds
from app.core import ics
from app.core.words import Clock
from app.services import apart, calendar_entries, calendar_feeds, company, feeding
from app.services.calendar_feeds import Opened
from app.services.lines import Sources
from app.services.pages import View
from app.services.revisions import revision

router = APIRouter()

BELOW = "/calendar/"
MEDIA_TYPE = "text/calendar; charset=utf-8"
HEADERS = {
    "Cache-Control": "private, no-cache",
    "Vary": "Accept-Encoding",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
GONE = "There is no such calendar. Whoever gave you this address may have taken it back.\n"


@router.api_route(BELOW + "{secret}.ics", methods=["GET", "HEAD"], include_in_schema=False)
def calendar(request: Request, secret: str) -> Response:
    """The calendar; ``?type=vtodo`` as to-dos, ``?type=vevent`` as events, whatever it is set to.

    Whatever is wrong with the address, the answer is the same.
    """
    site = request.app.state.site
    now = site.now()
    agent = request.headers.get("user-agent", "")
    host = request.client.host if request.client else ""
    with site.database.read() as session:
        opened = calendar_feeds.of_secret(session, secret)
        if opened is None:
            return Response(GONE, 404, HEADERS, media_type="text/plain")
        is_noted = opened.is_noted(agent, host, now)
        made = _made(request, session, opened, Clock(now=now, zone=opened.zone), holds=is_noted)
    if not is_noted:
        site.database.note(
            partial(calendar_feeds.note_use, feed_id=opened.id, agent=agent, host=host, now=now)
        )
    return made


def _made(
    request: Request, session: Session, opened: Opened, clock: Clock, *, holds: bool
) -> Response:
    """The calendar, or 304 for whoever has it already."""
    site = request.app.state.site
    asked = request.query_params.get("type", "")
    kind = ics.Kind(asked) if asked in list(ics.Kind) else opened.kind
    day = View()  # what the time changes in a calendar, it changes in any list by days
    tag = feeding.etag(session, day, clock, f"{opened.id}-{kind}")
    known = mark((str(site.database.url), BELOW, opened.id, kind), tag, clock.now)
    headers = {**HEADERS, **known.headers}
    if known.is_known(request.headers):
        if holds:
            until = min(opened.noted_until, feeding.holds_until(session, day, clock))
            setattr(request.state, HOLDS, Holds(revision(session), until))
        return Response(status_code=304, headers=headers)
    shown = ics.Shown(
        name=_name(session, site, opened),
        said=_said(session, opened, clock),
        zone=clock.zone.key,
        kind=kind,
        busy=opened.busy,
        alarms=opened.alarms,
    )
    found = calendar_entries.entries(
        session, opened.view, user_id=opened.user_id, clock=clock, home=site.settings.public_url
    )
    body = ics.document(shown, found)
    headers |= {"Content-Type": MEDIA_TYPE, "Content-Disposition": 'inline; filename="inbox.ics"'}
    return packed(body, request.headers, headers)


def _name(session: Session, site: Any, opened: Opened) -> str:
    of = company.name(session, site.settings.company) or "Partner Inbox"
    sample = " (sample company, nothing of it is real)" if apart.sample(session) else ""
    return f"{opened.name} · {of}{sample}"


def _said(session: Session, opened: Opened, clock: Clock) -> str:
    """What it holds and what it leaves out; and which sources were not fresh when it was made."""
    said = (
        f"Due dates from {calendar_entries.BACK.days} days ago to two years ahead, at most "
        f"{calendar_entries.MOST:,}. What was settled or removed in the last "
        f"{calendar_entries.KEPT.days} days is told as cancelled."
    )
    if opened.busy:
        return said
    doubtful = Sources(session, now=clock.now).doubtful
    names = ", ".join(f"{one.name} ({one.health})" for one in doubtful)
    return f"{said} Not fresh: {names}." if names else said
