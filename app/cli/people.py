"""user, token."""

import typer

from app.cli.base import Opened, group, out, plain
from app.services import accounts, tokens

user = typer.Typer(help="People who can sign in.", no_args_is_help=True)
token = typer.Typer(help="Access for your own tools.", no_args_is_help=True)
group.add_typer(user, name="user")
group.add_typer(token, name="token")


@user.command("add")
def add_user(
    email: str = typer.Argument(..., help="The mail address to sign in with."),
    name: str = typer.Option(..., help="The person's name."),
    admin: bool = typer.Option(False, "--admin", help="May manage sources and people."),
    time_zone: str = typer.Option("", help="An IANA zone; the company's without it."),
) -> None:
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


@token.command("add")
def add_token(
    name: str = typer.Argument(..., help="What will use it."),
    scope: str = typer.Option("read", help="What it may do: read."),
) -> None:
    """Make a token for a tool. It is printed as the last line, and never shown again."""
    opened = Opened()
    with opened.database.write() as session:
        made = tokens.add_token(session, name=name, scope=scope, now=opened.now())
    out.print(f"Token {plain(name)}, scope {scope}. Keep it: it is not shown again.")
    typer.echo(made)
