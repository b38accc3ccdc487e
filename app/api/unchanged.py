"""A request that was answered "not modified" and comes again: as long as nothing was written, the
answer is the same, and needs no more than a look at the revision. Tools poll all day long.
"""

import secrets
from collections.abc import Callable, Collection
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db import Database
from app.services.memo import Memo

MOST = 1_024
HOLDS = "holds"
"""Where in ``scope["state"]`` an answer says that it holds (``Holds``)."""
ID = "X-Request-ID"


class Holds(NamedTuple):
    """A "not modified" that is the same for the same request until something is written, and no
    longer than until that instant. ``until``: a view changes with the time, a token ends.
    """

    revision: int
    until: datetime


class Unchanged:
    """Gives such an answer again, on SQLite, from the event loop. Goes around all others: what is
    kept is what they made of it; only the request's number is new.

    paths    how the addresses begin at which such answers are made; others are not looked at
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        database: Database,
        now: Callable[[], datetime],
        paths: Collection[str],
    ) -> None:
        self.app = app
        self.database = database
        self.now = now
        self.paths = tuple(paths)
        self.known: Memo[tuple[Holds, list[tuple[bytes, bytes]]]] = Memo(MOST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self.paths):
            await self.app(scope, receive, send)
            return
        key = _key(scope)
        found = self.known.peek(key)
        if found is not None and self._holds(found[0]):
            headers = [*found[1], (ID.lower().encode(), secrets.token_hex(8).encode())]
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        state = scope.setdefault("state", {})

        async def kept(message: Message) -> None:
            if message["type"] == "http.response.start" and HOLDS in state:
                headers = MutableHeaders(raw=list(message["headers"]))
                del headers[ID]
                self.known.put(key, (state[HOLDS], headers.raw))
            await send(message)

        await self.app(scope, receive, kept)

    def _holds(self, holds: Holds) -> bool:
        return self.now() < holds.until and self.database.number() == holds.revision


def _key(scope: Scope) -> bytes:
    """The whole request, so that nobody gets what was another's answer; hashed, because it holds
    the token.
    """
    parts = [scope["method"].encode(), scope["path"].encode(), scope["query_string"]]
    for name, value in scope["headers"]:
        parts += (name, value)
    return blake2b(b"\0".join(parts), digest_size=32).digest()
