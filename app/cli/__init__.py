"""The commands. Each opens what it needs, makes one service call and says how it went."""

import sys
import traceback

import typer
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from typer.exceptions import TyperException

from app import garbage
from app.cli import (
    backups,
    base,
    bench,
    connections,
    demo,
    digests,
    imports,
    people,
    running,
    syncs,
)
from app.cli.base import err, group
from app.errors import AppError, Invalid
from connectors.sdk.errors import ConnectorError
from connectors.sdk.redact import redact

MODULES = (running, demo, syncs, connections, imports, digests, people, backups, bench)
"""Importing a module registers its commands; the order is that of the help."""


def main(arguments: list[str] | None = None) -> None:
    """The console script: every failure is one clear line and a non-zero exit."""
    garbage.settle()
    try:
        code = typer.main.get_command(group)(arguments, standalone_mode=False)
    except typer.Abort:
        err.print("Stopped.")
        code = 130
    except TyperException as error:  # a word or an option that does not exist
        err.print(f"[red]{base.plain(str(error))}[/] See `partner-inbox --help`.", soft_wrap=True)
        code = 2
    except AppError as error:
        _say(error)
        code = 1
    except ConnectorError as error:
        err.print(f"[red]{base.plain(error.message)}[/] {base.plain(error.remedy)}", soft_wrap=True)
        code = 1
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = "_".join(str(part) for part in problem["loc"]).upper()
            told = base.plain(problem["msg"].removeprefix("Value error, "))
            err.print(f"[red]PARTNER_INBOX_{name}[/] {told}.", soft_wrap=True)
        code = 2
    except OperationalError as error:
        reason = str(error.orig).splitlines()[0]
        told = base.plain(redact(reason))
        err.print(f"[red]The database cannot be used:[/] {told}", soft_wrap=True)
        code = 1
    except Exception:  # noqa: BLE001  (a bug; Python's own traceback would hold secrets)
        err.print(base.plain(redact(traceback.format_exc())), soft_wrap=True)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _say(error: AppError) -> None:
    err.print(f"[red]{base.plain(error.message)}[/] {base.plain(error.remedy)}", soft_wrap=True)
    if isinstance(error, Invalid):
        for field, sentence in error.fields.items():
            err.print(f"  {base.plain(field)}: {base.plain(sentence)}", soft_wrap=True)
