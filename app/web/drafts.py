"""What somebody has entered and not saved yet: secrets and files between two tries.

Secrets travel in a hidden field of the form, sealed by the vault, so that none ever stands
in a page; files wait in a folder of the uploads. Both are of use for two hours.
"""

import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from app.secrets import Locked, Vault
from app.services.uploads import DRAFTS, LIFETIME, place, safe_name

SEALED = ("secrets", "files", "folder", "what")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """``what`` names the form it belongs to; ``files`` are file names by setting, in ``folder``."""

    what: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    files: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""

    @property
    def kept(self) -> frozenset[str]:
        """The settings that are there although the form does not show them."""
        return frozenset((*self.secrets, *self.files))


def seal(draft: Draft, vault: Vault, *, now: datetime) -> str:
    """For the hidden field."""
    until = (now + LIFETIME).isoformat()
    return vault.seal({**{name: getattr(draft, name) for name in SEALED}, "until": until})


def unseal(sealed: str, what: str, vault: Vault, *, now: datetime) -> Draft:
    """The draft of that form; an empty one where it is another's, too old or not ours."""
    try:
        told = vault.open(sealed)
    except Locked:
        told = {}
    if told.get("what") != what or datetime.fromisoformat(told["until"]) < now:
        return Draft(what=what)
    return Draft(**{name: told[name] for name in SEALED})


def folder_of(draft: Draft, uploads: Path) -> Path | None:
    """Where the draft's files lie."""
    return uploads / DRAFTS / draft.folder if draft.folder else None


def keep_file(draft: Draft, setting: str, name: str, body: BinaryIO, uploads: Path) -> Draft:
    """The draft with one more file, under its own name without any path."""
    folder = draft.folder or secrets.token_hex(16)
    path = uploads / DRAFTS / folder / safe_name(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        shutil.copyfileobj(body, file)
    return replace(draft, folder=folder, files={**draft.files, setting: path.name})


def settle(draft: Draft, connection_id: int, uploads: Path) -> None:
    """Move the draft's files to where the connection reads them."""
    source = folder_of(draft, uploads)
    if source is None:
        return
    for name in draft.files.values():
        place(source / name, uploads, connection_id)
    shutil.rmtree(source, ignore_errors=True)
