"""A declaration goes in as a file and comes out as one, without what is secret."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.http_api.sandbox import CLIENT, SECRET, Sandbox
from connectors.sdk.sandbox import SandboxClock, SandboxHost
from tests.app.cli.conftest import Command, Ran
from tests.app.web.conftest import NOW

NAME = "halden"
ALLOWED = {"PARTNER_INBOX_ALLOWED_PRIVATE_HOSTS": "127.0.0.1"}


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Path]:
    """A declaration of a platform that runs, and a secret in a file of its own."""
    with SandboxHost({NAME: Sandbox(SandboxClock(NOW))}) as host:
        settings = Sandbox(SandboxClock(NOW)).config(host.url(NAME))
        (tmp_path / "halden.yaml").write_text(settings["declaration"])
        (tmp_path / "secret.txt").write_text(f"{SECRET}\n")
        yield tmp_path


def add(command: Command, files: Path, name: str = "Halden") -> Ran:
    return command(
        *("connection", "add", "http_api", "--name", name),
        *("--set", f"declaration=@{files / 'halden.yaml'}"),
        *("--set", f"client_id={CLIENT}", "--set", f"client_secret=@{files / 'secret.txt'}"),
        **ALLOWED,
    )


@pytest.mark.promise("P8")
def test_a_declaration_is_added_read_and_handed_on(command: Command, files: Path) -> None:
    add(command, files)

    synced = command("sync", "Halden", "--json", **ALLOWED)
    shown = command("connectors", "show", "Halden")

    assert synced.code == 0
    assert shown.code == 0
    assert shown.out == (files / "halden.yaml").read_text()
    assert SECRET not in shown.out

    (files / "halden.yaml").write_text(shown.out)
    add(command, files, name="The same again")
    assert command("connectors", "show", "The same again").out == shown.out


@pytest.mark.promise("P8")
def test_a_secret_that_somebody_wrote_into_it_is_not_handed_on(
    command: Command, files: Path
) -> None:
    path = files / "halden.yaml"
    path.write_text(f"# our secret is {SECRET}\n{path.read_text()}")
    add(command, files)

    shown = command("connectors", "show", "Halden")

    assert shown.out.startswith("# our secret is [redacted]\n")
    assert SECRET not in shown.out


def test_what_is_wrong_with_the_file_is_said_with_its_line(command: Command, files: Path) -> None:
    path = files / "halden.yaml"
    path.write_text(f"\n\n{path.read_text()}".replace("kind: goal", "kind: gaol"))

    ran = command(
        *("connection", "add", "http_api", "--name", "N", "--set", f"declaration=@{path}")
    )

    assert ran.code == 1
    assert "Line 65, streams.targets.kind: it must be one of: deadline" in ran.err


def test_a_connector_in_python_has_no_declaration_to_show(command: Command, tmp_path: Path) -> None:
    command(
        *("connection", "add", "calendar", "--name", "Events", "--no-check"),
        *("--set", "url=https://calendar.example/events.ics"),
    )

    ran = command("connectors", "show", "Events")

    assert ran.code == 1
    assert "Events is no declaration" in ran.err


@pytest.mark.promise("P8")
def test_a_shared_file_asks_only_for_what_its_sign_in_needs(command: Command, files: Path) -> None:
    text = (files / "halden.yaml").read_text()
    text = text.replace("  type: client_credentials\n", "  type: bearer\n")
    for gone in ("token_url: ", "scope: ", "client: "):
        text = "\n".join(line for line in text.split("\n") if not line.strip().startswith(gone))
    (files / "halden.yaml").write_text(text)

    ran = command(
        *("connection", "add", "http_api", "--name", "Shared", "--no-check"),
        *("--set", f"declaration=@{files / 'halden.yaml'}"),
        typed=f"{SECRET}\n",
    )

    assert ran.code == 0
    assert ran.err.count(":") == 1
    assert ran.err.startswith("key:")
    assert SECRET not in ran.out + ran.err
    assert command("connectors", "show", "Shared").out.strip() == text.strip()


def test_a_file_is_checked_without_asking_anybody(command: Command, files: Path) -> None:
    ran = command("connectors", "check", str(files / "halden.yaml"))

    assert ran.code == 0
    assert "Marketing funds: fund; what is no longer listed counts as gone" in ran.out
    assert "It also needs: client_id, client_secret." in ran.out


def test_all_mistakes_of_a_file_are_told_at_once(command: Command, files: Path) -> None:
    path = files / "halden.yaml"
    text = path.read_text()
    for right, wrong in (
        ("kind: goal", "kind: gaol"),
        ("%d.%m.%Y", "%d.%m"),
        ("      status: state", "      statsu: state"),
        ("zone: Europe/Oslo", "zone: Europe/Olso"),
        ("pager: {type: next_link, next", "pager: {type: next_link, nxt"),
    ):
        assert right in text
        text = text.replace(right, wrong, 1)
    path.write_text(text)

    ran = command("connectors", "check", str(path))

    assert ran.code == 1
    told = [line for line in ran.err.splitlines() if line.startswith("Line ")]
    keys = [line.split(", ")[1].split(":")[0] for line in told]
    assert keys == [
        "zone",
        "streams.renewals.map.due.format",
        "streams.renewals.map.statsu",
        "streams.targets.kind",
        "streams.funds.pager.next",
        "streams.funds.pager.nxt",
    ]
    assert told[2].endswith("; is it status?")


@pytest.mark.promise("P8")
def test_a_preview_shows_the_first_records_and_saves_nothing(command: Command, files: Path) -> None:
    ran = command(
        *("connectors", "preview", "http_api", "--set", f"declaration=@{files / 'halden.yaml'}"),
        *("--set", f"client_id={CLIENT}", "--set", f"client_secret=@{files / 'secret.txt'}"),
        **ALLOWED,
    )

    assert ran.code == 0
    assert "Renewals  200, " in ran.out
    assert "It leads on to a next page." in ran.out
    assert "Cloud Controller renewal\n      deadline · Fri 27 Nov 2026 · €18,400.00 EUR" in ran.out
    assert SECRET not in ran.out + ran.err
    assert command("connection", "list", "--json").json() == []


def test_a_preview_says_why_a_list_cannot_be_read(command: Command, files: Path) -> None:
    path = files / "halden.yaml"
    added = add(command, files)
    path.write_text(path.read_text().replace("path: /funds", "path: /found"))

    ran = command(
        *("connectors", "preview", "http_api", "--set", f"declaration=@{path}"),
        *("--set", f"client_id={CLIENT}", "--set", f"client_secret=@{files / 'secret.txt'}"),
        **ALLOWED,
    )

    assert ran.code == 1
    assert "Marketing funds" in ran.out
    assert "/halden/api/v2/found\n" in ran.out
    assert "refused the request (404). Correct the declaration" in ran.out
    assert added.code == 0
    assert command("connection", "preview", "Halden", **ALLOWED).code == 0
