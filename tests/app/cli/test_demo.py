"""The demo: one command, several platforms, one inbox; and every other command on top."""

from pathlib import Path

import pytest

from tests.app.cli.conftest import Command

pytestmark = pytest.mark.heavy


def test_once_reads_every_platform_and_says_what_is_there(
    process: Command, command: Command, tmp_path: Path
) -> None:
    ran = process("demo", "--once", "--json", "--data-dir", str(tmp_path / "demo"))
    assert ran.code == 0, ran.err
    found = ran.json()
    assert {"connections", "items", "by_kind", "by_connector", "quarantined", "seconds"} <= set(
        found
    )
    assert set(found["by_connector"]) == {
        "ingram_micro", "aws_partner_central", "calendar", "spreadsheet",
    }  # fmt: skip
    assert {"deadline", "goal", "reporting"} <= set(found["by_kind"])
    assert sum(found["by_kind"].values()) == found["items"] == sum(found["by_connector"].values())
    assert found["connections"] >= 5

    again = process("demo", "--once", "--json", "--data-dir", str(tmp_path / "demo"))
    assert again.json()["items"] == found["items"]

    company = {"PARTNER_INBOX_DATA_DIR": str(tmp_path / "demo")}
    listed = command("connection", "list", "--json", **company).json()
    assert {one["health"] for one in listed} == {"ok"}
    mails = command("digest", "--dry-run", str(tmp_path / "mail"), **company)
    assert mails.code == 0, mails.err
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 4


def test_a_folder_that_is_no_demo_is_left_alone(command: Command, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "precious.txt").write_text("keep me")
    ran = command("demo", "--once", "--data-dir", str(tmp_path / "mine"))
    assert ran.code == 1
    assert "holds something that is not a demo." in ran.err
    assert (tmp_path / "mine" / "precious.txt").read_text() == "keep me"
