"""The words and help of the commands about copies; what they do is loaded when they run."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.base import group


@group.command()
def backup(
    folder: Annotated[
        Path,
        typer.Argument(help="A folder that does not exist yet; put back, it is the data folder."),
    ],
) -> None:
    """Copy the database, uploads and files while they are in use.

    Without the key. Works on SQLite; on Postgres use pg_dump.
    """
    from app.cli import backups

    backups.backup(folder)


@group.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="What `backup` made.")],
) -> None:
    """Put a backup back where there is no database yet.

    Names the files that are missing or damaged. Works on SQLite.
    """
    from app.cli import backups

    backups.restore(folder)


@group.command()
def restored() -> None:
    """Say that the database was put back from another copy.

    Then nothing is sent a second time.
    """
    from app.cli import backups

    backups.restored()
