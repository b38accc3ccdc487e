"""Files of people, sent so that a browser saves them and runs nothing of them."""

import re
from pathlib import Path
from urllib.parse import quote

from starlette.responses import FileResponse

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9!#$&+.^_`|~ ()-]")
HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


def as_attachment(place: Path, name: str, media_type: str) -> FileResponse:
    """The content at ``place``, a piece at a time, to be saved as ``name``."""
    headers = {**HEADERS, "Content-Disposition": disposition(name)}
    return FileResponse(place, media_type=media_type, headers=headers)


def disposition(name: str) -> str:
    """With the name in ASCII for who knows no better, and as it is (RFC 6266, RFC 8187)."""
    plain = _NOT_PLAIN.sub("_", name)
    exact = quote(name, safe="!#$&+-.^_`|~", encoding="utf-8")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"
