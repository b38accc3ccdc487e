"""One sandbox behind its fault plan: every answer passes through here whole."""

import asyncio
import gzip
import json
import logging
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.sdk.sandbox.contract import Message, Receive, Sandbox, Send
from connectors.sdk.sandbox.faults import Answer, Fault, FaultKind, FaultPlan

_log = logging.getLogger("connectors.sandbox")
_DRIP = 0.05  # seconds between two bytes of a slow answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A request as faults, hooks and the log see it. ``number`` counts from 0."""

    number: int
    method: str
    path: str
    query: str = ""


_CUT = {FaultKind.TRUNCATED, FaultKind.CHUNK_CUT}
_IN_TRANSIT = {*_CUT, FaultKind.ENDLESS}
Before = Callable[[Asked], None]
Rewrite = Callable[[Asked, str, bytes], bytes]
"""(request, content type, body of a 200) -> the body to send instead."""


class Mount:
    """An ASGI application around a sandbox's own."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.plan = FaultPlan()
        self.log: list[tuple[str, str, int]] = []
        self.before: Before | None = None
        self.rewrite: Rewrite | None = None
        self.imap_answers: dict[tuple[str, str], bytes] = {}
        self._last: dict[tuple[str, str], Answer] = {}
        self._count = 0

    def begin(self, plan: FaultPlan) -> None:
        """A new plan; what was answered before it cannot come as a duplicate."""
        self.plan = plan
        self._last.clear()
        self.imap_answers.clear()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        asked = self._asked(scope)
        fault = self.plan.due(asked.path)
        if self.before is not None:
            self.before(asked)
        if fault is not None and fault.kind is FaultKind.SLOW:
            self._note(asked, 200, fired=True)
            await _drip(receive, send, fault.seconds)
            return
        answer, fired = await self._answer(asked, fault, scope, receive)
        self._note(asked, answer.status, fired=fired)
        if fired and _kind(fault) is FaultKind.ENDLESS:
            await _flood(answer, receive, send)
            return
        await _deliver(answer, send, cut=_kind(fault) if fired else None)

    def _asked(self, scope: MutableMapping[str, Any]) -> Asked:
        path = scope["path"][len(scope["root_path"]) :]
        operation = getattr(self.sandbox, "operation", None)
        if operation is not None:
            headers = {
                k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]
            }
            path = operation(path, headers)
        self._count += 1
        query = scope["query_string"].decode("latin-1")
        return Asked(number=self._count - 1, method=scope["method"], path=path, query=query)

    def _note(self, asked: Asked, status: int, *, fired: bool) -> None:
        self.log.append((asked.method, asked.path, status))
        self.plan.fired += fired

    async def _answer(
        self, asked: Asked, fault: Fault | None, scope: MutableMapping[str, Any], receive: Receive
    ) -> tuple[Answer, bool]:
        """The answer to send, and whether a fault made it another than the platform's own."""
        if fault is not None and (made := _made_up(fault)) is not None:
            return made, True
        place = (asked.method, asked.path)
        previous = self._last.get(place)
        if _kind(fault) is FaultKind.DUPLICATE_PAGE and previous is not None:
            return previous, True
        answer = await self._own(asked, scope, receive)
        if answer.status == 200:
            self._last[place] = answer
        if _kind(fault) is FaultKind.GZIP_CUT:
            return _gzip_cut(answer), True
        if fault is not None and fault.kind is FaultKind.CHANGED:
            return fault.change(answer), True
        return answer, _kind(fault) in _IN_TRANSIT

    async def _own(self, asked: Asked, scope: MutableMapping[str, Any], receive: Receive) -> Answer:
        parts: list[Message] = []

        async def keep(message: Message) -> None:
            parts.append(message)

        try:
            await self.sandbox.app(scope, receive, keep)
        except Exception:  # noqa: BLE001 - a mistake in the sandbox must not look like a cut line
            _log.exception("sandbox failed on %s %s", asked.method, asked.path)
            return _json(500, {"message": "The sandbox itself failed; see its log."})
        body = b"".join(part.get("body", b"") for part in parts[1:])
        answer = Answer(status=parts[0]["status"], headers=tuple(parts[0]["headers"]), body=body)
        if self.rewrite is not None and answer.status == 200:
            answer = replace(answer, body=self.rewrite(asked, answer.content_type, body))
        return answer


def _kind(fault: Fault | None) -> FaultKind | None:
    return None if fault is None else fault.kind


def _json(status: int, body: Any, *headers: tuple[bytes, bytes]) -> Answer:
    return Answer(
        status=status,
        headers=((b"content-type", b"application/json"), *headers),
        body=json.dumps(body).encode(),
    )


def _made_up(fault: Fault) -> Answer | None:
    """The answers that need nothing of the platform's own."""
    wait = str(fault.retry_after).encode()
    retry = () if fault.retry_after is None else ((b"retry-after", wait),)
    html = ((b"content-type", b"text/html; charset=utf-8"),)
    page = b"<!doctype html><title>Sign in</title><form method=post>Please sign in.</form>"
    answers = {
        FaultKind.UNAUTHORIZED: _json(401, {"message": "Unauthorized"}),
        FaultKind.FORBIDDEN: _json(403, {"message": "Forbidden"}),
        FaultKind.NOT_FOUND: _json(404, {"message": "Not Found"}),
        FaultKind.THROTTLED: _json(429, {"message": "Too many requests"}, *retry),
        FaultKind.BROKEN: _json(500, {"message": "Internal error"}),
        FaultKind.GARBAGE: replace(_json(200, None), body=b'{"items": [{"id": 1, "name": "Con'),
        FaultKind.LOGIN_PAGE: Answer(status=200, headers=html, body=page),
    }
    return answers.get(fault.kind)


def _gzip_cut(answer: Answer) -> Answer:
    packed = gzip.compress(answer.body)
    headers = (*answer.headers, (b"content-encoding", b"gzip"))
    return replace(answer, headers=headers, body=packed[: len(packed) * 2 // 3])


async def _deliver(answer: Answer, send: Send, *, cut: FaultKind | None) -> None:
    """Sends it; one that is cut stops half way, at which the server closes the connection."""
    half = cut in _CUT
    length = str(len(answer.body)).encode()
    rest = tuple(pair for pair in answer.headers if pair[0].lower() != b"content-length")
    # 204 and 304 have no body, so they announce no length.
    told = () if answer.status in {204, 304} or cut is FaultKind.CHUNK_CUT else (length,)
    headers = (*rest, *((b"content-length", value) for value in told))
    await send({"type": "http.response.start", "status": answer.status, "headers": list(headers)})
    body = answer.body[: len(answer.body) // 2] if half else answer.body
    await send({"type": "http.response.body", "body": body, "more_body": half})


async def _flood(answer: Answer, receive: Receive, send: Send) -> None:
    rest = [pair for pair in answer.headers if pair[0].lower() != b"content-length"]
    await send({"type": "http.response.start", "status": answer.status, "headers": rest})
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        while not gone.done():
            await send({"type": "http.response.body", "body": b" " * 65536, "more_body": True})
            await asyncio.sleep(0)
    finally:
        gone.cancel()


async def _drip(receive: Receive, send: Send, seconds: float) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"1000000")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        for _ in range(max(1, round(seconds / _DRIP))):
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            done, _pending = await asyncio.wait({gone}, timeout=min(_DRIP, seconds))
            if done:
                break
    finally:
        gone.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
