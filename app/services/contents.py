"""What is in the files that people put to items: on disk, each content once, by its SHA-256.

``<folder>/<first two of the SHA-256>/<SHA-256>``, with names in lower-case hex. A content is
written to ``<folder>/incoming`` and moved to its place when it is whole and on the disk, before
the row that names it is committed. So what has a name is whole, whenever a process dies; what no
row names is swept away a day later.
"""

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from app.errors import Invalid
from app.services.uploads import lay_there

CHUNK = 1 << 18
INCOMING = "incoming"
RESERVE = 64 << 20
"""Bytes that stay free on the disk: the database needs room, too."""
MEGABYTE = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A whole content that is on the disk and has no place yet. ``drop`` what is not settled."""

    file: Path
    sha256: str
    size: int

    def drop(self) -> None:
        """Throw it away; does nothing when it has found its place."""
        self.file.unlink(missing_ok=True)


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


@dataclass(frozen=True, kw_only=True)
class Contents:
    """One folder of contents. ``free`` tells how many bytes the disk of a folder has left."""

    folder: Path
    free: Callable[[Path], int] = _free

    def take(self, body: BinaryIO, *, most: int) -> Arrived:
        """Write down what comes, a piece at a time. Raises ``Invalid`` for more than ``most``
        bytes, and where the disk has no room; then nothing is left of it.
        """
        incoming = self.folder / INCOMING
        incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = incoming / secrets.token_hex(16)
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                sha256, size = self._copy(body, out, most)
                out.flush()
                os.fsync(out.fileno())
        except BaseException:
            file.unlink(missing_ok=True)
            raise
        return Arrived(file=file, sha256=sha256, size=size)

    def settle(self, arrived: Arrived) -> None:
        """Move it to its place, where the same content may lie already.

        Within the transaction that names it, after its row: so a sweep that runs at the same time
        has either gone by, or sees the row.
        """
        place = self._place(arrived.sha256)
        if self.find(arrived.sha256, arrived.size) is not None:
            arrived.drop()
            return
        place.parent.mkdir(mode=0o700, exist_ok=True)
        arrived.file.replace(place)
        for folder in (place.parent, self.folder):
            _sync(folder)

    def find(self, sha256: str, size: int) -> Path | None:
        """Where a content lies; None where it is missing, or not all of it is there."""
        place = self._place(sha256)
        try:
            return place if place.stat().st_size == size else None
        except FileNotFoundError:
            return None

    def is_whole(self, sha256: str) -> bool:
        """Whether it is there and is what its name says, byte by byte."""
        try:
            with self._place(sha256).open("rb") as body:
                return hashlib.file_digest(body, "sha256").hexdigest() == sha256
        except FileNotFoundError:
            return False

    def every(self) -> Iterator[Path]:
        """All contents; a file's name is its SHA-256."""
        for place in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            if _SHA256.fullmatch(place.name):
                yield place

    def copy(self, sha256: str, to: "Contents") -> bool:
        """Copy one content into another folder; False where it is missing or damaged here."""
        if to.is_whole(sha256):
            return True
        try:
            with self._place(sha256).open("rb") as body:
                arrived = to.take(body, most=1 << 62)
        except FileNotFoundError:
            return False
        try:
            if arrived.sha256 == sha256:
                to.settle(arrived)
            return arrived.sha256 == sha256
        finally:
            arrived.drop()

    def remove(self, sha256: str) -> None:
        """Throw a content away."""
        self._place(sha256).unlink(missing_ok=True)

    def tidy(self, *, before: datetime) -> None:
        """Throw away what began to arrive before that moment and never did."""
        for file in (self.folder / INCOMING).glob("*"):
            if lay_there(file, before):
                file.unlink(missing_ok=True)

    def _place(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"no SHA-256: {sha256[:80]!r}")
        return self.folder / sha256[:2] / sha256

    def _copy(self, body: BinaryIO, out: BinaryIO, most: int) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        while piece := body.read(CHUNK):
            size += len(piece)
            if size > most:
                raise Invalid(
                    f"The file is too large: at most {most // MEGABYTE} MB are taken.",
                    remedy="Make it smaller, or put a link to where it lies.",
                )
            if self.free(self.folder) < RESERVE + len(piece):
                raise Invalid(
                    "The file was not kept: the disk of this installation is full.",
                    remedy="Tell whoever runs it; nothing that was kept before is lost.",
                )
            digest.update(piece)
            out.write(piece)
        return digest.hexdigest(), size


def _sync(folder: Path) -> None:
    """So that a name in it outlives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
