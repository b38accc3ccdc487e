"""The demo: one command, several platforms, one inbox; and every other command on top."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.cli import demo
from app.core.words import Clock
from app.db import Database
from app.demo import platforms
from app.services import deciding
from tests.app.cli.conftest import Command

pytestmark = pytest.mark.heavy


@pytest.mark.long
def test_once_reads_every_platform_and_says_what_is_there(
    process: Command, command: Command, tmp_path: Path
) -> None:
    elsewhere = {
        "PARTNER_INBOX_DATABASE_URL": f"sqlite:///{tmp_path / 'company.db'}",
        "PARTNER_INBOX_PUBLIC_URL": "https://inbox.example.com",
        "PARTNER_INBOX_ALLOWED_PRIVATE_HOSTS": "nas.example.com",
    }
    ran = process("demo", "--once", "--json", "--data-dir", str(tmp_path / "demo"), **elsewhere)
    assert ran.code == 0, ran.err
    assert not (tmp_path / "company.db").exists(), "a demo filled somebody's own database"
    found = ran.json()
    assert {"connections", "items", "by_kind", "by_connector", "quarantined", "seconds"} <= set(
        found
    )
    assert set(found["by_connector"]) == set(platforms.NAMED.values())
    assert {"deadline", "goal", "reporting"} <= set(found["by_kind"])
    assert sum(found["by_kind"].values()) == found["items"] == sum(found["by_connector"].values())
    assert found["connections"] >= 5
    assert "MDF claims" in told_twice(tmp_path / "demo"), "vendor and distributor told it"

    company = {"PARTNER_INBOX_DATA_DIR": str(tmp_path / "demo")}
    command("connection", "remove", "Vendor events (calendar)", "--yes", **company)
    (left := dict(found["by_connector"])).pop("calendar")
    again = process("demo", "--once", "--json", "--data-dir", str(tmp_path / "demo"))
    assert again.code == 0, again.err
    assert again.json()["by_connector"] == left
    listed = command("connection", "list", "--json", **company).json()
    health = {one["name"]: one["health"] for one in listed}
    assert health.pop(platforms.GONE) == "broken"
    assert set(health.values()) == {"ok"}
    mails = command("digest", "--dry-run", str(tmp_path / "mail"), **company)
    assert mails.code == 0, mails.err
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 4


def told_twice(folder: Path) -> str:
    """The first title of what the demo's inbox suggests as one."""
    database = Database(f"sqlite:///{folder / 'partner-inbox.db'}")
    with database.read() as session:
        clock = Clock(now=datetime.now(UTC), zone=ZoneInfo("UTC"))
        (pair,) = deciding.decisions_page(session, clock=clock).pairs
    database.close()
    return pair.keep.title


def test_a_folder_that_is_no_demo_is_left_alone(command: Command, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "precious.txt").write_text("keep me")
    ran = command("demo", "--once", "--data-dir", str(tmp_path / "mine"))
    assert ran.code == 1
    assert "holds something that is not a demo." in ran.err
    assert (tmp_path / "mine" / "precious.txt").read_text() == "keep me"


def test_a_demo_that_runs_is_left_alone(command: Command, tmp_path: Path) -> None:
    with demo.alone(tmp_path / "demo"):
        ran = command("demo", "--once", "--data-dir", str(tmp_path / "demo"))
    assert ran.code == 1
    assert "is running already. Use the one that runs" in ran.err


def test_a_demo_of_another_day_is_made_anew_and_takes_nothing_else_away(tmp_path: Path) -> None:
    (tmp_path / demo.MARKER).write_text('{"day": "2020-01-01", "settled": true}')
    (tmp_path / "partner-inbox.db-wal").write_text("old")
    (tmp_path / "notes.txt").write_text("keep me")
    demo.renew(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {demo.MARKER, "notes.txt"}
    assert "settled" not in (tmp_path / demo.MARKER).read_text()
