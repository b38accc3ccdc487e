"""The calendar: a month as a table or as an agenda. The whole state of it stands in the address."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.core.calendars import WEEKDAYS, day_of, month_of
from app.core.whole import whole
from app.core.words import Clock
from app.services import calendar
from app.services.calendar import AGENDA, MONTH, CalendarView
from app.web.inbox_page import OWNERS
from app.web.inbox_page import PATH as INBOX
from app.web.render import render
from app.web.routing import page_router
from app.web.templating import address
from app.web.visit import reading

router = page_router()
PATH = "/calendar"


@router.get(PATH)
def show(request: Request) -> Response:
    """The month that the address names, or one day of it; today's month where it names none."""
    with reading(request) as visit:
        view = view_of(request.query_params, visit.clock)
        page = calendar.calendar_page(visit.session, view, **visit.by)
        return render(visit, "calendar.html", page=page, weekdays=WEEKDAYS, **links(view))


def view_of(query: Mapping[str, str], clock: Clock) -> CalendarView:
    """The view that an address names; what it names wrongly is left out."""
    day = day_of(query.get("day", ""))
    chosen = query.get("view", "")
    owner = query.get("owner", "")
    month = month_of(day.isoformat()[:7] if day else query.get("month", ""), clock.today)
    return CalendarView(
        month=month,
        view=AGENDA if day else chosen if chosen in (MONTH, AGENDA) else "",
        day=day,
        skip=whole(query.get("skip", "")) or 0,
        vendor=query.get("vendor", "").strip()[:200],
        program=query.get("program", "").strip()[:200],
        owner=owner if owner in OWNERS or whole(owner) else "",
    )


def links(view: CalendarView) -> dict[str, Any]:
    """Where its links lead; ``of_day`` up to the day's date."""
    query, filters, key = view.query(), view.filters(), view.month.key
    before, after = view.month.before, view.month.after
    query["view"] = "" if view.day else view.view
    of_day = address(PATH, filters)
    return {
        "before": address(PATH, query, month=before) if before else None,
        "after": address(PATH, query, month=after) if after else None,
        "now": address(PATH, query),
        "as_month": address(PATH, filters, month=key, view=MONTH),
        "as_agenda": address(PATH, filters, month=key, view=AGENDA),
        "of_day": f"{of_day}{'&' if '?' in of_day else '?'}day=",
        "late": address(INBOX, filters, tab="overdue"),
        "owners": OWNERS,
    }
