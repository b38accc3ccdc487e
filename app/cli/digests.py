"""digest: send what is due now, or look at it first."""

from pathlib import Path
from typing import Any

import typer

from app.cli.base import err, out, plain, print_json
from app.cli.opened import Opened
from app.errors import Invalid
from app.jobs.mailing import Mailer
from app.jobs.noticing import Messenger
from app.jobs.syncing import worker_name
from app.jobs.telling import Teller
from app.services import gathering


def digest(*, dry_run: Path | None, user: str, as_json: bool) -> None:
    """Send what is due now, or write it into a folder."""
    if user and dry_run is None:
        raise Invalid("--user is for looking only.", remedy="Give --dry-run DIR with it.")
    opened = Opened()
    mailer = mailer_of(opened)
    if dry_run is not None:
        written = mailer.dry_run(dry_run, email=user)
        if not written:
            raise Invalid("There is nobody to write a digest for.", remedy="See `user add`.")
        if as_json:
            print_json({"written": [str(path) for path in written]})
            return
        for path in written:
            out.print(plain(str(path)))
        return
    if mailer.server is None:
        raise Invalid(
            "No mail server is configured.",
            remedy="Set PARTNER_INBOX_SMTP_URL, or look at the mail with --dry-run DIR.",
        )
    notices, digests = _tell(opened), mailer.send_digests()
    failed = [f"A notice did not leave: {why}" for why in sorted(set(notices))]
    failed += [f"A digest did not leave: {why}" for why in sorted(set(digests))]
    for sentence in failed:
        err.print(f"[red]{plain(sentence)}[/]")
    if as_json:
        print_json({"notices_failed": notices, "digests_failed": digests})
    elif not failed:
        out.print("Sent what was due.")
    if failed:
        raise typer.Exit(1)


def _tell(opened: Opened) -> list[str]:
    """Mail what cannot wait, without gathering more. Why some did not leave, a sentence each."""
    edge: dict[str, Any] = {
        "database": opened.database,
        "settings": opened.settings,
        "now": opened.now,
    }
    Teller(**edge).tell()
    with opened.database.write(counts=False) as session:
        gathering.close(session, now=opened.now())
    return Messenger(**edge, vault=opened.vault, owner=worker_name()).send_notices()


def mailer_of(opened: Opened) -> Mailer:
    """The mailer; raises ``CannotStart`` when the mail server's address cannot be used."""
    return Mailer(
        database=opened.database,
        settings=opened.settings,
        vault=opened.vault,
        owner=worker_name(),
        now=opened.now,
    )
