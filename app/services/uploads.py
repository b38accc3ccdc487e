"""Files that people hand over: one folder a connection, written whole or not at all."""

import shutil
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

DRAFTS = "drafts"
"""The folder of what was uploaded and is not saved yet."""
LIFETIME = timedelta(hours=2)
"""So long a draft can be saved."""
BEFORE, FILE, ABOUT = "before", "file", "about.json"
"""Where in a connection's folder lies what its newest import took the place of."""
LONGEST = 200
"""Bytes of a name: file systems take 255, in whatever script, and a part has a longer one."""


def safe_name(name: str) -> str:
    """The last part of a file's name, whatever system it comes from, and of that the end."""
    last = PurePosixPath(name.replace("\\", "/")).name
    plain = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*')
    return plain.encode()[-LONGEST:].decode(errors="ignore").strip(" .") or "file"


def place(file: Path, uploads: Path, connection_id: int) -> None:
    """Put a copy where the connection reads it, under its safe name; a sync sees the old file or
    the new one.
    """
    folder = uploads / str(connection_id)
    folder.mkdir(parents=True, exist_ok=True)
    name = safe_name(file.name)
    part = folder / f".{name}.part"
    shutil.copyfile(file, part)
    part.replace(folder / name)


def tidy(folder: Path, keep: Collection[str], *, before: datetime) -> None:
    """Remove the files that lay there before that moment and that nobody reads any more.

    What arrived later may belong to settings that the caller has not seen yet.
    """
    for file in folder.glob("*"):
        if file.is_file() and file.name not in keep and lay_there(file, before):
            file.unlink(missing_ok=True)


def set_aside(uploads: Path, connection_id: int, name: str, about: bytes) -> None:
    """Keep the file of that name ("" for none) beside the one that takes its place."""
    folder = uploads / str(connection_id) / BEFORE
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    file = folder.parent / name
    if name and not Path(name).is_absolute() and file.is_file():
        (folder / FILE).mkdir()
        shutil.copy2(file, folder / FILE / name)  # with its age: an upload is as old as it is
    part = folder / ".part"
    part.write_bytes(about)
    part.replace(folder / ABOUT)


def told_aside(uploads: Path, connection_id: int) -> bytes | None:
    """What was said of the file that was set aside last."""
    try:
        return (uploads / str(connection_id) / BEFORE / ABOUT).read_bytes()
    except OSError:
        return None


def bring_back(uploads: Path, connection_id: int) -> None:
    """Put what was set aside where the connection reads it. ``forget_aside`` ends it."""
    for file in (uploads / str(connection_id) / BEFORE / FILE).glob("*"):
        target = uploads / str(connection_id) / file.name
        part = target.with_name(f".{file.name}.part")
        shutil.copy2(file, part)
        part.replace(target)


def forget_aside(uploads: Path, connection_id: int) -> None:
    """It was brought back, or is of no use any more."""
    shutil.rmtree(uploads / str(connection_id) / BEFORE, ignore_errors=True)


def prune(uploads: Path, removed: Iterable[int] = (), *, now: datetime) -> None:
    """Throw away drafts that nobody can save any more, and all files of removed connections."""
    for folder in (uploads / DRAFTS).glob("*"):
        if lay_there(folder, now - LIFETIME):
            shutil.rmtree(folder, ignore_errors=True)
    for connection_id in removed:
        shutil.rmtree(uploads / str(connection_id), ignore_errors=True)


def lay_there(path: Path, before: datetime) -> bool:
    """Whether it is older than that moment; what was taken away meanwhile is not."""
    try:
        return path.stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False


def uploaded_at(uploads: Path, connection_id: int, name: str) -> datetime | None:
    """When the file was handed over; None where it lies elsewhere or is gone."""
    file = uploads / str(connection_id) / name
    if not name or Path(name).is_absolute() or not file.is_file():
        return None
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)
