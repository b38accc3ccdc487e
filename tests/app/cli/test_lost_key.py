"""Started with a key that does not open the stored credentials: it says so, and what helps."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.cli.conftest import CHECKOUT, ENTRY, Command

RIGHT = {"PARTNER_INBOX_SECRET_KEY": "the key that they were saved with"}
WRONG = {"PARTNER_INBOX_SECRET_KEY": "another key of somebody else's"}
HELPS = "Start it with the key they were saved with (PARTNER_INBOX_SECRET_KEY, or the file"


@pytest.fixture
def connected(command: Command) -> Command:
    """A company with one connection whose address is a secret."""
    settings = ("--set", "url=https://calendar.example.com/private-0815.ics")
    added = command(
        "connection", "add", "calendar", "--name", "Events", "--no-check", *settings, **RIGHT
    )
    assert added.code == 0, added.err
    return command


def test_the_doctor_names_what_cannot_be_read_and_what_helps(connected: Command) -> None:
    ran = connected("doctor", "--json", **WRONG)
    (keys,) = (entry for entry in ran.json() if entry["name"] == "Keys")
    assert (ran.code, keys["text"]) == (1, "The credentials of Events cannot be read.")
    assert keys["fix"].startswith(HELPS)
    (keys,) = (e for e in connected("doctor", "--json", **RIGHT).json() if e["name"] == "Keys")
    assert keys["state"] == "ok"


def test_a_sync_by_hand_says_it_too_and_the_right_key_needs_no_editing(connected: Command) -> None:
    ran = connected("sync", "Events", **WRONG)
    assert ran.code == 1
    assert f"The stored credentials cannot be read with the present key. {HELPS}" in ran.out
    (listed,) = connected("connection", "list", "--json", **RIGHT).json()
    assert (listed["health"], listed["next_due_at"] is None) == ("new", False)


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("words", "ready"),
    [
        (("serve", "--no-jobs", "--port", "0"), "Uvicorn running"),
        (("worker",), "The worker is running"),
    ],
    ids=["serve", "worker"],
)
def test_it_starts_all_the_same_and_says_so_first(
    connected: Command, tmp_path: Path, words: tuple[str, ...], ready: str
) -> None:
    given = {"PARTNER_INBOX_DATA_DIR": str(tmp_path / "data"), "PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(
        [sys.executable, "-c", ENTRY, *words],
        env={**os.environ, **given, **WRONG},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=tmp_path,
    ) as running:
        assert running.stdout is not None
        said = ""
        while ready not in said:
            line = running.stdout.readline()
            assert line, said
            said += line
        running.send_signal(signal.SIGTERM)
    assert "The credentials of Events cannot be read. " + HELPS in said
    assert running.returncode == 0
