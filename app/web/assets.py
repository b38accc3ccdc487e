"""Our stylesheet, scripts and vendored files: read once, addressed by content, cached for ever.

All of them share one address, ``/static/<stamp of all>/``, because they name one another by
relative paths: a module the next one, the stylesheet its parts. Whatever changes, every address
changes, so that a page never mixes two versions.
"""

import gzip
import mimetypes
import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

FOREVER = "public, max-age=31536000, immutable"
IMPORT = re.compile(rb'@import "([^"]+)";\n')
mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True)
class Asset:
    """One file: its bytes, plain and gzipped."""

    name: str
    body: bytes

    @cached_property
    def gzipped(self) -> bytes:
        """The same, compressed once."""
        return gzip.compress(self.body, mtime=0)

    @cached_property
    def media_type(self) -> str:
        """From the name's ending."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"


class Assets:
    """All files below a folder, in memory (they are few and small)."""

    def __init__(self, folder: Path) -> None:
        read = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        everything = sha256()
        for name, body in read.items():
            everything.update(f"{name} {len(body)}\n".encode() + body)
        self._at = f"/static/{everything.hexdigest()[:12]}"
        self._by_name = {name: Asset(name, _joined(body, read)) for name, body in read.items()}
        self._by_url = {self.url(name): asset for name, asset in self._by_name.items()}

    @property
    def modules(self) -> list[str]:
        """The addresses of the modules that app.js stands on, so that none waits for another."""
        return [self.url(name) for name in self._by_name if name.startswith("js/")]

    def url(self, name: str) -> str:
        """The address of a file; raises ``KeyError`` for one that is not there."""
        return f"{self._at}/{self._by_name[name].name}"

    async def serve(self, request: Request) -> Response:
        """The file at this address; an address of another version does not exist.

        It answers from memory, so it may run in the event loop.
        """
        asset = self._by_url.get(request.url.path)
        if asset is None:
            return Response(status_code=404)
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(asset.gzipped, media_type=asset.media_type, headers=headers)
        return Response(asset.body, media_type=asset.media_type, headers=headers)


def _joined(body: bytes, read: dict[str, bytes]) -> bytes:
    """A stylesheet with its parts in the place of their ``@import``: one request, not thirty."""
    return IMPORT.sub(lambda found: read[found[1].decode()], body)
