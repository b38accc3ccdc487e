"""What every answer carries and every request must satisfy, as ASGI middlewares.

Outermost first: request id, headers, host, body size, cross-site. Nothing here knows a
page or a user.
"""

import secrets
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
YEAR = 31_536_000
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MEGABYTE = 1_048_576
SAME_METHOD = 307
"""How the framework redirects from an address that has one slash too many."""


class RequestId:
    """Gives each request an id of our own making, in ``scope["state"]`` and in the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        number = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = number

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = number
            await send(message)

        await self.app(scope, receive, stamped)


class SecurityHeaders:
    """Sets the headers above, and HSTS where people come over https; leads on within this site."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.headers = dict(HEADERS)
        if https:
            self.headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                if message["status"] == SAME_METHOD:
                    _lead_here(scope, headers)
            await send(message)

        await self.app(scope, receive, guarded)


def _lead_here(scope: Scope, headers: MutableHeaders) -> None:
    """Of a redirect to the host that was asked leave the path alone.

    The framework's own (one slash too many) name the scheme that reached us. Behind a proxy that
    is plain http, and whoever follows would send a token along where anybody can read it.
    """
    here = f"{scope['scheme']}://{Headers(scope=scope).get('host', '')}"
    path = headers.get("location", "").removeprefix(here)
    if path.startswith("/") and not path.startswith(("//", "/\\")):
        headers["location"] = path


class KnownHosts:
    """Answers only to the host of PUBLIC_URL, the further allowed ones, and to loopback.

    A page's absolute links are made from PUBLIC_URL, never from the Host header. Loopback
    names are for health checks on the machine itself, and for PUBLIC_URL's default; a
    name that resolves to loopback (DNS rebinding) is not among them.
    """

    def __init__(self, app: ASGIApp, *, public_url: str, also: Collection[str] = ()) -> None:
        self.app = app
        self.hosts = LOOPBACK | {urlsplit(public_url).hostname or ""} | {h.lower() for h in also}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _hostname(Headers(scope=scope)) not in self.hosts:
            answer = PlainTextResponse("This host name is not served here.\n", status_code=400)
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _hostname(headers: Headers) -> str:
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


class _TooLarge(HTTPException):
    """An HTTPException, so that FastAPI's form parser lets it through as what it is."""

    def __init__(self) -> None:
        super().__init__(413, "The request is too large.")


class BodyLimit:
    """Stops reading a request's body at ``limit`` bytes; below the paths in ``uploads`` at theirs.

    The limit is in ``scope["state"]``. ``refuse`` answers in the words of whoever knows pages.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        limit: int = MEGABYTE,
        uploads: Mapping[str, int],
        refuse: ASGIApp,
    ) -> None:
        self.app = app
        self.limit = limit
        self.uploads = uploads
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        found = (most for path, most in self.uploads.items() if scope["path"].startswith(path))
        limit = scope.setdefault("state", {})["body_limit"] = next(found, self.limit)
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdigit() or int(declared) > limit:
            await self.refuse(scope, receive, send)
            return
        seen = 0
        started = False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _TooLarge
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, counted, watched)
        except _TooLarge:
            if started:
                raise
            await self.refuse(scope, receive, send)


class SameSite:
    """Refuses what another site makes a browser send (CSRF), without tokens in forms.

    A request that may change something must come from our own pages: by Fetch Metadata
    (``Sec-Fetch-Site``), or, from a browser too old for it, by an ``Origin`` that is the
    host it was sent to. A bearer token is proof enough, for no browser adds one by itself; and
    below ``cookieless`` nobody looks at what a browser would add.
    """

    def __init__(self, app: ASGIApp, *, public_url: str, cookieless: tuple[str, ...] = ()) -> None:
        self.app = app
        self.cookieless = cookieless
        self.scheme = urlsplit(public_url).scheme

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE:
            headers = Headers(scope=scope)
            proven = _bears_token(headers) or scope["path"].startswith(self.cookieless)
            if not self.ours(headers) and not proven:
                text = "This request came from another site and was refused.\n"
                await PlainTextResponse(text, status_code=403)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def ours(self, headers: Headers) -> bool:
        """Whether the browser says that one of our pages sent it."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        return headers.get("origin") == f"{self.scheme}://{headers.get('host')}"


def _bears_token(headers: Headers) -> bool:
    return headers.get("authorization", "").lower().startswith("bearer ")
