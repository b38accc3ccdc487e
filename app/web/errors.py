"""Errors as pages and as parts: one sentence, the remedy, and no traceback."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import AppError, Conflict, Invalid, NotAllowed, NotFound, SampleInTheWay
from app.outages import outage_of
from app.web.addresses import came_from, here
from app.web.render import answer, by_htmx
from app.web.security import MEGABYTE
from app.web.site import site_of
from app.web.templating import address
from app.web.visit import SignInNeeded

log = logging.getLogger(__name__)

STATUS: tuple[tuple[type[AppError], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (Invalid, 422),
)
SENTENCES = {
    400: ("This request could not be understood.", "Go back and try again."),
    403: ("You may not see this.", "Ask one of your admins."),
    404: ("There is nothing at this address.", "It may have been moved or mistyped."),
    405: ("This address does not take that.", "Go back and use the page's own buttons."),
    422: ("The form could not be read.", "Go back, check it and send it again."),
}
BROKEN = (
    "Something went wrong on our side.",
    "Nothing was saved. Try again; if it stays, give your admin the number below.",
)
OUT = (
    "The inbox cannot use its database just now.",
    "Try again in a minute: what was saved before is still there. If it stays, tell your admin.",
)
ADDING = ("/sources/add", "/sources/import", "/items/add")
"""Addresses whose page adds something."""
RETRY_AFTER = "30"
"""Seconds, for whoever asks by itself."""


def install(app: FastAPI) -> None:
    """Answer these errors as pages; an API mounts its own handlers beside them."""
    handlers: dict[Any, Callable[[Request, Any], Response]] = {
        SignInNeeded: ask_to_sign_in,
        SampleInTheWay: ask_to_wipe,
        AppError: tell_app_error,
        HTTPException: tell_http_error,
        RequestValidationError: tell_unreadable,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def ask_to_sign_in(request: Request, _error: SignInNeeded) -> Response:
    """To the sign-in page and back; htmx is told to take the whole window there.

    Who was about to change something comes back to where they were, and is told that it was
    not saved.
    """
    looked = request.method in ("GET", "HEAD")
    back = here(request) if looked or by_htmx(request) else came_from(request)
    to = address("/sign-in", next=back, lost=None if looked else 1)
    if by_htmx(request):
        return Response(status_code=401, headers={"HX-Redirect": to})
    return RedirectResponse(to, status_code=303)


def ask_to_wipe(request: Request, _error: SampleInTheWay) -> Response:
    """To the page that wipes the sample company, and from there to where the person wanted."""
    path = request.url.path
    to = address("/sample/wipe", next=here(request) if path.startswith(ADDING) else "/start")
    if by_htmx(request):
        return Response(status_code=409, headers={"HX-Redirect": to})
    return RedirectResponse(to, status_code=303)


def tell_app_error(request: Request, error: AppError) -> Response:
    """Our own errors bring their sentence and remedy."""
    status = next((code for kind, code in STATUS if isinstance(error, kind)), 500)
    return tell(request, status, error.message, error.remedy)


def tell_http_error(request: Request, error: HTTPException) -> Response:
    """The framework's: 404, 405 and the like, in our words and with its headers (Allow)."""
    phrase = HTTPStatus(error.status_code).phrase
    sentence, remedy = SENTENCES.get(error.status_code, (phrase, ""))
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        sentence, remedy = _too_large(request)
    response = tell(request, error.status_code, sentence, remedy)
    response.headers.update(error.headers or {})
    return response


def tell_unreadable(request: Request, _error: RequestValidationError) -> Response:
    """A form or address that does not even have the right fields: nobody's typing error."""
    return tell(request, 422, *SENTENCES[422])


def _too_large(request: Request) -> tuple[str, str]:
    most = request.state.body_limit // MEGABYTE
    return f"What you sent is too large: at most {most} MB are taken.", "Send less at once."


async def too_large(scope: Scope, receive: Receive, send: Send) -> None:
    """The answer to a body that is not read to its end."""
    request = Request(scope)
    response = await run_in_threadpool(tell, request, 413, *_too_large(request))
    await response(scope, receive, send)


class LastResort:
    """Answers a bug of ours: all of it into the log, under the number that the page shows.
    That the database or the disk cannot be used is none: a line, and try again.

    A middleware and not an exception handler, because Starlette runs the handler for
    ``Exception`` outside of all middlewares, where the answer would lack its headers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            request = Request(scope)
            outage = outage_of(error)
            if outage is not None:
                log.warning("request %s was not answered: %s", request.state.request_id, outage)
            else:
                log.exception("request %s failed", request.state.request_id)
            if started:
                raise
            response = await run_in_threadpool(_tell_fault, request, outage is not None)
            await response(scope, receive, send)


def _tell_fault(request: Request, passes: bool) -> Response:
    if not passes:
        return tell(request, 500, *BROKEN)
    response = tell(request, 503, *OUT)
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def tell(request: Request, status: int, sentence: str, remedy: str) -> Response:
    """As a page; for htmx as a toast that leaves the page and its address as they are."""
    templates = site_of(request).templates
    names = {
        "status": status,
        "sentence": sentence,
        "remedy": remedy,
        "request_id": request.state.request_id if status >= 500 else None,
    }
    if not by_htmx(request):
        return answer(templates.get_template("error.html").render(names), status=status)
    response = answer(templates.get_template("parts/problem.html").render(names), status=status)
    response.headers.update(
        {"HX-Retarget": "#toast", "HX-Reswap": "innerHTML", "HX-Push-Url": "false"}
    )
    return response
