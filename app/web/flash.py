"""A sentence that survives one redirect: the toast of the path without JavaScript.

It travels in a sealed cookie of two minutes, so that no other site can put words here.
"""

from dataclasses import asdict, dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from app.secrets import Locked, Vault
from app.web.cookies import cookie_name, drop_cookie, set_cookie

NAME = "flash"
SECONDS = 120
SHORT = 300
MOST = 3500
"""Browsers drop a cookie of more than 4096 bytes."""


@dataclass(frozen=True, kw_only=True)
class Toast:
    """``said`` is what happened, ``undo`` the act that can be taken back, ``tone`` "" or "late"."""

    said: str
    undo: str | None = None
    tone: str = ""


def keep(response: Response, toast: Toast, *, vault: Vault, https: bool) -> None:
    """Show the toast on the next page."""
    value = vault.seal(asdict(toast))
    if len(value) > MOST:  # a very long title
        value = vault.seal(asdict(replace(toast, said=f"{toast.said[:SHORT]}…")))
    set_cookie(response, NAME, value, https=https, seconds=SECONDS)


def take(request: Request, *, vault: Vault, https: bool) -> Toast | None:
    """The toast that waits for this browser, if it is ours."""
    sealed = request.cookies.get(cookie_name(NAME, https=https))
    if not sealed:
        return None
    try:
        told = vault.open(sealed)
    except Locked:
        return None
    return Toast(**told) if told.keys() == Toast.__dataclass_fields__.keys() else None


def drop(response: Response, *, https: bool) -> None:
    """It has been shown."""
    drop_cookie(response, NAME, https=https)
