"""doctor."""

import sqlite3
from urllib.parse import urlsplit

import typer
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.cli.backups import named_in_words
from app.cli.base import out, plain, print_json
from app.cli.opened import Opened
from app.config import misspelt
from app.core.words import plural, size_words
from app.db import Database
from app.errors import CannotStart
from app.notify import smtp
from app.notify.errors import NotSent
from app.outages import outage_of
from app.secrets import REMEDY
from app.services import accounts, attachments, channel_health, handing, resealing, ruling, sources
from app.services.contents import Contents

SAFE_SQLITE = (3, 51, 3)


def doctor(*, as_json: bool) -> None:
    """Check this installation, and say in a line each what is wrong and what helps."""
    found = list(_checks(Opened()))
    if as_json:
        print_json([{"name": n, "state": s, "text": t, "fix": f} for n, s, t, f in found])
    else:
        marks = {"ok": "[green]ok[/]  ", "warn": "[yellow]warn[/]", "fail": "[red]fail[/]"}
        for name, state, text, fix in found:
            out.print(f"{marks[state]} {name}: {plain(text)} {plain(fix)}".rstrip())
    if any(state == "fail" for _name, state, _text, _fix in found):
        raise typer.Exit(1)


Finding = tuple[str, str, str, str]


def _checks(opened: Opened) -> list[Finding]:
    settings = opened.settings
    found: list[Finding] = [
        ("Setting", "warn", sentence, "") for sentence in misspelt(settings.data_dir)
    ]
    try:
        database = opened.database
        with database.write():  # a disk or a standby that can only be read looks well otherwise
            pass
    except CannotStart as error:
        return [("Database", "fail", error.message, error.remedy)]
    except DBAPIError as error:
        outage = outage_of(error)
        if outage is None:
            raise
        return [("Database", "fail", outage.message, outage.remedy)]
    kind = "SQLite" if database.sqlite else "Postgres"
    found.append(("Database", "ok", f"{kind}, schema up to date.", ""))
    if database.sqlite:
        found.append(_sqlite_version())
    found.append(_keys(opened, database))
    found.append(_files(opened, database))
    found.append(_public_url(settings.public_url))
    found.append(_mail(settings.smtp_url.get_secret_value() if settings.smtp_url else None))
    with database.read() as session:
        if not accounts.user_count(session):
            found.append(
                ("People", "warn", "Nobody can sign in yet.", "Start `partner-inbox serve`.")
            )
        found += _owners(session)
        for channel, wrong in channel_health.troubled(session):
            name = f"{channel.kind.capitalize()} {channel.name}"
            found.append((name, "warn", wrong, "See Settings, Outputs."))
        for connection in sources.every(session):
            name = f"Source {connection.name}"
            if connection.error:
                found.append((name, "warn", connection.error, connection.remedy or ""))
            else:
                found.append((name, "ok", f"{connection.health}.", ""))
    return found


def _owners(session: Session) -> list[Finding]:
    """Who left, and is still to be asked: as owner of items, or by a rule."""
    found: list[Finding] = []
    for name, count in handing.left_behind(session):
        text = f"{plural(count, 'open item')} of {name}, who may not sign in any more."
        found.append(("Owners", "warn", text, "Hand them over under Settings, People."))
    for rule in ruling.broken(session):
        fix = "Change it under Settings, Rules."
        found.append((f"Rule for {rule.words}", "warn", rule.problem, fix))
    return found


def _sqlite_version() -> Finding:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= SAFE_SQLITE:
        return ("SQLite", "ok", f"Version {version}.", "")
    return (
        "SQLite",
        "warn",
        f"Version {version} has a rare fault when several processes write.",
        "Run one process on SQLite (the default), or use 3.51.3 or newer, or Postgres.",
    )


def _keys(opened: Opened, database: Database) -> Finding:
    with database.read() as session:
        known = len(sources.every(session))
        locked = resealing.locked(session, opened.vault)
    if locked:
        return ("Keys", "fail", f"The credentials of {', '.join(locked)} cannot be read.", REMEDY)
    return ("Keys", "ok", f"All stored credentials can be read ({known}).", "")


def _files(opened: Opened, database: Database) -> Finding:
    contents = Contents(folder=opened.settings.files)
    with database.read() as session:
        every = list(attachments.named(session, now=opened.now()))
    lost = [one for one in every if contents.find(one.sha256, one.size) is None]
    if lost:
        text = f"{plural(len(lost), 'file')} of items missing or damaged: {named_in_words(lost)}."
        return ("Files", "fail", text, f"Put {contents.folder} back from a backup.")
    size = size_words(sum(one.size for one in every))
    return ("Files", "ok", f"All files of items are there ({len(every)}, {size}).", "")


def _mail(url: str | None) -> Finding:
    """Asked now, for the next to ask is the first digest."""
    if url is None:
        lacks = "Set PARTNER_INBOX_SMTP_URL for the daily digest."
        return ("Mail", "warn", "No mail server.", lacks)
    try:
        smtp.greet(smtp.server_of(url))
    except CannotStart as error:
        return ("Mail", "fail", error.message, error.remedy)
    except NotSent as error:
        return ("Mail", "fail", error.message, "See PARTNER_INBOX_SMTP_URL and the mail server.")
    return ("Mail", "ok", "The mail server can be reached.", "")


def _public_url(url: str) -> Finding:
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        return (
            "Address",
            "warn",
            f"{url} is not encrypted.",
            "Put a proxy with TLS in front and set PARTNER_INBOX_PUBLIC_URL to https://…",
        )
    return ("Address", "ok", f"{url}", "")
