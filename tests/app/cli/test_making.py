"""A connector of one's own: begun by a command, installed as a package, proven, looked at."""

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.salesforce_prm.sandbox import Sandbox as Portal
from connectors.sdk.sandbox import SandboxClock, SandboxHost
from tests.app.cli.conftest import CHECKOUT, Command
from tests.app.cli.test_commands import ICS


def passed(folder: Path, *words: str, path: str) -> int:
    """How many of these tests pass, run in a process of their own; none may fail."""
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:]
    return int(re.findall(r"(\d+) passed", ran.stdout)[-1])


@pytest.mark.heavy
@pytest.mark.long
def test_a_connector_that_was_just_begun_is_registered_tested_and_proven(
    process: Command, tmp_path: Path
) -> None:
    for part in ("app", "connectors", "docs", "migrations", "templates", "tests"):
        shutil.copytree(CHECKOUT / part, tmp_path / part)
    for name in ("README.md", "pyproject.toml"):
        shutil.copy(CHECKOUT / name, tmp_path)

    made = process("connectors", "new", "acme_portal")
    proven = process("connectors", "check", "acme_portal", "--record")
    assert made.code == 0, made.err
    assert proven.code == 0, proven.out
    assert proven.last.startswith("acme_portal is gold: 21 of 22 checks passed")
    ours = ("tests/connectors/acme_portal", "tests/test_docs.py")
    chosen = "acme_portal and (C21 or C22 or recorded) or docs"
    stored = ("tests/connectors/test_conformance.py", "-k", chosen)
    assert passed(tmp_path, *ours, *stored, path=str(tmp_path)) > 3
    again = process("connectors", "new", "acme_portal")
    assert again.code != 0
    assert "There is a connector named acme_portal already" in again.err


@pytest.mark.heavy
@pytest.mark.long
def test_a_package_of_its_own_is_found_and_proven_like_a_built_in_connector(
    command: Command, process: Command, tmp_path: Path
) -> None:
    package, site = tmp_path / "package", tmp_path / "site"
    made = command("connectors", "new", "acme_portal", "--in", str(package))
    assert made.code == 0, made.err
    assert f"pip install -e {package}" in made.out

    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    subprocess.run(build, cwd=package, check=True, capture_output=True, timeout=100)
    (wheel,) = (package / "dist").glob("*.whl")
    install = [
        *["-m", "pip", "install", "--no-index", "--no-deps", "--target"],
        str(site),
        str(wheel),
    ]
    subprocess.run([sys.executable, *install], check=True, capture_output=True, timeout=100)

    found = {"PYTHONPATH": f"{CHECKOUT}:{site}"}
    listed = process("connectors", "list", "--json", **found).json()
    assert listed[-1]["id"] == "acme_portal"
    assert listed[-1]["settings"]["api_key"]["secret"] is True

    proven = process("connectors", "check", "acme_portal", "--record", **found)
    assert proven.code == 0, proven.out
    assert proven.last.startswith("acme_portal is gold: 19 of 22 checks passed, 3 cannot be shown")
    assert (site / "acme_portal/proven.json").is_file()

    assert passed(package, "tests", "-k", "answer or C22", path=f"{CHECKOUT}:{package}") == 2


def test_nothing_is_written_over_and_a_name_is_a_name(command: Command, tmp_path: Path) -> None:
    mine = tmp_path / "mine/acme/connector.py"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")

    there = command("connectors", "new", "acme", "--in", str(tmp_path / "mine"))
    assert there.code != 0
    assert "exists already" in there.err
    assert [path.name for path in mine.parent.iterdir()] == ["connector.py"]
    assert mine.read_text() == "mine"

    for name in ("Acme Portal", "../acme", "class", "calendar", "1st"):
        refused = command("connectors", "new", name, "--in", str(tmp_path / "other"))
        assert refused.code != 0, name
        assert "Choose another name" in refused.err or "lower-case" in refused.err
    assert not (tmp_path / "other").exists()


@pytest.mark.promise("P8")
def test_a_look_at_the_real_platform_tells_shapes_and_nothing_that_it_says(
    command: Command, tmp_path: Path
) -> None:
    none = command("connectors", "check", "calendar", "--live")
    assert none.code != 0
    assert "No connection reads calendar" in none.err

    file = tmp_path / "events.ics"
    file.write_text(ICS.format(day="20270301").replace("\n", "\r\n"))
    title = re.findall("SUMMARY:(.*)", ICS)[0]
    added = command("connection", "add", "calendar", "--name", "Events", "--set", f"file={file}")
    assert added.code == 0, added.err
    looked = command("connectors", "check", "calendar", "--live", "--json")
    shown = command("connectors", "check", "calendar", "--live")
    (stream,) = looked.json()

    assert looked.code == shown.code == 0
    assert (stream["ended"], sum(stream["kinds"].values())) == ("Complete", 1)
    assert (stream["filled"]["title"], stream["due_forms"]) == (1, {"aaaaa=aaaa:99999999": 1})
    assert "date form    aaaaa=aaaa:99999999 (1)" in shown.out
    assert title not in looked.out + shown.out
    assert command("sync", "Events", "--json").json()["new"] == 1  # nothing was stored before

    file.unlink()
    gone = command("connectors", "check", "calendar", "--live")
    assert gone.code == 1
    assert "not whole" in gone.out


def test_a_list_that_the_platform_does_not_offer_is_told_and_is_no_failure(
    command: Command,
) -> None:
    clock = SandboxClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    portal = Portal(clock)
    portal.org.hidden.add("Contract")
    with SandboxHost({"portal": portal}) as host:
        settings = portal.config(host.url("portal"))
        words = [word for pair in settings.items() for word in ("--set", "=".join(pair))]
        reach = {"PARTNER_INBOX_ALLOWED_PRIVATE_HOSTS": "127.0.0.1"}
        portal_of = ("salesforce_prm", "--name", "Portal", *words)
        added = command("connection", "add", *portal_of, **reach)
        assert added.code == 0, added.err
        looked = command("connectors", "check", "salesforce_prm", "--live", **reach)

    assert looked.code == 0, looked.out
    assert "contracts  not offered" in looked.out
    assert "shows the user no Contract" in looked.out
