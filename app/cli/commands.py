"""Every command's words, options and help. What a command does is loaded when it runs.

So ``--help`` and a mistyped word answer at once: the application takes a second to load.
"""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.base import group

connectors = typer.Typer(
    help="The platforms and kinds of source that can be connected.", no_args_is_help=True
)
connection = typer.Typer(
    help="Configured accounts: add, list, check, remove.", no_args_is_help=True
)
user = typer.Typer(help="People who can sign in.", no_args_is_help=True)
token = typer.Typer(help="Access for your own tools.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="One line of JSON, for scripts.")]
ConnectionName = Annotated[str, typer.Argument(help="The connection's name.")]


@group.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any that is free.")
    ] = 8000,
    jobs: Annotated[
        bool, typer.Option("--jobs/--no-jobs", help="Also sync and send mail in this process.")
    ] = True,
) -> None:
    """Serve the pages and feeds, and by default do the syncing too."""
    from app.cli import serving

    serving.serve(host=host, port=port, jobs=jobs)


@group.command()
def worker() -> None:
    """Sync and send mail without serving pages.

    On Postgres run as many as you like.
    """
    from app.cli import working

    working.work()


@group.command()
def doctor(as_json: Json = False) -> None:
    """Say in a line each what is wrong here, and what helps."""
    from app.cli import doctor as work

    work.doctor(as_json=as_json)


@group.command()
def demo(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the pages.")] = 8000,
    once: Annotated[bool, typer.Option("--once", help="Sync, print the summary and exit.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="The summary as the last line, as JSON.")
    ] = False,
    data_dir: Annotated[Path, typer.Option(help="Folder for the demo's database.")] = Path(".demo"),
) -> None:
    """Fill an inbox from simulated platforms and show it.

    Every other command works on the same company while the demo runs:
    PARTNER_INBOX_DATA_DIR=.demo partner-inbox connection list
    """
    from app.cli import demo as work

    work.demo(port=port, once=once, as_json=as_json, data_dir=data_dir)


@group.command()
def sync(
    name: ConnectionName = "",
    everything: Annotated[
        bool, typer.Option("--all", help="All connections that are enabled.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One line of JSON for each connection.")
    ] = False,
) -> None:
    """Read a connection now, with progress. Exits with 1 when a source could not be read whole."""
    from app.cli import syncs

    syncs.sync(name, everything=everything, as_json=as_json)


group.add_typer(connectors, name="connectors")
group.add_typer(connection, name="connection")


@connectors.command("list")
def list_connectors(as_json: Json = False) -> None:
    """What can be connected, what it reads and which settings it takes."""
    from app.cli import connectors as work

    work.show(as_json=as_json)


@connectors.command("new")
def new_connector(
    name: Annotated[str, typer.Argument(help="Such as acme_portal.")],
    folder: Annotated[
        Path | None, typer.Option("--in", help="Where to write it; else below this folder.")
    ] = None,
) -> None:
    """Write a connector that works, to begin with."""
    from app.cli import making

    making.new(name, folder)


@connectors.command("show")
def show_declaration(name: ConnectionName) -> None:
    """Print a declaration, to be handed on."""
    from app.cli import connectors as work

    work.declaration(name)


@connectors.command("preview")
def preview_settings(
    connector: Annotated[str, typer.Argument(help="See `connectors list`.")],
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="A setting; VALUE may be @file. Repeat it."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show each list's first ten records. Nothing is saved."""
    from app.cli import previews

    previews.of_settings(connector, settings or [], as_json=as_json)


@connectors.command("check")
def check_connector(
    name: Annotated[
        str, typer.Argument(help="The connector, see list; or the file of a declaration.")
    ],
    record: Annotated[
        bool,
        typer.Option("--record", help="Keep what is proven beside the connector: its tier."),
    ] = False,
    live: Annotated[
        bool,
        typer.Option(
            "--live", help="Read the real platform once instead, and report without its content."
        ),
    ] = False,
    connection: Annotated[
        str | None,
        typer.Option(help="With --live: the connection to read, if there are several."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Prove a connector on its simulated platform.

    Of a declaration in YAML it says what it would read, or all that is wrong with it.
    """
    if name.endswith((".yaml", ".yml")):
        from app.cli import declaring

        declaring.check(Path(name), as_json=as_json)
        return
    if live:
        from app.cli import looking

        looking.look(name, connection, as_json=as_json)
        return
    from app.cli import proving

    proving.check(name, record=record, as_json=as_json)


@connection.command("add")
def add_connection(
    connector: Annotated[str, typer.Argument(help="See `connectors list`.")],
    name: Annotated[str, typer.Option(help="What to call it.")],
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="A setting; VALUE may be @file. Repeat it."
        ),
    ] = None,
    check: Annotated[bool, typer.Option("--check/--no-check", help="Try it before saving.")] = True,
    as_json: Json = False,
) -> None:
    """Connect an account. A required secret that is not given is asked for, unseen."""
    from app.cli import connections

    connections.add(connector, name=name, settings=settings or [], check=check, as_json=as_json)


@connection.command("list")
def list_connections(as_json: Json = False) -> None:
    """All connections: health, age of what they tell, next read."""
    from app.cli import connections

    connections.show(as_json=as_json)


@connection.command("check")
def check_connection(name: ConnectionName, as_json: Json = False) -> None:
    """Try a connection's named checks; exits with 1 when one fails."""
    from app.cli import connections

    connections.check(name, as_json=as_json)


@connection.command("preview")
def preview_connection(name: ConnectionName, as_json: Json = False) -> None:
    """Show each list's first ten records, where it can."""
    from app.cli import previews

    previews.of_connection(name, as_json=as_json)


@connection.command("remove")
def remove_connection(
    name: ConnectionName,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget the credentials and stop reading.

    Its items stay, shown as removed.
    """
    from app.cli import connections

    connections.remove(name, yes=yes)


@group.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A CSV or Excel file.")],
    *,
    name: Annotated[str, typer.Option(help="The source's name; the file's name without it.")] = "",
    vendor: Annotated[str, typer.Option(help="For rows that name no vendor.")] = "",
    currency: Annotated[
        str, typer.Option(help="For amounts that name none, and what $ means.")
    ] = "",
    date_order: Annotated[
        str, typer.Option(help="How dates such as 03/04/2026 are read: dmy|mdy|ymd.")
    ] = "",
    kind: Annotated[
        str, typer.Option(help="What the rows are: deadline, goal, reporting, program …")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Import without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Import a spreadsheet, or renew it under the same name. A copy is kept; dates are not guessed.

    What its columns mean is suggested, asked where it is open, and remembered.
    """
    from app.cli import imports

    imports.import_file(
        file,
        name=name,
        vendor=vendor,
        currency=currency,
        date_order=date_order,
        kind=kind,
        yes=yes,
        as_json=as_json,
    )


@group.command()
def digest(
    dry_run: Annotated[
        Path | None,
        typer.Option(
            "--dry-run", metavar="DIR", help="Write .eml files there; send and record nothing."
        ),
    ] = None,
    user: Annotated[
        str, typer.Option(metavar="MAIL", help="With --dry-run: only this person's.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Send the daily digests that are due now. `serve` and `worker` do this by themselves."""
    from app.cli import digests

    digests.digest(dry_run=dry_run, user=user, as_json=as_json)


group.add_typer(user, name="user")
group.add_typer(token, name="token")


@user.command("add")
def add_user(
    email: Annotated[str, typer.Argument(help="The mail address to sign in with.")],
    name: Annotated[str, typer.Option(help="The person's name.")],
    admin: Annotated[bool, typer.Option("--admin", help="May manage sources and people.")] = False,
    time_zone: Annotated[str, typer.Option(help="An IANA zone; the company's without it.")] = "",
    as_json: Json = False,
) -> None:
    """Add a person and print a link for them.

    With it they sign in once and set a password.
    """
    from app.cli import people

    people.add_user(email, name=name, admin=admin, time_zone=time_zone, as_json=as_json)


@token.command("add")
def add_token(
    name: Annotated[str, typer.Argument(help="What will use it.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="What it may: read, act. May be given twice.")
    ] = None,
    user: Annotated[
        str, typer.Option(help="The mail address of whoever acts by it; act needs one.")
    ] = "",
    days: Annotated[int, typer.Option(min=0, help="After so many days it ends; 0: never.")] = 0,
    as_json: Json = False,
) -> None:
    """Make a token for a tool. It is printed as the last line, and never shown again."""
    from app.cli import people

    scopes = " ".join(scope or ["read"])
    people.add_token(name, scope=scopes, user=user, days=days, as_json=as_json)


@group.command()
def mcp(
    url: Annotated[
        str | None, typer.Option(help="Address of the inbox; PUBLIC_URL without it.")
    ] = None,
    act: Annotated[
        bool, typer.Option("--act", help="Also offer tools that change something.")
    ] = False,
) -> None:
    """Let an assistant on this machine read the inbox (MCP).

    Speaks the Model Context Protocol on standard input and output, with the token that is in
    PARTNER_INBOX_TOKEN.
    """
    from app.cli import assisting

    assisting.assist(url=url, acts=act)


@group.command()
def reseal(as_json: Json = False) -> None:
    """Seal all stored credentials anew under the first key.

    Then an older key may go.
    """
    from app.cli import keys

    keys.reseal(as_json=as_json)


@group.command()
def bench(
    to: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the ratios there.")
    ] = None,
    postgres: Annotated[
        str | None,
        typer.Option(
            "--postgres",
            metavar="URL",
            envvar="PARTNER_INBOX_BENCH_POSTGRES_URL",
            help="A server on which a database may be made and dropped; `make bench` starts one.",
        ),
    ] = None,
    peers: Annotated[bool, typer.Option("--peers", help="Measure dlt and Datasette too.")] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Few rows: shows only that it runs.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 when a target is missed.")
    ] = False,
) -> None:
    """Measure speed beside raw floors, and compare with the targets.

    Takes some minutes. Bare times are not shown: they would say more of the machine.
    """
    from app.cli import bench as work

    work.bench(to=to, postgres=postgres, peers=peers, quick=quick, strict=strict)
