"""The commands of the first minutes: as in ``commands``, only their words."""

import typer

from app.cli.base import group

sample = typer.Typer(
    help="The sample company: load it into an empty inbox, or wipe it.", no_args_is_help=True
)
group.add_typer(sample, name="sample")


@sample.command("load")
def load_sample() -> None:
    """Fill an empty inbox with an invented company. It is marked on every page."""
    from app.cli import samples

    samples.load()


@sample.command("wipe")
def wipe_sample(yes: bool = typer.Option(False, "--yes", help="Do not ask.")) -> None:
    """Take the sample company out again, and all that was done with it."""
    from app.cli import samples

    samples.wipe(yes=yes)
