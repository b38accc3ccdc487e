"""The commands. Each opens what it needs, makes one service call and says how it went."""

import sys

import typer
from typer.exceptions import TyperException

from app import garbage
from app.cli import commands, copies, first
from app.cli.base import at_end, err, group, tell

__all__ = ["commands", "copies", "first", "group", "main"]


def main(arguments: list[str] | None = None) -> None:
    """The console script: every failure is one clear line and a non-zero exit."""
    garbage.settle()
    try:
        code = typer.main.get_command(group)(
            arguments, prog_name=group.info.name, standalone_mode=False
        )
    except typer.Abort:
        answers = sys.stdin.isatty()
        err.print(
            "Stopped." if answers else "\nStopped: no answer. Give it as an option, see --help."
        )
        code = 130
    except TyperException as error:  # a word or an option that does not exist
        tell(f"{error.format_message().rstrip('.')}.", f"See `{_command_of(error)} --help`.")
        code = 2
    except Exception as error:  # noqa: BLE001  (told there, the bugs too)
        from app.cli import failures  # noqa: PLC0415  (knows the errors of all that a command loads)

        code = failures.tell(error)
    finally:
        at_end.close()
    sys.exit(code if isinstance(code, int) else 0)


def _command_of(error: TyperException) -> str:
    """The command that was called wrongly, as it is typed."""
    context = getattr(error, "ctx", None)
    return str(group.info.name if context is None else context.command_path)
