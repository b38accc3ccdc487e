"""backup, restored."""

import shutil
from pathlib import Path

from app.cli.base import out, plain
from app.cli.opened import Opened
from app.config import Settings
from app.db import Database
from app.errors import Invalid
from app.secrets import KEY_FILE
from app.services import restoring
from app.services.uploads import DRAFTS

FILE = "partner-inbox.db"


def backup(folder: Path) -> None:
    """Copy the database and the uploads while they are in use, without the key (SQLite)."""
    opened = Opened()
    if not opened.database.sqlite:
        raise Invalid(
            "Postgres has its own way to be backed up.",
            remedy="Use pg_dump, copy the uploads, and after pg_restore run `restored`.",
        )
    if folder.exists():
        raise Invalid(f"{folder} is there already.", remedy="Name a new folder for each backup.")
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    opened.database.copy_to(part / FILE)
    copy = Database(f"sqlite:///{part / FILE}")
    with copy.write(counts=False) as session:
        restoring.mark(session, now=opened.now())
    copy.close()
    _copy_uploads(opened.settings, part)
    part.rename(folder)
    out.print(f"Backed up to {plain(str(folder))}. {_about_the_key(opened.settings)}")


def _copy_uploads(settings: Settings, folder: Path) -> None:
    """After the database, so that every file that it names is there; with their times."""
    if settings.uploads.is_dir():
        shutil.copytree(
            settings.uploads, folder / "uploads", ignore=shutil.ignore_patterns(DRAFTS, ".*.part")
        )


def _about_the_key(settings: Settings) -> str:
    if settings.secret_key is not None:
        return "The key is not in it: keep PARTNER_INBOX_SECRET_KEY in another place."
    return f"The key is not in it: keep {settings.data_dir / KEY_FILE} in another place."


def restored() -> None:
    """Say that the database was put back from another copy: nothing is sent a second time."""
    opened = Opened()
    with opened.database.write() as session:
        restoring.mark(session, now=opened.now())
        restoring.settle(session, now=opened.now())
    out.print("What waited to be sent is left out, and everybody has to sign in anew.")
