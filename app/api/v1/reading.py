"""How the API answers who only looks: from the event loop where SQLite finds it at a glance."""

from urllib.parse import urlencode

import orjson
from fastapi import Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.api.asking import checked
from app.api.conditional import mark, packed
from app.api.tokens import ScopeNeeded, TokenNeeded, admitted, note_use, use_is_due
from app.api.v1 import items
from app.api.v1.asked import acceptable
from app.api.v1.call import Answer, Call, Operation
from app.core.words import Clock
from app.services import feeding
from app.services.pages import View

SLOW = {"q", "view"}
"""Who asks for these searches, maybe."""
CACHED = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Accept-Encoding"}


async def read(request: Request, operation: Operation) -> Response:
    """The answer; raises ``Problem``."""
    reading = _Reading(request, operation)
    made: Response | None = None
    try:
        if operation.glances and not SLOW & request.query_params.keys():
            made = request.app.state.site.database.glance(reading.made)
        if made is None:
            made = await run_in_threadpool(reading.answer)
    except TokenNeeded:
        reading.limits.strange(reading.address, now=reading.clock.now)
        raise
    except ScopeNeeded as refused:
        reading.limits.take(refused.token_id, now=reading.clock.now)
        raise
    if use_is_due(request):
        await run_in_threadpool(note_use, request, now=reading.clock.now)
    return made


class _Reading:
    def __init__(self, request: Request, operation: Operation) -> None:
        self.request, self.operation = request, operation
        self.site = request.app.state.site
        self.limits = request.app.state.limits
        self.clock = Clock(now=self.site.now(), zone=self.site.settings.zone)
        self.query: dict[str, str] = {}
        self.address = request.client.host if request.client else ""
        self.left: dict[str, str] | None = None

    def answer(self) -> Response:
        """The answer, with all the time that it takes."""
        with self.site.database.read() as session:
            return self.made(session)

    def made(self, session: Session) -> Response:
        """The document, or 304 for whoever has it already."""
        token = admitted(self.request, session, self.operation.scope, now=self.clock.now)
        if self.left is None:  # a glance may be repeated with more time, and is one request
            self.left = self.limits.take(token.id, now=self.clock.now)
        acceptable(self.request)
        self.query = checked(self.request.query_params, self.operation.parameters)
        call = Call(
            request=self.request,
            session=session,
            token=token,
            clock=self.clock,
            query=self.query,
            ids=self.request.path_params,
        )
        if "{" in self.operation.path:
            answer = self.operation.does(call)
            return self._told(answer, {"ETag": answer.tag} if answer.tag else {})
        question = f"{self.request.url.path}?{urlencode(sorted(self.query.items()))}"
        view = items.view_of(call)[0] if "view" in self.query else View(tab=self._tab)
        known = mark(
            (str(self.site.database.url), question, token.id),
            feeding.etag(session, view, self.clock, f"{question}-{token.id}"),
            self.clock.now,
        )
        if known.is_known(self.request.headers):
            return self._unchanged(known.headers)
        return self._told(self.operation.does(call), known.headers)

    def _told(self, answer: Answer, headers: dict[str, str]) -> Response:
        if answer.tag and _has(self.request, answer.tag):
            return self._unchanged(headers)
        links = [f'<{answer.next}>; rel="next"'] if answer.next else []
        if "limit" in self.operation.parameters:
            links.append(f'<{self._first}>; rel="first"')
        told = {"Link": ", ".join(links)} if links else {}
        sent = {"Content-Type": "application/json", **CACHED, **(self.left or {}), **told}
        return packed(orjson.dumps(answer.body), self.request.headers, {**sent, **headers})

    @property
    def _tab(self) -> str:
        return self.query.get("tab", "all")

    @property
    def _first(self) -> str:
        kept = {name: text for name, text in self.query.items() if name != "cursor"}
        home = f"{self.site.settings.public_url}{self.request.url.path}"
        return f"{home}?{urlencode(kept)}" if kept else home

    def _unchanged(self, headers: dict[str, str]) -> Response:
        return Response(status_code=304, headers={**CACHED, **(self.left or {}), **headers})


def _has(request: Request, tag: str) -> bool:
    given = request.headers.get("if-none-match", "")
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in given.split(","))
