"""What all commands share: the root command and the output. Loads nothing of the application."""

import json
from contextlib import ExitStack
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app import __version__

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)
"""A sentence is never broken in two: a terminal does that by itself, and a script wants lines."""
live = Console(stderr=True, highlight=False)
"""What moves: bars and what happens now. It has to know where its own lines end."""

at_end = ExitStack()
"""What a command opened and must be closed when it ends, however it ends."""

WIDEST = 10_000
"""Columns of a table that nobody looks at on a screen."""

group = typer.Typer(
    name="partner-inbox",
    help="Every vendor's and distributor's deadlines, goals and reporting requirements in one "
    "inbox that the partner owns. Configured by environment, prefix PARTNER_INBOX_.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def plain(text: str) -> str:
    """Text of others, so that rich takes nothing in it as markup."""
    return escape(text)


def print_table(table: Table, on: Console = out) -> None:
    """As wide as the terminal; into a pipe or a file as wide as its content, and nothing is cut."""
    if on.is_terminal:
        on.print(table, soft_wrap=False)
    else:
        Console(file=on.file, highlight=False, width=WIDEST).print(table)


def tell(message: str, remedy: str) -> None:
    """A failure in one line on standard error, with what helps."""
    err.print(f"[red]{plain(message)}[/] {plain(remedy)}".rstrip())


def print_json(value: Any) -> None:
    """One line of JSON on standard output, for scripts."""
    typer.echo(json.dumps(value, default=str))


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"partner-inbox {__version__}")
        raise typer.Exit


@group.callback()
def _root(
    _version_: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    pass
