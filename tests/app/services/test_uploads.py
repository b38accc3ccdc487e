"""Files that people hand over: their names, and what is thrown away."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.services import uploads

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.mark.parametrize("letter", ["a", "ü", "会", "📊"])
def test_a_long_name_in_any_script_can_be_stored_and_keeps_its_ending(
    letter: str, tmp_path: Path
) -> None:
    name = uploads.safe_name(f"{letter * 240}.xlsx")
    file = tmp_path / name
    file.write_bytes(b"x")

    uploads.place(file, tmp_path / "uploads", 7)

    assert name.endswith(f"{letter}.xlsx")
    assert (tmp_path / "uploads" / "7" / name).read_bytes() == b"x"


@pytest.mark.parametrize("odd", ["Q3: funds.csv", ".hidden.csv", "what?.csv", " .a.csv"])
def test_a_file_lies_under_the_name_that_its_settings_say(odd: str, tmp_path: Path) -> None:
    file = tmp_path / odd
    file.write_bytes(b"x")

    uploads.place(file, tmp_path / "uploads", 7)

    said = uploads.safe_name(odd)
    assert [path.name for path in (tmp_path / "uploads" / "7").iterdir()] == [said]
    assert uploads.safe_name(said) == said


def test_a_draft_that_is_saved_while_old_ones_are_thrown_away_stops_nothing(tmp_path: Path) -> None:
    drafts = tmp_path / uploads.DRAFTS
    old = drafts / "old"
    old.mkdir(parents=True)
    long_ago = (NOW - timedelta(days=1)).timestamp()
    os.utime(old, (long_ago, long_ago))
    # Listed, and gone when it is looked at.
    for name in ("a", "z"):
        (drafts / name).symlink_to(tmp_path / "gone")

    uploads.prune(tmp_path, now=NOW)

    assert not old.exists()
