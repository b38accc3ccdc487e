"""A declaration goes in as a file and comes out as one, without what is secret."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.http_api.sandbox import CLIENT, SECRET, Sandbox
from connectors.sdk.sandbox import SandboxClock, SandboxHost
from tests.app.cli.conftest import Command
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


def add(command: Command, files: Path, name: str = "Halden") -> object:
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
    path.write_text(path.read_text().replace("kind: goal", "kind: gaol"))

    ran = command(
        *("connection", "add", "http_api", "--name", "N", "--set", f"declaration=@{path}")
    )

    assert ran.code == 1
    assert "streams.targets.kind: it must be one of: deadline" in ran.err


def test_a_connector_in_python_has_no_declaration_to_show(command: Command, tmp_path: Path) -> None:
    command(
        *("connection", "add", "calendar", "--name", "Events", "--no-check"),
        *("--set", "url=https://calendar.example/events.ics"),
    )

    ran = command("connectors", "show", "Events")

    assert ran.code == 1
    assert "Events is no declaration" in ran.err
