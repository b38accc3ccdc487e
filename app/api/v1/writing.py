"""How the API acts: once for each Idempotency-Key, and only on what the program has seen."""

from hashlib import sha256
from typing import Any

import orjson
from fastapi import Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.api.problems import Problem
from app.api.tokens import ScopeNeeded, TokenNeeded, admitted, note_use
from app.api.v1.asked import (
    JSON,
    acceptable,
    condition_of,
    fits,
    key_of,
    sent,
    wrong_body,
    wrong_header,
)
from app.api.v1.call import Answer, Call, Operation
from app.api.v1.items import found
from app.core.words import Clock
from app.core.zones import zone_of
from app.errors import AppError, Conflict, Invalid, NotAllowed, NotFound
from app.services import accounts, kept_answers, revisions, states
from app.services.kept_answers import OtherRequest
from app.services.tokens import TokenUse

REPLAYED = {"Idempotent-Replayed": "true"}
FIELDS = {"url": "/proof"}
"""Fields of services that are called otherwise in a body."""
REFUSALS: tuple[tuple[type[AppError], int, str, str], ...] = (
    (NotFound, 404, "Not found", "not-found"),
    (NotAllowed, 403, "Not allowed", "refused"),
    (Conflict, 409, "Not as it was", "conflict"),
)


async def write(request: Request, operation: Operation) -> Response:
    """Do it, and answer what was done; raises ``Problem``."""
    doing = _Doing(request, operation, await request.body())
    try:
        return await run_in_threadpool(doing.answer)
    except TokenNeeded:
        address = request.client.host if request.client else ""
        request.app.state.limits.strange(address, now=doing.now)
        raise
    except ScopeNeeded as refused:
        request.app.state.limits.take(refused.token_id, now=doing.now)
        raise
    except AppError as error:
        raise refusal(error) from None


def refusal(error: AppError) -> Problem:
    """Why it was not done."""
    if isinstance(error, OtherRequest):
        return Problem(422, "The key was used before", str(error), about="idempotency")
    if isinstance(error, Invalid):
        fields = {FIELDS.get(name, f"/{name}"): text for name, text in error.fields.items()}
        return wrong_body(fields, str(error))
    for kind, status, title, about in REFUSALS:
        if isinstance(error, kind):
            return Problem(status, title, str(error), about=about)
    raise error


class _Doing:
    def __init__(self, request: Request, operation: Operation, raw: bytes) -> None:
        self.request, self.operation, self.raw = request, operation, raw
        self.site = request.app.state.site
        self.now = self.site.now()
        self.fingerprint = _fingerprint(request, raw)

    def answer(self) -> Response:
        """Who asks, and whether it can be asked, is settled before anything is locked."""
        with self.site.database.read() as session:
            token = self._token(session)
            left = self.request.app.state.limits.take(token.id, now=self.now)
            self._understand()
            person = accounts.user(session, token.user_id or 0)
            clock = Clock(now=self.now, zone=zone_of(person.time_zone))
        with self.site.database.write() as session:
            if self.operation.on_items:
                revisions.only_on_items(session)
            status, headers, body = self._done_once(session, self._token(session), clock)
        note_use(self.request, now=self.now)
        shows = getattr(self.request.state, "shows", None)
        if shows is not None:
            self.site.show(shows)
        kept = {"Cache-Control": "no-store", "Content-Type": JSON}
        return Response(body, status_code=status, headers={**kept, **left, **headers})

    def _understand(self) -> None:
        acceptable(self.request)
        assert self.operation.body is not None
        self.body = sent(self.request, self.raw, self.operation.body)
        self.key, self.condition = key_of(self.request), condition_of(self.request)
        if self.condition is not None and not self.operation.of_item:
            raise wrong_header("If-Match", "It is about an item's etag, and this is about an act.")

    def _token(self, session: Session) -> TokenUse:
        token = admitted(self.request, session, self.operation.scope, now=self.now)
        if token.user_id is None:
            raise ScopeNeeded(self.operation.scope, token.id)
        return token

    def _done_once(
        self, session: Session, token: TokenUse, clock: Clock
    ) -> tuple[int, dict[str, str], str]:
        if self.key:
            asked: Any = {"token_id": token.id, "key": self.key}
            before = kept_answers.begun(
                session, **asked, fingerprint=self.fingerprint, now=self.now
            )
            if before is not None:
                return before.status, {**before.headers, **REPLAYED}, before.body
        answer = self._done(session, token, clock)
        headers = {"ETag": answer.tag} if answer.tag else {}
        body = orjson.dumps(answer.body).decode()
        if self.key:
            kept_answers.keep(session, **asked, status=200, headers=headers, body=body)
        return 200, headers, body

    def _done(self, session: Session, token: TokenUse, clock: Clock) -> Answer:
        call = Call(
            request=self.request,
            session=session,
            token=token,
            clock=clock,
            query={},
            ids=self.request.path_params,
            body=self.body,
        )
        if self.condition is not None:
            states.hold(session, [call.ids["item_id"]])
            now = found(call)
            if not fits(self.condition, now["etag"]):
                raise Problem(
                    412,
                    "Changed since",
                    "The item is not as you saw it: somebody, or its source, changed it.",
                    about="changed",
                    more={"item": now},
                    headers={"ETag": f'"{now["etag"]}"'},
                )
        return self.operation.does(call)


def _fingerprint(request: Request, raw: bytes) -> bytes:
    """Of what is asked: method, address, condition and body."""
    condition = request.headers.get("if-match", "")
    parts = (request.method, request.url.path, request.url.query, condition)
    return sha256("\0".join(parts).encode() + b"\0" + raw).digest()
