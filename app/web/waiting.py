"""A spreadsheet that was uploaded and waits to be mapped: its file, and what was said of it.

It lies in a folder of its own below the uploads; the folder's random name is in the address,
so that a reload or a bookmark finds it again. ``services.uploads.prune`` throws old ones away.
"""

import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from app.errors import NotFound
from app.services.import_plans import Choice
from app.services.uploads import DRAFTS, safe_name

ABOUT = "about.json"
TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """``connection_id`` is the source that the file renews; None for a new one.

    ``is_stored``: it is the file that the source has already, and only its columns are said.
    ``repairs``: it is the source's file with rows in it that were given out to be repaired.
    ``apart``: somebody said that it is no file of a source that there is.
    ``choices`` are what was said of its sheets so far, by fingerprint.
    """

    token: str
    file_name: str
    name: str
    connection_id: int | None
    vendor: str
    currency: str
    is_stored: bool = False
    repairs: bool = False
    apart: bool = False
    choices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def file(self, uploads: Path) -> Path:
        """Where it lies."""
        return uploads / DRAFTS / self.token / "file" / self.file_name


def keep(
    body: BinaryIO,
    uploads: Path,
    *,
    file_name: str,
    name: str,
    connection_id: int | None,
    vendor: str = "",
    currency: str = "",
    is_stored: bool = False,
    apart: bool = False,
) -> Waiting:
    """Store an uploaded file until it is imported."""
    waiting = Waiting(
        token=secrets.token_hex(16),
        file_name=safe_name(file_name),
        name=name,
        connection_id=connection_id,
        vendor=vendor,
        currency=currency,
        is_stored=is_stored,
        apart=apart,
    )
    path = waiting.file(uploads)
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        shutil.copyfileobj(body, file)
    (path.parent.parent / ABOUT).write_bytes(orjson.dumps(asdict(waiting)))
    return waiting


def find(token: str, uploads: Path) -> Waiting:
    """The file of that address; raises ``NotFound`` when it was imported or is too old."""
    about = uploads / DRAFTS / token / ABOUT if TOKEN.fullmatch(token) else None
    if about is None or not about.is_file():
        raise NotFound(
            "This upload is gone: it was imported, or it is older than two hours.",
            remedy="Look at Sources, or upload the file again.",
        )
    return Waiting(**orjson.loads(about.read_bytes()))


def decided(waiting: Waiting, choices: Mapping[str, Choice], uploads: Path) -> None:
    """Keep what was said of its sheets, for a reload and for what is downloaded of it."""
    told = {mark: asdict(choice) for mark, choice in choices.items()}
    _tell(replace(waiting, choices=told), uploads)


def _tell(waiting: Waiting, uploads: Path) -> None:
    about = waiting.file(uploads).parent.parent / ABOUT
    part = about.with_name(".part")
    part.write_bytes(orjson.dumps(asdict(waiting)))
    part.replace(about)


def lead(waiting: Waiting, connection_id: int | None, name: str, uploads: Path) -> Waiting:
    """Into that source, because it reads such files."""
    led = replace(waiting, connection_id=connection_id, name=name)
    _tell(led, uploads)
    return led


def replace_file(waiting: Waiting, file: Path, uploads: Path) -> None:
    """Another file in its place, which is moved there."""
    waiting.file(uploads).unlink()
    now = replace(waiting, file_name=safe_name(file.name), repairs=True)
    shutil.move(file, now.file(uploads))
    _tell(now, uploads)


def chosen(waiting: Waiting) -> dict[str, Choice]:
    """What was said of its sheets."""
    return {mark: Choice(**choice) for mark, choice in waiting.choices.items()}


def forget(waiting: Waiting, uploads: Path) -> None:
    """It was imported."""
    shutil.rmtree(uploads / DRAFTS / waiting.token, ignore_errors=True)
