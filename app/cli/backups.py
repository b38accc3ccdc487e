"""backup, restore, restored."""

import os
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import typer

from app.cli.base import err, out, plain
from app.cli.opened import Opened
from app.config import Settings
from app.core.words import plural
from app.db import Database, database_url
from app.errors import Invalid
from app.secrets import KEY_FILE
from app.services import attachments, restoring
from app.services.attachments import Named
from app.services.contents import Contents
from app.services.uploads import DRAFTS

FILE = "partner-inbox.db"
FILES = "files"
MOST_NAMED = 5


def backup(folder: Path) -> None:
    """Copy the database, the uploads and the files while they are in use, without the key
    (SQLite).
    """
    opened = Opened()
    if not opened.database.sqlite:
        raise Invalid(
            "Postgres has its own way to be backed up.",
            remedy="Use pg_dump, then copy the uploads and the files, and after pg_restore run "
            "`restored`.",
        )
    if folder.exists():
        raise Invalid(f"{folder} is there already.", remedy="Name a new folder for each backup.")
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    opened.database.copy_to(part / FILE)
    names = _marked(part / FILE, now=opened.now())
    _copy_uploads(opened.settings.uploads, part)
    kept, copied = Contents(folder=opened.settings.files), Contents(folder=part / FILES)
    lost = [one for one in names if not kept.copy(one.sha256, copied)]
    part.rename(folder)
    files = plural(len(names) - len(lost), "file")
    out.print(f"Backed up to {plain(str(folder))}, with {files}. {_about_the_key(opened.settings)}")
    if lost:
        err.print(f"[yellow]Not in it, because missing or damaged: {_said(lost)}.[/]")


def restore(folder: Path) -> None:
    """Put a backup back where there is no database (SQLite). Every file is compared with its
    SHA-256; what is missing is named, and then the command fails.
    """
    opened = Opened()
    settings = opened.settings
    url = database_url(settings.database)
    if url.get_backend_name() != "sqlite":
        raise Invalid(
            "Postgres has its own way to be restored.",
            remedy="Use pg_restore, copy the uploads and the files back, and run `restored`.",
        )
    if not (folder / FILE).is_file():
        raise Invalid(f"{folder} is no backup: it has no {FILE}.")
    target = Path(url.database or "")
    if target.exists() or target.with_name(f"{target.name}-wal").exists():
        raise Invalid(
            f"{target} is there already, and is left as it is.",
            remedy="Stop whatever uses it and move it away, with the files beside it, or name "
            "another data folder.",
        )
    _copy_uploads(folder / "uploads", settings.data_dir)
    saved, kept = Contents(folder=folder / FILES), Contents(folder=settings.files)
    for place in saved.every():
        saved.copy(place.name, kept)
    _put(folder / FILE, target)
    count, lost = _lost(opened, kept)
    out.print(f"Restored from {plain(str(folder))}, with {plural(count - len(lost), 'file')}.")
    _tell(lost)


def restored() -> None:
    """Say that the database was put back from another copy: nothing is sent a second time."""
    opened = Opened()
    with opened.database.write() as session:
        restoring.mark(session, now=opened.now())
        restoring.settle(session, now=opened.now())
    out.print("What waited to be sent is left out, and everybody has to sign in anew.")
    _tell(_lost(opened, Contents(folder=opened.settings.files))[1])


def named_in_words(lost: Sequence[Named]) -> str:
    """ "claim.pdf of item 12, order.pdf of item 7 and 3 more"."""
    said = ", ".join(f"{one.title} of item {one.item_id}" for one in lost[:MOST_NAMED])
    more = len(lost) - MOST_NAMED
    return f"{said} and {more} more" if more > 0 else said


def _said(lost: Sequence[Named]) -> str:
    return plain(named_in_words(lost))


def _marked(path: Path, *, now: datetime) -> list[Named]:
    """Mark the copy as one; the files that it names."""
    copy = Database(f"sqlite:///{path}")
    try:
        with copy.write(counts=False) as session:
            restoring.mark(session, now=now)
            return list(attachments.named(session, now=now))
    finally:
        copy.close()


def _copy_uploads(uploads: Path, folder: Path) -> None:
    """After the database, so that every file that it names is there; with their times."""
    if uploads.is_dir():
        shutil.copytree(
            uploads,
            folder / "uploads",
            ignore=shutil.ignore_patterns(DRAFTS, ".*.part"),
            dirs_exist_ok=True,
        )


def _put(copy: Path, target: Path) -> None:
    """The database is the last to come, and whole: until then nothing is restored."""
    part = target.with_name(f".{target.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    part.touch(mode=0o600)
    shutil.copyfile(copy, part)
    with part.open("rb+") as written:
        os.fsync(written.fileno())
    part.replace(target)


def _lost(opened: Opened, contents: Contents) -> tuple[int, list[Named]]:
    """How many files the database names, and those that are not there as they were."""
    with opened.database.read() as session:
        names = list(attachments.named(session, now=opened.now()))
    return len(names), [one for one in names if not contents.is_whole(one.sha256)]


def _tell(lost: Sequence[Named]) -> None:
    if lost:
        err.print(f"[red]Missing or damaged: {_said(lost)}.[/] Look for them in another backup.")
        raise typer.Exit(1)


def _about_the_key(settings: Settings) -> str:
    if settings.secret_key is not None:
        return "The key is not in it: keep PARTNER_INBOX_SECRET_KEY in another place."
    return f"The key is not in it: keep {settings.data_dir / KEY_FILE} in another place."
