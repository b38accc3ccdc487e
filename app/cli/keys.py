"""reseal."""

from app.cli.base import out, print_json
from app.cli.opened import Opened
from app.core.words import plural
from app.services import resealing


def reseal(*, as_json: bool) -> None:
    """All or none, in one transaction."""
    opened = Opened()
    vault = opened.vault
    with opened.database.write(counts=False) as session:
        count = resealing.reseal(session, vault)
    if as_json:
        print_json({"resealed": count})
    elif count:
        out.print(
            f"The credentials of {plural(count, 'connection')} are sealed under the first key."
        )
    else:
        out.print("No credentials are stored.")
