"""user, token."""

import typer

from app.cli.base import out, plain
from app.cli.opened import Opened
from app.services import accounts, tokens


def add_user(email: str, *, name: str, admin: bool, time_zone: str) -> None:
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
    out.print(f"Added {plain(added.name)}. This link signs in once, within 24 hours:")
    typer.echo(f"{opened.settings.public_url}/link/{link}")


def add_token(name: str, *, scope: str) -> None:
    """Make a token for a tool. It is printed as the last line, and never shown again."""
    opened = Opened()
    with opened.database.write() as session:
        made = tokens.add_token(session, name=name, scope=scope, now=opened.now())
    out.print(f"Token {plain(name)}, scope {scope}. Keep it: it is not shown again.")
    typer.echo(made)
