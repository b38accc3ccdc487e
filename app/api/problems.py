"""How the machine edge says no: RFC 9457, for a program and for whoever reads its log."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEDIA_TYPE = "application/problem+json"
API = "/api/v1"
HELP, HELP_API = "/help/feed", "/help/api"
DETAILS = {
    400: "This host name is not served here.",
    403: "This request came from another site and was refused.",
    404: "There is nothing at this address.",
    413: "The request is too large.",
    500: "Something went wrong on our side. Give your admin the request's number.",
    503: "The inbox cannot use its database just now. Try again in a minute.",
}
"""Why a request was refused that did not get as far as the feed or the API."""
PROBLEMS: Mapping[str, tuple[int, str]] = {
    "request": (400, "The host name is not one of this inbox: use the address in its links."),
    "body": (
        422,
        (
            "The body is no JSON (400), or a field is wrong: errors points to each one and "
            "says what is allowed. Nothing was done."
        ),
    ),
    "query": (422, "A parameter is wrong: errors names each one and says what is allowed."),
    "header": (
        422,
        "Idempotency-Key or If-Match is not as it must be: errors says how. Nothing was done.",
    ),
    "idempotency": (
        422,
        ("The Idempotency-Key was used for another request. Nothing was done."),
    ),
    "token": (
        401,
        (
            "There is no valid token, or (403) it was not made for this. An admin makes one "
            "under Settings, Outputs, Tokens, and ticks what it may do."
        ),
    ),
    "refused": (403, "Whoever the token belongs to may not do this."),
    "not-found": (404, "There is no such address, item or act."),
    "views": (404, "There is no such saved view, or it is not shared and not the token's maker's."),
    "method": (405, "The address does not take that method; Allow says which it takes."),
    "accept": (406, "Accept leaves out application/json, in which the API answers."),
    "conflict": (
        409,
        (
            "It stands against what others did: the item is joined with another, or "
            "somebody has gone on from an act that was to be undone. Look at it again, then "
            "decide."
        ),
    ),
    "begin-anew": (
        410,
        (
            "The cursor leads nowhere any more: it is too old, of another question, or a "
            "backup was put back or the sample wiped since. Drop what you have, and begin "
            "anew."
        ),
    ),
    "changed": (
        412,
        (
            "The item is not as If-Match says. It is in the answer as it is now: decide "
            "anew, and send its etag."
        ),
    ),
    "too-large": (413, "The body is larger than 1 MB."),
    "media-type": (415, "The body is packed, or not sent as Content-Type: application/json."),
    "too-many": (429, "Too many requests: wait as many seconds as Retry-After says."),
    "fault": (500, "A bug of ours. The log has more under the request_id: tell your admin."),
    "out": (503, "The database cannot be used just now. Try again after Retry-After seconds."),
}
"""The API's problems, by the part of its help that explains them."""
ABOUT = {
    status: about
    for about, (status, _says) in PROBLEMS.items()
    if about not in ("body", "query", "header", "idempotency", "token", "views")
}
"""The same of refusals that did not get as far as the API."""


class Problem(Exception):
    """``about`` is the part of the help page that explains it; ``wrong`` maps a parameter, and
    ``fields`` a field of the body (a JSON pointer), to the sentence that says what is allowed.
    ``more`` is what else its document has.
    """

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        about: str,
        wrong: Mapping[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status, self.title, self.detail, self.about = status, title, detail, about
        self.wrong, self.fields, self.more = wrong or {}, fields or {}, more or {}
        self.headers = headers or {}


def tell(request: Request, problem: Problem) -> JSONResponse:
    """The problem as its document."""
    document = _document(
        request, problem.status, problem.title, problem.detail, about=problem.about
    )
    errors = [{"parameter": name, "detail": text} for name, text in problem.wrong.items()]
    errors += [{"pointer": name, "detail": text} for name, text in problem.fields.items()]
    if errors:
        document["errors"] = errors
    headers = {"Cache-Control": "no-store", **problem.headers}
    return JSONResponse(
        {**document, **problem.more},
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def _document(
    request: Request, status: int, title: str, detail: str, *, about: str
) -> dict[str, Any]:
    home = request.app.state.site.settings.public_url
    help_page = HELP_API if request.url.path.startswith(API) else HELP
    return {
        "type": f"{home}{help_page}#{about}" if about else "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        "request_id": request.state.request_id,
    }


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
                answer = _refusal(Request(scope), message)
                _put_on(answer, message)
                await answer(scope, receive, send)
            elif not replaced:
                await send(message)

        await self.app(scope, receive, in_words)


def _is_for_people(message: Message) -> bool:
    media_type = Headers(raw=message["headers"]).get("content-type", "")
    return message["status"] >= 400 and "json" not in media_type


def _refusal(request: Request, message: Message) -> JSONResponse:
    status: int = message["status"]
    detail = DETAILS.get(status, HTTPStatus(status).description)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        detail = f"This address answers {Headers(raw=message['headers']).get('allow', 'GET')}."
    about = ABOUT.get(status, "") if request.url.path.startswith(API) else ""
    document = _document(request, status, HTTPStatus(status).phrase, detail, about=about)
    return JSONResponse(document, status_code=status, media_type=MEDIA_TYPE)


def _put_on(answer: JSONResponse, message: Message) -> None:
    told = MutableHeaders(raw=message["headers"])
    del told["content-type"], told["content-length"], told["vary"]
    told["cache-control"] = "no-store"
    answer.raw_headers.extend(told.raw)
