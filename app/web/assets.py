"""Our stylesheet, script and vendored files: read once, addressed by content, cached for ever."""

import gzip
import mimetypes
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePosixPath

from starlette.requests import Request
from starlette.responses import Response

FOREVER = "public, max-age=31536000, immutable"
mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True)
class Asset:
    """One file: its bytes, plain and gzipped, and the address that changes with them."""

    name: str
    body: bytes

    @cached_property
    def url(self) -> str:
        """``/static/app.1a2b3c4d5e6f.css``."""
        path = PurePosixPath(self.name)
        stamp = sha256(self.body).hexdigest()[:12]
        return f"/static/{path.with_suffix(f'.{stamp}{path.suffix}')}"

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
        files = (path for path in folder.rglob("*") if path.is_file())
        self._by_name = {
            path.relative_to(folder).as_posix(): Asset(
                path.relative_to(folder).as_posix(), path.read_bytes()
            )
            for path in files
        }
        self._by_url = {asset.url: asset for asset in self._by_name.values()}

    def url(self, name: str) -> str:
        """The address of a file; raises ``KeyError`` for one that is not there."""
        return self._by_name[name].url

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
