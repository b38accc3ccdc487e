"""From a page object to an answer: the whole page, or the one block that htmx asked for.

A page and its parts are one template, so they cannot drift apart. htmx says into which
element (by id) it will put the answer; the route says which blocks may be had alone; a
block is named as its element. Everything else gets the whole page: a browser, a reload,
and above all a history request (Back), which must never get a bare part.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from jinja2 import Template
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.web import flash
from app.web.addresses import here, place
from app.web.flash import Toast
from app.web.inbox_page import viewed
from app.web.keys import read_by
from app.web.site import site_of
from app.web.visit import Visit

VARY = "HX-Request, HX-Request-Type, HX-History-Restore-Request, HX-Target, Cookie"
PRIVATE = "private, no-cache"


def by_htmx(request: Request) -> bool:
    """Whether htmx asks for a part, not for a page and not for a step back in history."""
    headers = request.headers
    return (
        headers.get("hx-request") == "true"
        and headers.get("hx-request-type") == "partial"
        and headers.get("hx-history-restore-request") != "true"
    )


def wanted_part(request: Request, parts: Collection[str]) -> str | None:
    """The block to answer with, None for the whole page."""
    if not by_htmx(request):
        return None
    target = request.headers.get("hx-target", "").partition("#")[2]
    return target if target in parts else None


def render(
    visit: Visit, template: str, *, parts: Collection[str] = (), status: int = 200, **page: Any
) -> HTMLResponse:
    """The page, or the block of it that is wanted; ``page`` are the template's names."""
    part = wanted_part(visit.request, parts)
    if part is not None:
        return answer(fragment(visit, template, part, titled=True, **page), status=status)
    toast = flash.take(visit.request, vault=visit.site.vault, https=visit.site.https)
    names = around(visit) | {"nav": visit.nav, "toast": toast, "whole": True} | page
    response = answer(visit.site.templates.get_template(template).render(names), status=status)
    if toast is not None:
        flash.drop(response, https=visit.site.https)
    return response


def fragment(visit: Visit, template: str, *blocks: str, titled: bool = False, **page: Any) -> str:
    """Blocks of a template, as they stand in its whole page.

    ``titled`` adds the page's title, which htmx takes for the window.
    """
    found = visit.site.templates.get_template(template)
    names = around(visit) | page
    title = f"<title>{block(found, 'title', names)} · Partner Inbox</title>" if titled else ""
    return title + "".join(block(found, name, names) for name in blocks)


def block(template: Template, name: str, names: Mapping[str, Any]) -> str:
    """One block of a template; it must be defined in the template's own file."""
    return "".join(template.blocks[name](template.new_context(dict(names))))


def around(visit: Visit) -> dict[str, Any]:
    """What every template may name beside its page object."""
    at = here(visit.request)
    return {
        "clock": visit.clock,
        "user": visit.user,
        "here": at,
        "place": place(at),
        "viewed": viewed(at),
        "whole": False,
        "every": False,
        "keep_note": True,
        "company": visit.company,
        "sample": visit.sample,
        "beginning": visit.beginning,
        "keys": read_by(visit.user),
        "max_file_mb": visit.site.settings.max_file_mb,
    }


def answer(html: str, *, status: int = 200) -> HTMLResponse:
    """Private to this person and checked anew each time, whole or part."""
    headers = {"Vary": VARY, "Cache-Control": PRIVATE}
    return HTMLResponse(html, status_code=status, headers=headers)


@dataclass(frozen=True, kw_only=True)
class Place:
    """What an act changes on the page: ``html`` for the elements that ``target`` selects.

    ``swap`` is htmx's word for how: outerHTML, innerHTML, innerMorph, delete.
    """

    target: str
    html: str = ""
    swap: str = "outerHTML"


def part(visit: Visit, template: str, name: str, **page: Any) -> Place:
    """A block of a template, for the element whose id is its name."""
    return Place(target=f"#{name}", html=fragment(visit, template, name, **page))


def places(
    visit: Visit, *changed: Place, toast: Toast | None = None, question: str = ""
) -> HTMLResponse:
    """The answer to an act by htmx: each changed place, the counts, the toast with Undo, or in its
    place a question.
    """
    nav = Place(target="#nav", swap="innerMorph", html=_part(visit, "nav", nav=visit.nav))
    said = question or _part(visit, "toast", toast=toast)
    told = Place(target="#toast", swap="innerHTML", html=said)
    return answer("".join(_PARTIAL.format(**asdict(place)) for place in (*changed, nav, told)))


# The values are ours and the html is rendered by escaping templates.
_PARTIAL = '<hx-partial hx-target="{target}" hx-swap="{swap}">{html}</hx-partial>'


def _part(visit: Visit, name: str, **names: Any) -> str:
    template = visit.site.templates.get_template(f"parts/{name}.html")
    return template.render(around(visit) | names)


def see_other(request: Request, url: str, toast: Toast | None = None) -> Response:
    """After a form: look at ``url``, where the toast will be shown."""
    return _kept(request, RedirectResponse(url, status_code=303), toast)


def go_to(request: Request, url: str, toast: Toast) -> Response:
    """The same after an act by htmx."""
    return _kept(request, Response(headers={"HX-Redirect": url}), toast)


def _kept(request: Request, response: Response, toast: Toast | None) -> Response:
    site = site_of(request)
    if toast is not None:
        flash.keep(response, toast, vault=site.vault, https=site.https)
    return response


def render_plain(
    request: Request, template: str, *, status: int = 200, **page: Any
) -> HTMLResponse:
    """A whole page for somebody who is not signed in."""
    found = site_of(request).templates.get_template(template)
    return answer(found.render(page), status=status)
