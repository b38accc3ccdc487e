"""The commands. Each opens what it needs, makes one service call and says how it went."""

import sys

import typer

from app import garbage
from app.cli import (
    backups,
    bench,
    connections,
    demo,
    digests,
    failures,
    imports,
    people,
    running,
    syncs,
)
from app.cli.base import err, group

MODULES = (running, demo, syncs, connections, imports, digests, people, backups, bench)
"""Importing a module registers its commands; the order is that of the help."""


def main(arguments: list[str] | None = None) -> None:
    """The console script: every failure is one clear line and a non-zero exit."""
    garbage.settle()
    try:
        code = typer.main.get_command(group)(arguments, standalone_mode=False)
    except typer.Abort:
        answers = sys.stdin.isatty()
        err.print(
            "Stopped." if answers else "\nStopped: no answer. Give it as an option, see --help."
        )
        code = 130
    except Exception as error:  # noqa: BLE001  (told there, the bugs too)
        code = failures.tell(error)
    sys.exit(code if isinstance(code, int) else 0)
