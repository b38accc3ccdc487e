"""The tree of commands, to walk over."""

from typing import Any

import typer

from app.cli import group


def root() -> Any:
    """The command ``partner-inbox`` itself."""
    return typer.main.get_command(group)


def inner(command: Any) -> dict[str, Any]:
    """The commands below a command, by name; none below a leaf."""
    found: dict[str, Any] = getattr(command, "commands", {})
    return found
