"""user, token."""

from datetime import timedelta

import typer
from sqlmodel import Session

from app.cli.base import out, plain, print_json
from app.cli.opened import Opened
from app.errors import NotFound
from app.services import accounts, tokens


def add_user(email: str, *, name: str, admin: bool, time_zone: str, as_json: bool) -> None:
    """Add a person and print a link with which they sign in once and set a password."""
    opened = Opened()
    with opened.database.write() as session:
        added = accounts.add_user(
            session,
            email=email,
            name=name,
            now=opened.now(),
            is_admin=admin,
            time_zone=time_zone or opened.settings.time_zone,
        )
        link = accounts.make_link(
            session,
            accounts.SIGN_IN,
            now=opened.now(),
            user_id=added.id,
            lifetime=accounts.SETUP_LIFETIME,
        )
    address = f"{opened.settings.public_url}/link/{link}"
    if as_json:
        shown = {"id", "email", "name", "is_admin", "time_zone"}
        print_json({**added.model_dump(mode="json", include=shown), "link": address})
        return
    out.print(f"Added {plain(added.name)}. This link signs in once, within 24 hours:")
    typer.echo(address)


def add_token(name: str, *, scope: str, user: str, days: int, as_json: bool) -> None:
    """Make a token for a tool. It is printed as the last line, and never shown again."""
    opened = Opened()
    now = opened.now()
    with opened.database.write() as session:
        made = tokens.add_token(
            session,
            name=name,
            scope=scope,
            now=now,
            user_id=_person(session, user) if user else None,
            expires_at=now + timedelta(days=days) if days else None,
        )
    if as_json:
        print_json({"name": name, "scope": scope, "token": made})
        return
    out.print(f"Token {plain(name)}, scope {scope}. Keep it: it is not shown again.")
    typer.echo(made)


def _person(session: Session, email: str) -> int | None:
    """The id of somebody who may act; raises ``NotFound``."""
    found = accounts.user_by_email(session, email)
    if found is None or not found.is_active:
        raise NotFound("Nobody with that address may sign in.", remedy="See `user add`.")
    return found.id
