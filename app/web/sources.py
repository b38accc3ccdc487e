"""Sources: all of them, one of them, and what an admin does with it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.core.words import plural
from app.services import held, source_pages, sources, taking_back
from app.services.source_pages import SourcePage
from app.services.uploads import uploaded_at
from app.web.fields import Text
from app.web.flash import Toast
from app.web.render import Place, by_htmx, fragment, places, render, see_other
from app.web.routing import page_router
from app.web.site import site_of
from app.web.visit import Visit, acting, reading

router = page_router()
PATH = "/sources"


@router.get(PATH)
def every(request: Request) -> Response:
    """All sources, the ones that need somebody first."""
    with reading(request) as visit:
        page = source_pages.sources_page(visit.session, clock=visit.clock)
        return render(visit, "sources.html", page=page)


@router.get(f"{PATH}/{{connection_id:id}}")
def show(request: Request, connection_id: int) -> Response:
    """One source. While a sync runs, the page asks for its progress once a second."""
    with reading(request) as visit:
        page = source_pages.source_page(visit.session, connection_id, clock=visit.clock)
        if by_htmx(request) and not page.live:
            return _ended(visit, page)
        return render(visit, "source.html", parts=("progress",), **_names(visit, page))


def _names(visit: Visit, page: SourcePage) -> dict[str, Any]:
    """What the template shows; an uploaded file tells how old it is itself."""
    uploads = visit.site.settings.uploads
    id_ = page.row.line.id
    return {
        "page": page,
        "uploaded_at": uploaded_at(uploads, id_, page.file),
        "imported": taking_back.newest(uploads, id_),
    }


def _ended(visit: Visit, page: SourcePage) -> Response:
    """The sync that somebody watched is over: all of the page is new, and the counts around it."""
    html = fragment(visit, "source.html", "source", **_names(visit, page))
    place = Place(target="#source", html=html, swap="outerMorph")
    return places(visit, place, toast=Toast(said=_outcome(page)))


def _outcome(page: SourcePage) -> str:
    last = page.row.last
    if last is None:
        return "Nothing was read."
    if last.outcome != "ok":
        return f"{page.row.line.name} was not read to its end. {last.error or ''}".rstrip()
    changes = ", ".join(
        f"{last.counts[name]:,} {name}"
        for name in ("new", "changed", "removed")
        if last.counts[name]
    )
    return f"{plural(last.counts['read'], 'row')} read: {changes or 'nothing has changed'}."


@router.post(f"{PATH}/{{connection_id:id}}/sync")
def sync(request: Request, connection_id: int) -> Response:
    """Make it due now, and have the process look at once."""
    with acting(request) as visit:
        visit.admin()
        sources.sync_now(
            visit.session, connection_id, now=visit.clock.now, asked_by_id=visit.user_id
        )
    site_of(request).wake()
    return _back(request, connection_id)


@router.post(f"{PATH}/{{connection_id:id}}/pause")
def pause(request: Request, connection_id: int) -> Response:
    """Read it no more until somebody resumes it."""
    with acting(request) as visit:
        visit.admin()
        sources.pause(visit.session, connection_id, paused=True, now=visit.clock.now)
    return _back(request, connection_id, "Paused. Nothing is read until you resume it.")


@router.post(f"{PATH}/{{connection_id:id}}/resume")
def resume(request: Request, connection_id: int) -> Response:
    """Read it again, at once and then as usual."""
    with acting(request) as visit:
        visit.admin()
        sources.pause(
            visit.session,
            connection_id,
            paused=False,
            now=visit.clock.now,
            asked_by_id=visit.user_id,
        )
    site_of(request).wake()
    return _back(request, connection_id, "Resumed.")


@router.post(f"{PATH}/{{connection_id:id}}/gone")
def gone(request: Request, connection_id: int, stream: Text) -> Response:
    """The held records are really gone."""
    with acting(request) as visit:
        visit.admin()
        removed = held.confirm_removals(
            visit.session, connection_id, stream, now=visit.clock.now, actor_id=visit.user_id
        )
    return _back(request, connection_id, f"{plural(removed, 'record')} marked as removed.")


@router.post(f"{PATH}/{{connection_id:id}}/keep")
def keep(request: Request, connection_id: int, stream: Text) -> Response:
    """The held records are still there; counting begins again."""
    with acting(request) as visit:
        visit.admin()
        held.keep_held(visit.session, connection_id, stream)
    return _back(request, connection_id, "Kept. They wait for the next two whole reads.")


@router.post(f"{PATH}/{{connection_id:id}}/remove")
def remove(request: Request, connection_id: int) -> Response:
    """Forget the sign-in and stop reading; what it brought stays, as removed."""
    with acting(request) as visit:
        visit.admin()
        name = sources.get(visit.session, connection_id).name
        sources.remove(visit.session, connection_id, now=visit.clock.now, actor_id=visit.user_id)
    return see_other(request, PATH, Toast(said=f"{name} was removed."))


def _back(request: Request, connection_id: int, said: str = "") -> Response:
    return see_other(request, f"{PATH}/{connection_id}", Toast(said=said) if said else None)
