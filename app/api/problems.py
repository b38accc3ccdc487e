"""How the machine edge says no: RFC 9457, for a program and for whoever reads its log."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEDIA_TYPE = "application/problem+json"
HELP = "/help/feed"
DETAILS = {
    400: "This host name is not served here.",
    403: "This request came from another site and was refused.",
    404: "There is nothing at this address.",
    405: "This address answers GET and HEAD only.",
    413: "The request is too large.",
    500: "Something went wrong on our side. Give your admin the request's number.",
    503: "The inbox cannot use its database just now. Try again in a minute.",
}
"""Why a request was refused that did not get as far as the feed."""


class Problem(Exception):
    """``about`` is the part of the help page that explains it; ``wrong`` maps a parameter to
    the sentence that says what is allowed.
    """

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        about: str,
        wrong: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status, self.title, self.detail, self.about = status, title, detail, about
        self.wrong = wrong or {}
        self.headers = headers or {}


def tell(request: Request, problem: Problem) -> JSONResponse:
    """The problem as its document."""
    home = request.app.state.site.settings.public_url
    document = {
        "type": f"{home}{HELP}#{problem.about}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.url.path,
    }
    if problem.wrong:
        told = problem.wrong.items()
        document["errors"] = [{"parameter": name, "detail": text} for name, text in told]
    headers = {"Cache-Control": "no-store", **problem.headers}
    return JSONResponse(
        document, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers
    )


class AsProblems:
    """Makes a problem of every refusal on these paths, and below them, that is none yet.

    Status and headers stay as they are: Allow, the security headers, the request's number.
    """

    def __init__(self, app: ASGIApp, *, paths: Sequence[str]) -> None:
        self.app = app
        self.paths = tuple(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self.paths):
            await self.app(scope, receive, send)
            return
        replaced = False

        async def in_words(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and _is_for_people(message):
                replaced = True
                answer = _refusal(Request(scope), message["status"])
                _put_on(answer, message)
                await answer(scope, receive, send)
            elif not replaced:
                await send(message)

        await self.app(scope, receive, in_words)


def _is_for_people(message: Message) -> bool:
    media_type = Headers(raw=message["headers"]).get("content-type", "")
    return message["status"] >= 400 and "json" not in media_type


def _refusal(request: Request, status: int) -> JSONResponse:
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": DETAILS.get(status, HTTPStatus(status).description),
        "instance": request.url.path,
    }
    if status >= 500:
        document["request_id"] = request.state.request_id
    return JSONResponse(document, status_code=status, media_type=MEDIA_TYPE)


def _put_on(answer: JSONResponse, message: Message) -> None:
    told = MutableHeaders(raw=message["headers"])
    del told["content-type"], told["content-length"], told["vary"]
    told["cache-control"] = "no-store"
    answer.raw_headers.extend(told.raw)
