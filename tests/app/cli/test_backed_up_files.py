"""P10 for the files of items: a backup carries them, and a restore compares every one."""

import io
import shutil
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.core.words import Clock
from app.db import Database
from app.services import accounts, attachments
from app.services.contents import MEGABYTE, Contents
from tests.app.cli.conftest import Command
from tests.app.web import company, samples

pytestmark = pytest.mark.promise("P10")
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
CLOCK = Clock(now=NOW, zone=ZoneInfo("UTC"))
BODIES = (b"%PDF-1.7 the first", b"%PDF-1.7 the second")


@pytest.fixture
def data(command: Command, tmp_path: Path) -> Path:
    """A data folder with an item that has two files, one of them twice."""
    assert command("restored").code == 0  # makes the database
    folder = tmp_path / "data"
    contents = Contents(folder=folder / "files")
    database = Database(f"sqlite:///{folder / 'partner-inbox.db'}")
    with database.write() as session:
        for name in ("Dana", "Rin", "Lee"):
            mail = f"{name}@partner.example"
            user = accounts.add_user(session, email=mail, name=name, now=NOW)
        item = company.item(
            session, samples.ROWS["week"][0], company.connection(session, "Ingram", "ingram_micro")
        )
        for number, body in enumerate((*BODIES, BODIES[0])):
            arrived = contents.take(io.BytesIO(body), most=MEGABYTE)
            attachments.add_file(
                session,
                item,
                arrived,
                f"{number}.pdf",
                "application/pdf",
                contents=contents,
                user_id=user.id or 0,
                clock=CLOCK,
            )
    database.close()
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Contents(folder=folder).every()}


def test_a_backup_carries_every_file_once_and_a_restore_brings_them_back(
    command: Command, data: Path, tmp_path: Path
) -> None:
    before = files(data / "files")
    assert sorted(before.values()) == sorted(BODIES)
    saved = command("backup", str(tmp_path / "saved"))
    assert "with 2 files" in saved.out
    shutil.rmtree(data)

    restored = command("restore", str(tmp_path / "saved"))

    assert restored.code == 0
    assert "Missing" not in restored.err
    assert "with 2 files" in restored.out
    assert files(data / "files") == before
    found = {entry["name"]: entry["text"] for entry in command("doctor", "--json").json()}
    assert found["Files"] == "All files of items are there (2, 37 bytes)."


def test_what_is_missing_or_damaged_is_named_wherever_somebody_looks(
    command: Command, data: Path, tmp_path: Path
) -> None:
    command("backup", str(tmp_path / "saved"))
    first, second = Contents(folder=tmp_path / "saved" / "files").every()
    first.write_bytes(first.read_bytes()[::-1])
    second.unlink()
    shutil.rmtree(data)

    ran = command("restore", str(tmp_path / "saved"))
    assert ran.code == 1
    assert "Missing or damaged: 1.pdf of item 1, 2.pdf of item 1." in ran.err
    assert files(data / "files") == {}

    doctor = {entry["name"]: entry for entry in command("doctor", "--json").json()}
    assert doctor["Files"]["state"] == "fail"
    assert "2 files of items missing or damaged: 1.pdf of item 1" in doctor["Files"]["text"]
    again = command("backup", str(tmp_path / "again"))
    assert again.code == 0
    assert "Not in it, because missing or damaged: 1.pdf of item 1" in again.err
    assert "Missing or damaged: 1.pdf" in command("restored").err


def test_a_restore_overwrites_nothing_and_takes_only_a_backup(
    command: Command, data: Path, tmp_path: Path
) -> None:
    command("backup", str(tmp_path / "saved"))
    before = (data / "partner-inbox.db").read_bytes()

    ran = command("restore", str(tmp_path / "saved"))
    assert ran.code == 1
    assert "is there already, and is left as it is" in ran.err
    assert (data / "partner-inbox.db").read_bytes() == before
    assert "is no backup" in command("restore", str(tmp_path)).err


def test_a_restore_that_was_broken_off_can_be_made_again(
    command: Command, data: Path, tmp_path: Path
) -> None:
    command("backup", str(tmp_path / "saved"))
    before = files(data / "files")
    (data / "partner-inbox.db").unlink()
    for beside in data.glob("partner-inbox.db-*"):
        beside.unlink()

    assert command("restore", str(tmp_path / "saved")).code == 0
    assert files(data / "files") == before


def test_on_postgres_its_own_tools_are_named(command: Command, tmp_path: Path) -> None:
    url = "postgresql://rin@127.0.0.1:1/inbox"
    ran = command("restore", str(tmp_path), PARTNER_INBOX_DATABASE_URL=url)

    assert ran.code == 1
    assert "Use pg_restore" in ran.err
