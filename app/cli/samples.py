"""sample: load the sample company, and wipe it."""

import typer
from rich.progress import Progress

from app.cli.base import live, out
from app.cli.opened import Opened
from app.core.words import plural
from app.demo.loading import Loader
from app.errors import Conflict, Invalid
from app.jobs.syncing import Syncer
from app.services import accounts, apart
from app.services import samples as service
from app.services.samples import Superseded
from app.services.uploads import prune


def load() -> None:
    """Read it with progress; the first admin plays the part of its own."""
    opened = Opened()
    with opened.database.read() as session:
        admins = [one.id for one in accounts.users(session) if one.is_admin]
    if not admins or admins[0] is None:
        raise Invalid(
            "Nobody has an account yet.",
            remedy="Open the set-up link that `serve` prints, or add a person: user add --admin.",
        )
    loader = Loader(
        syncer=Syncer(database=opened.database, vault=opened.vault, settings=opened.settings)
    )
    with Progress(console=live, disable=not live.is_terminal) as bar:
        task = bar.add_task("Sample company", total=None)
        try:
            loader.load(admins[0], lambda done, of: bar.update(task, completed=done, total=of))
        except Superseded:
            raise Conflict("The sample was wiped while it was loaded.") from None
    with opened.database.read() as session:
        found = apart.sample(session)
    read = found.of if found else 0
    out.print(f"The sample company is here: {plural(read, 'source')} read.")


def wipe(*, yes: bool) -> None:
    """All of it goes in one transaction."""
    opened = Opened()
    with opened.database.read() as session:
        present = apart.sample(session) is not None
    if not present:
        out.print("There is no sample company in this inbox.")
        return
    if not yes:
        typer.confirm(
            "Wipe the sample company and all that was done with it?", abort=True, err=True
        )
    with opened.database.write() as session:
        gone = service.wipe(session, now=opened.now(), user_id=None)
    prune(opened.settings.uploads, removed=gone, now=opened.now())
    out.print("The sample company is gone.")
